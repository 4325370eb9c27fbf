import { describe, expect, test } from 'vitest';
import { withProvenance } from '../../src/hub/artifacts.ts';
import { repositoryOf } from '../../src/hub/repo-addresses.ts';

const LINE = 'Made in a chat thread with ML Intern (session `s1`).';

describe('a card gets the tag and where the repository comes from', () => {
  test.each<[string, string, string]>([
    ['without a head', '# A\n', `---\ntags:\n- ml-intern\n---\n\n# A\n\n${LINE}\n`],
    [
      'with a head',
      '---\nlicense: mit\n---\n# A\n',
      `---\nlicense: mit\ntags:\n- ml-intern\n---\n\n# A\n\n${LINE}\n`,
    ],
    [
      'with other tags',
      '---\ntags:\n- trl\n---\n# A',
      `---\ntags:\n- ml-intern\n- trl\n---\n\n# A\n\n${LINE}\n`,
    ],
    [
      'with tags in one line',
      '---\ntags: [trl]\n---\n\n# A',
      `---\ntags: [ml-intern, trl]\n---\n\n# A\n\n${LINE}\n`,
    ],
    ['that is empty', '', `---\ntags:\n- ml-intern\n---\n\n\n${LINE}\n`.replace('\n\n\n', '\n\n')],
  ])('%s', (_name, card, expected) => {
    const made = withProvenance(card, 's1');
    expect(made).toBe(expected);
    expect(withProvenance(made, 's1')).toBe(made);
    expect(withProvenance(made, 's2')).toBe(made); // another session leaves it as it is
  });
});

test.each([
  ['https://huggingface.co/ada/bert', { kind: 'model', id: 'ada/bert' }],
  ['https://huggingface.co/datasets/ada/rows/tree/main', { kind: 'dataset', id: 'ada/rows' }],
  ['https://huggingface.co/spaces/ada/app', { kind: 'space', id: 'ada/app' }],
  ['https://huggingface.co/docs/trl', undefined],
  ['https://huggingface.co/papers/2305.18290', undefined],
  ['https://huggingface.co/ada', undefined],
  ['https://huggingface.co/jobs/ada/6a1f', undefined],
  ['https://huggingface.co/buckets/ada/artifacts', undefined],
  ['https://huggingface.co/collections/ada/tries-6a1f', undefined],
  ['https://huggingface.co/kernels/ada/flash-attn', undefined],
  ['https://huggingface.co/spaces', undefined],
  [
    'https://huggingface.co/ada/bert/commit/0123456789012345678901234567890123456789',
    { kind: 'model', id: 'ada/bert' },
  ],
  ['https://evil.example/ada/bert', undefined],
  ['no address', undefined],
])('the repository of %s', (url, expected) => {
  expect(repositoryOf(url, 'https://huggingface.co')).toEqual(expected);
});
