import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  type ConfigSplit,
  configsForUnlisted,
  configsOf,
  splitNamed,
  withConfigs,
} from '../../src/hub/dataset-configs.ts';
import { tries } from '../support/tries.ts';

/** https://huggingface.co/docs/hub/datasets-manual-configuration, as the viewer takes it. */
const Documented = z.looseObject({
  configs: z.array(
    z.looseObject({
      config_name: z.string().regex(/^[^<>:/\\|?*]+$/),
      data_files: z.array(
        z.strictObject({
          split: z.string().regex(/^\w+(\.\w+)*$/),
          path: z.union([z.string(), z.array(z.string()).min(1)]),
        }),
      ),
    }),
  ),
});

const headOf = (card: string): Record<string, unknown> =>
  parse(/^---\n([\s\S]*?)\n---\n/.exec(card)?.[1] ?? '') ?? {};
const split = (config: string, name: string, ...paths: string[]): ConfigSplit => ({
  config,
  split: name,
  paths,
});

function merged(card: string, ...added: ConfigSplit[]): string {
  const made = withConfigs(card, added);
  return made.ok ? made.card : `refused: ${made.reason}`;
}

describe('configs of a card', () => {
  test('are begun where there are none, below what stands there', () => {
    const card = '---\nlicense: mit # ours\ntags: [a, "b"]\n---\n# Rows\n\ntext\n';
    expect(merged(card, split('reviews', 'train', 'reviews.csv'))).toBe(
      '---\nlicense: mit # ours\ntags: [a, "b"]\nconfigs:\n- config_name: "reviews"\n  data_files:\n  - split: "train"\n    path: "reviews.csv"\n---\n# Rows\n\ntext\n',
    );
  });

  test('are begun with a head where the card has none', () => {
    expect(merged('# Rows\n', split('a', 'train', 'a.csv'))).toMatch(
      /^---\nconfigs:\n[\s\S]*\n---\n\n# Rows\n$/,
    );
  });

  test.each([
    ['as far out as their list', ''],
    ['further in', '  '],
  ])('and splits are added %s', (_how, indent) => {
    const list = [
      '- config_name: a # the first',
      '  default: true',
      '  data_files:',
      '  - split: train',
      "    path: 'a/*.csv'",
    ];
    const card = [
      '---',
      'configs:',
      ...list.map((line) => indent + line),
      '# more',
      'license: mit',
      '---',
      'text',
      '',
    ].join('\n');
    const made = merged(card, split('b', 'train', 'b.csv'), split('a', 'test', 'a/t.csv', 'a/u.csv'));
    expect(made).toContain('# the first');
    expect(made).toContain('# more\nlicense: mit\n---\ntext\n');
    expect(Documented.parse(headOf(made)).configs).toEqual([
      {
        config_name: 'a',
        default: true,
        data_files: [
          { split: 'train', path: 'a/*.csv' },
          { split: 'test', path: ['a/t.csv', 'a/u.csv'] },
        ],
      },
      { config_name: 'b', data_files: [{ split: 'train', path: 'b.csv' }] },
    ]);
  });

  test('that are there already change nothing', () => {
    const one = split('a', 'train', 'a.csv');
    const card = merged('# Rows\n', one);
    expect(merged(card, one)).toBe(card);
  });

  test('keep the ends of lines of the card', () => {
    const made = merged('---\r\nlicense: mit\r\n---\r\ntext\r\n', split('a', 'train', 'a.csv'));
    expect(made.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test.each([
    [
      'a split of other files',
      '- config_name: a\n  data_files:\n  - split: train\n    path: b.csv',
      'has a split train of other files (b.csv)',
    ],
    ['files without splits', '- config_name: a\n  data_files: b.csv', 'does not list its files by split'],
    ['a list in one line', ' [{config_name: a, data_files: x.csv}]', 'can’t be added to'],
    ['a word', ' all', 'can’t be added to'],
    ['no YAML', '- "x\nb: [', 'no YAML that can be added to'],
  ])('are refused where there is %s, and nothing is lost', (_what, list, reason) => {
    const card = `---\nconfigs:${list.startsWith(' ') ? list : `\n${list}`}\n---\n`;
    expect(merged(card, split('a', 'train', 'a.csv'))).toContain(reason);
  });

  test('whatever else a card says it says still (property)', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.oneof(word, fc.integer(), fc.boolean(), fc.array(word, { maxLength: 3 }));
    const head = fc.dictionary(
      word.filter((key) => key !== 'configs'),
      value,
      { maxKeys: 5 },
    );
    const file = fc.record({
      config: word,
      split: word,
      paths: fc.array(word, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        head,
        fc.array(file, { maxLength: 6 }),
        fc.string({ maxLength: 50 }),
        (facts, files, text) => {
          const lines = Object.entries(facts).map(([key, one]) => `${key}: ${JSON.stringify(one)} # note`);
          const body = text.replaceAll('\r', '').replace(/^-+/, '');
          const card = `---\n${lines.join('\n')}\n---\n${body}`;
          const made = withConfigs(card, files);
          if (!made.ok) return expect(made.reason).toContain('of other files');
          expect(made.card.endsWith(body)).toBe(true);
          const { configs, ...rest } = headOf(made.card);
          expect(rest).toEqual(lines.length === 0 ? {} : headOf(card));
          for (const line of lines) expect(made.card).toContain(line);
          if (files.length > 0) Documented.parse({ configs });
          expect(new Set(configsOf(made.card) ?? [])).toEqual(new Set(files.map(({ config }) => config)));
        },
      ),
      { numRuns: tries(300) },
    );
  });
});

test('files that no config lists get one each, but for those that are named after splits', () => {
  expect(configsForUnlisted(['train.csv', 'data/test-00000-of-00001.parquet', 'my labels.csv'])).toEqual([
    { config: 'default', split: 'train', paths: ['train.csv'] },
    { config: 'default', split: 'test', paths: ['data/test-00000-of-00001.parquet'] },
    { config: 'my_labels', split: 'train', paths: ['my labels.csv'] },
  ]);
});

test.each([
  ['train.csv', 'train'],
  ['data/validation-00000-of-00002.parquet', 'validation'],
  ['imdb_test.jsonl', 'test'],
  ['dev.json', 'validation'],
  ['constraint.csv', undefined],
  ['latest.csv', undefined],
])('%s is named after the split %s', (path, named) => {
  expect(splitNamed(path)).toBe(named);
});
