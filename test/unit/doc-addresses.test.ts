import { expect, test } from 'vitest';
import { docAddressIn, placeOf } from '../../src/hub/doc-addresses.ts';

const SITES = { site: 'https://huggingface.co', gradio: 'https://www.gradio.app' };
const DPO = 'https://huggingface.co/docs/trl/dpo_trainer';

test.each<[string, string, string?]>([
  [DPO, DPO],
  ['https://huggingface.co/docs/trl/dpo_trainer.md', DPO],
  ['https://huggingface.co/docs/trl/dpo_trainer/', DPO],
  ['http://huggingface.co/docs/trl/dpo_trainer', DPO],
  ['huggingface.co/docs/trl/dpo_trainer', DPO],
  ['www.huggingface.co/docs/trl/dpo_trainer', DPO],
  ['hf.co/docs/trl/dpo_trainer', DPO],
  ['https://hf.co/docs/trl/dpo_trainer?ref=chat', DPO],
  ['docs/trl/dpo_trainer', DPO],
  ['/docs/trl/dpo_trainer', DPO],
  ['<https://huggingface.co/docs/trl/dpo_trainer>', DPO],
  ['<https://huggingface.co/docs/trl/dpo_trainer|the docs>', DPO],
  ['[the docs](https://huggingface.co/docs/trl/dpo_trainer)', DPO],
  ['https://huggingface.co/docs/trl/dpo_trainer).', DPO],
  ['`hf.co/docs/trl/dpo_trainer`,', DPO],
  ['https://huggingface.co/docs/trl/dpo_trainer#trl.DPOConfig', DPO, 'trl.DPOConfig'],
  ['hf.co/docs/trl/dpo_trainer#a%20b', DPO, 'a b'],
  [
    'https://huggingface.co/docs/trl/main/en/dpo_trainer',
    'https://huggingface.co/docs/trl/main/en/dpo_trainer',
  ],
  ['hf.co/learn/llm-course/chapter1/1', 'https://huggingface.co/learn/llm-course/chapter1/1'],
  ['www.gradio.app/guides/quickstart', 'https://www.gradio.app/guides/quickstart'],
])('the page that %s names', (pasted, url, anchor = '') => {
  expect(docAddressIn(pasted, SITES)).toEqual({ url, anchor });
});

test.each(['https://huggingface.co.evil.example/docs/trl', 'https://evil.example/docs/trl', 'not a url', ''])(
  '%j is no page of the documentation',
  (pasted) => {
    expect(docAddressIn(pasted, SITES)).toBeUndefined();
  },
);

const PAGE =
  '# DPO\n\nIntro\n```sh\n# Usage\n```\n## Usage & tips\nText\n### DPOConfig[[trl.DPOConfig]]\nEnd';

test.each([
  ['usage--tips', '## Usage & tips'],
  ['usage-tips', '## Usage & tips'],
  ['trl.DPOConfig', '### DPOConfig'],
])('the place that #%s names', (anchor, begins) => {
  expect(PAGE.slice(placeOf(PAGE, anchor)).startsWith(begins)).toBe(true);
});

test('a place that is not there is the beginning', () => {
  expect(placeOf(PAGE, 'nothing')).toBeUndefined();
  expect(placeOf(PAGE, '')).toBeUndefined();
});
