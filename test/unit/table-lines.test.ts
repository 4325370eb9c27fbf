import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { tableLines } from '../../src/lib/table-lines.ts';

const columns = [
  { title: 'Name' },
  { title: 'accuracy' },
  { title: 'Status' },
  { title: 'Asked by', isAside: true },
  { title: 'Cost', isAside: true },
];

test('a name too long for its column has a line of its own, and what stands aside is below', () => {
  const rows = [
    ['IMDB baseline · lr 2e-5', '0.941', 'done', 'Ada', '$0.20'],
    ['short', '0.9', 'running, 62 %', '–', '–'],
  ].map(([name = '', ...others]) => [
    { text: name },
    { text: others[0] ?? '', value: Number(others[0]) },
    ...others.slice(1).map((text) => ({ text })),
  ]);
  const { head, rows: shown } = tableLines({ columns, rows }, 40);
  expect([...head, ...shown.flat()].join('\n')).toBe(
    [
      'Name             accuracy  Status',
      '───────────────  ────────  ─────────────',
      'IMDB baseline · lr 2e-5',
      '                    0.941  done',
      '  Ada · $0.20',
      'short                 0.9  running, 62 %',
    ].join('\n'),
  );
});

test('what a column has no room for stands whole below, and keeps its number where it is', () => {
  const { rows } = tableLines(
    {
      columns: [{ title: 'Name' }, { title: 'Metric' }],
      rows: [[{ text: 'baseline' }, { text: 'eval_accuracy 0.9377' }]],
    },
    40,
  );
  expect(rows.flat()).toEqual(['baseline  eval_a… 0.9377', '  Metric eval_accuracy 0.9377']);
});

test('no cell of a row is lost, however many stand aside and however long they are', () => {
  const texts = [
    ...['IMDB · lr 2e-5 · batch 16 · seed 1', '0.941', 'running, 62 %, as it was before', 'Grace Hopper'],
    ...[
      'a100-large',
      '3 h 6 min',
      '$8.21',
      'out of GPU memory while it loaded the weights, at step 620 of 1,000',
    ],
  ];
  const made = {
    columns: texts.map((_, i) => ({ title: `column ${i}`, isAside: i > 2 })),
    rows: [texts, texts.with(0, 'IMDB · lr 2e-5 · batch 16 · seed 2')].map((row) =>
      row.map((text) => ({ text })),
    ),
  };
  const [first = [], second = []] = tableLines(made, 40).rows;
  const said = (lines: string[]) => lines.map((line) => line.trim()).join(' ');
  for (const text of texts) expect(said(first)).toContain(text);
  expect(first).not.toEqual(second);
});

const hostile = fc.oneof(
  fc.string({ maxLength: 60, unit: 'grapheme' }),
  fc.string({ maxLength: 300, unit: 'binary' }),
  fc.constantFrom(
    '',
    '```',
    '\n\n',
    '\u202egnp',
    '👩‍👩‍👧‍👦'.repeat(20),
    '漢字'.repeat(40),
    'e\u0301'.repeat(200),
  ),
);

test('no line is wider than it may be, breaks, turns around or ends a block of code, whatever is in it', () => {
  const cell = fc.record({ text: hostile, value: fc.option(fc.double(), { nil: undefined }) });
  const table = fc.record({
    columns: fc.array(fc.record({ title: hostile, isAside: fc.boolean() }), { minLength: 1, maxLength: 12 }),
    rows: fc.array(fc.array(cell, { maxLength: 14 }), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(table, fc.integer({ min: 24, max: 100 }), (made, width) => {
      const { head, rows } = tableLines(made, width);
      expect(rows).toHaveLength(made.rows.length);
      for (const line of [...head, ...rows.flat()]) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(line).not.toMatch(/[\n\r\u0000-\u001f`\u202a-\u202e\u2066-\u2069]/);
        expect(line.length).toBeLessThanOrEqual(8 * width + 40);
      }
    }),
  );
});
