/*
 * Files that were made to stop who reads them, or to fill its memory. Sizes are what a test can afford: each
 * grows with the square of its size, or without end, in a reader that does not mind.
 */

/** A file by the name that says how to read it. */
export type HostileFile = { what: string; name: string; bytes: Buffer };

const all = (part: string, bytes: number) => part.repeat(Math.ceil(bytes / part.length)).slice(0, bytes);

const text = (what: string, name: string, content: string): HostileFile => ({
  what,
  name,
  bytes: Buffer.from(content),
});

const MB = 1_000_000;
const DEEP = 100_000;

/** Files of rows that say of themselves what is not so, go on without end, or are nested without end. */
export const hostileDataFiles = (): HostileFile[] => [
  ...parquetFiles(),
  text('quotes that nobody closes', 'a.csv', `a,b\n"${all('x', MB)}`),
  text('quotes alone', 'a.csv', all('"', MB)),
  text('one row of commas', 'a.csv', all(',', MB / 10)),
  text('one line without end', 'a.csv', all('9', MB / 5)),
  text('rows of nothing', 'a.csv', `a\n${all('\n', MB)}`),
  text('half a million rows', 'a.tsv', all('a\n', MB)),
  text('NULs', 'a.csv', all('\0', MB / 5)),
  text('lists in lists', 'a.json', '['.repeat(DEEP) + ']'.repeat(DEEP)),
  text('lists in a row', 'a.json', `[{"a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}]`),
  text('lists without end', 'a.json', '['.repeat(2 * MB)),
  text('objects in objects', 'a.jsonl', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}\n`),
  text('half a text', 'a.jsonl', `{"a": "${all('\\u0000', 2 * MB)}`),
  text('a third of a million rows', 'a.jsonl', all('{}\n', MB)),
  text('a number of two million digits', 'a.jsonl', `{"a": ${all('9', 2 * MB)}}\n`),
  text('numbers that are none', 'a.jsonl', '{"a": 1e999, "b": -1e999}\n'),
  text('names of what all objects have', 'a.jsonl', '{"__proto__": {"x": 1}, "constructor": 1}\n'),
  text('a hundred thousand columns', 'a.jsonl', `{${columns(DEEP)}}\n`),
  text('lone surrogates', 'a.jsonl', '{"\\ud800": "\\udfff"}\n'),
];

const columns = (count: number) => Array.from({ length: count }, (_, i) => `"c${i}":${i}`).join(',');

const MAGIC = Buffer.from('PAR1');

/** A Parquet file with this footer (Thrift's compact protocol): https://github.com/apache/parquet-format. */
function parquet(what: string, footer: readonly number[] | Buffer): HostileFile {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return { what, name: 'a.parquet', bytes: Buffer.concat([MAGIC, Buffer.from(footer), length, MAGIC]) };
}

const STOP = 0;
const VERSION = [0x15, 0x02];
const MOST = [0xfe, 0xff, 0xff, 0xff, 0x0f]; // 2147483647, as a zigzag number
const COUNT = [0xff, 0xff, 0xff, 0xff, 0x07]; // the same as a length

/** An element of the schema: a name, and how many elements it says belong to it. */
const element = (name: string, children: readonly number[]) => [
  ...[0x48, name.length, ...Buffer.from(name)],
  ...[0x15, ...children, STOP],
];

function parquetFiles(): HostileFile[] {
  const nested = ['root', 'a', 'b', 'c', 'd', 'e'].flatMap((name) => element(name, MOST));
  const rows = [0x16, 0x02, 0x19, 0x0c, STOP];
  return [
    parquet('columns that say they have billions of columns', [...VERSION, 0x19, 0x6c, ...nested, ...rows]),
    parquet('a schema of billions of elements', [...VERSION, 0x19, 0xfc, ...COUNT]),
    parquet('billions of row groups', [
      ...VERSION,
      0x19,
      0x1c,
      ...element('root', [0]),
      0x16,
      2,
      0x19,
      0xf1,
      ...COUNT,
    ]),
    parquet('a number without end', Buffer.concat([Buffer.from([0x16]), Buffer.alloc(400_000, 0xff)])),
    parquet('structs in structs', Buffer.alloc(200_000, 0x1c)),
    {
      what: 'a footer that is longer than the file',
      name: 'a.parquet',
      bytes: Buffer.from('PAR1\xff\xff\xff\x7fPAR1', 'latin1'),
    },
    { what: 'half a file', name: 'a.parquet', bytes: Buffer.from('PAR1PAR1') },
  ];
}

/** Pages that go on without end, or are nested without end, as documents of any kind that is read. */
export const hostilePages = (): { what: string; html: string }[] =>
  [
    ['elements in elements', '<div>', MB / 10],
    ['sections in sections', '<section class="ltx_section"><h2 class="ltx_title">a</h2><p>b</p>', MB / 10],
    [
      'results in results',
      '<div class="result"><a class="result__a" href="https://a.example">a</a>',
      MB / 10,
    ],
    ['links', '<nav><a href="/docs/trl/a">a</a></nav>', MB / 5],
    ['tables in tables', '<table class="ltx_table"><tr><td>', MB / 10],
    ['formulas', '<section class="ltx_section"><math alttext="a">', MB / 10],
    ['tags that nobody closes', '<a href="', MB / 4],
    ['comments that nobody closes', '<!--', MB / 4],
    ['attributes', ' a=b', MB / 4],
    ['ends of what was not begun', '</p>', MB / 2],
    ['formatting that is opened again and again', '<b><p>', MB / 20],
    ['entities', '&amp;&#x10ffff;', MB / 4],
    ['NULs', '\0', MB / 2],
    ['blanks', ' ', MB / 2],
  ].map(([what, part, size]) => {
    const begin = part === ' a=b' ? '<p' : '';
    return { what: String(what), html: begin + all(String(part), Number(size)) };
  });

/** Notebooks of the same kind. */
export const hostileNotebooks = (): HostileFile[] => {
  const cells = (cell: string, count: number) =>
    `{"cells": [${Array.from({ length: count }, () => cell).join(',')}]}`;
  const notebook = (what: string, content: string) => text(what, 'a.ipynb', content);
  return [
    notebook('lists in lists', '['.repeat(DEEP) + ']'.repeat(DEEP)),
    notebook('cells in cells', '{"cells": ['.repeat(DEEP)),
    notebook('fifty thousand cells', cells('{"cell_type": "code", "source": ""}', DEEP / 2)),
    notebook(
      'half a million lines',
      cells(`{"cell_type": "code", "source": [${'"a",'.repeat(MB / 2)}""]}`, 1),
    ),
    notebook('one long text', cells(`{"cell_type": "code", "source": "${'a'.repeat(4 * MB)}"}`, 1)),
    notebook(
      'outputs',
      cells(`{"cell_type": "code", "source": "", "outputs": [${'{},'.repeat(DEEP)}{}]}`, 1),
    ),
    notebook('names of what all objects have', '{"__proto__": {"cells": []}, "cells": 1e999}'),
  ];
};

/** Descriptions of an API: https://spec.openapis.org/oas/v3.1.0. */
export const hostileApis = (): string[] => [
  '{"paths":'.repeat(DEEP),
  `{"paths":{${Array.from({ length: 20_000 }, (_, i) => `"/a/${i}":{"get":{"tags":["t${i}"]}}`).join(',')}}}`,
  '{"paths":{"__proto__":{"get":{"summary":"x"}}}}',
  '{"paths":1e999}',
];

/** Edits of files that take long to look for, or make much of little. */
export const hostileEdits = () => [
  { text: all('a', MB), before: 'a', after: 'b', isForAll: true },
  { text: all('a', 5 * MB), before: 'a', after: 'b', isForAll: false },
  { text: all('a', 5 * MB), before: 'a', after: all('b', 30_000), isForAll: true },
  { text: all('|\n', MB), before: `${'| \n'.repeat(2_000)}x`, after: 'b', isForAll: false },
];
