import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { withProvenance } from '../../src/hub/card.ts';
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

describe('the head of a card keeps what it has', () => {
  const TOLD = `\n# A\n\n${LINE}\n`;
  test.each<[string, string, string]>([
    ['one word', 'tags: text-generation', 'tags: [ml-intern, text-generation]'],
    ['one word in quotes, with a comment', 'tags: "trl" # main', 'tags: [ml-intern, "trl"] # main'],
    ['words with a comma', 'tags: a, b', 'tags: [ml-intern, "a, b"]'],
    ['nothing', 'tags:\nlicense: mit', 'tags: [ml-intern]\nlicense: mit'],
    [
      'nothing, with a comment',
      'tags: # none yet\nlicense: mit',
      'tags: [ml-intern] # none yet\nlicense: mit',
    ],
    ['null', 'tags: ~', 'tags: [ml-intern]'],
    ['an empty list', 'tags: []', 'tags: [ml-intern]'],
    ['an indented list', 'tags:\n  - trl\n  - sft', 'tags:\n  - ml-intern\n  - trl\n  - sft'],
    [
      'a list over several lines',
      'tags: [\n  trl, # by TRL\n  sft\n]',
      'tags: [ml-intern, \n  trl, # by TRL\n  sft\n]',
    ],
    [
      'comments and order',
      '# card\nlicense: mit # free\ntags: # of all\n# first\n- trl\n\nbase_model: ada/b\n',
      '# card\nlicense: mit # free\ntags: # of all\n# first\n- ml-intern\n- trl\n\nbase_model: ada/b\n',
    ],
    ['a key in quotes', '"tags": trl', '"tags": [ml-intern, trl]'],
    [
      'tags of something within',
      'model-index:\n- name: x\n  tags: y',
      'model-index:\n- name: x\n  tags: y\ntags:\n- ml-intern',
    ],
    ['the tag as a word', 'tags: ml-intern', 'tags: ml-intern'],
    ['the tag in a list', 'tags: [trl, "ml-intern"]', 'tags: [trl, "ml-intern"]'],
    ['the tag within another word', 'tags: [ml-intern-demo]', 'tags: [ml-intern, ml-intern-demo]'],
    ['what is no YAML', 'tags: [trl\nlicense: "', 'tags: [trl\nlicense: "'],
  ])('%s', (name, head, expected) => {
    const made = withProvenance(`---\n${head}\n---\n# A\n`, 's1');
    expect(made).toBe(`---\n${expected}\n---\n${TOLD}`);
    expect(withProvenance(made, 's1')).toBe(made);
    const { errors } = parseDocument(expected);
    expect(errors.length > 0).toBe(name === 'what is no YAML');
  });

  test('lines that end as on Windows, and an empty head', () => {
    const made = withProvenance('---\r\ntags:\r\n- trl\r\n---\r\n# A\r\n', 's1');
    expect(made).toBe(`---\r\ntags:\r\n- ml-intern\r\n- trl\r\n---\r\n\r\n# A\r\n\r\n${LINE}\r\n`);
    expect(withProvenance('---\n---\n# A\n', 's1')).toBe(`---\ntags:\n- ml-intern\n---\n${TOLD}`);
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
