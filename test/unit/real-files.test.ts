import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Of } from '../../src/lib/hash.ts';
import { readParquetParts } from '../../src/parse-apart/parsers/data-file.ts';
import { readDataFile } from '../../src/tools/data-file.ts';
import { parseApart } from '../support/parse-apart.ts';
import { realFiles } from '../support/real-files.ts';
import { ROOT } from '../support/root.ts';

/** Lines of a table that says what comes of each file, by the file's name. */
const tableOf = (file: string): Map<string, string[]> =>
  new Map(
    readFileSync(join(ROOT, 'test/corpora', file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([name = '', ...cells]) => [name, cells]),
  );

/** How many rows, and the names of the columns. */
const expected = tableOf('real-files.tsv');
/** How many characters of text, and their hash. */
const texts = tableOf('real-notebooks.tsv');
const { signal } = new AbortController();

const tables = [...realFiles('parquet'), ...realFiles('csv')];

test.skipIf(tables.length === 0)(
  'files of rows that others have published are read as they are meant',
  async () => {
    for (const { name, bytes } of tables) {
      const file = await readDataFile(parseApart, name, bytes, signal);
      const read = file.ok ? [String(file.rows), ...file.columns] : file;
      expect(read, name).toEqual(expected.get(name));
    }
    console.log(`${tables.length} files of rows that others have published were read`);
  },
);

test.skipIf(tables.length === 0)('rows of CSV are the rows that the same file has as JSON', async () => {
  const rowsOf = async (name: string, bytes: Buffer) => {
    const file = await readDataFile(parseApart, name, bytes, signal);
    return file.ok ? file.first.map((row): unknown => JSON.parse(row)) : file;
  };
  for (const { name, bytes } of tables.filter((table) => table.name.endsWith('.csv'))) {
    const twin = tables.find((table) => table.name === name.replace(/csv$/, 'json'));
    expect(await rowsOf(name, bytes), name).toEqual(await rowsOf('twin.json', twin?.bytes ?? Buffer.of()));
  }
});

test.skipIf(tables.length === 0)(
  'of Parquet its end and the bytes of its first rows are enough',
  async () => {
    for (const { name, bytes } of realFiles('parquet')) {
      const whole = await readDataFile(parseApart, name, bytes, signal);
      if (!whole.ok) continue;
      const from = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
      const end = { from, bytes: bytes.subarray(from) };
      const footer = await readParquetParts({ size: bytes.length, parts: [end] });
      const { rowsAt } = footer.ok ? footer : {};
      const rows = rowsAt && { from: rowsAt.from, bytes: bytes.subarray(rowsAt.from, rowsAt.to) };
      const read = await readParquetParts({ size: bytes.length, parts: rows ? [rows, end] : [end] });
      expect(read, name).toEqual(whole);
    }
  },
);

const notebooks = realFiles('notebooks');

test.skipIf(notebooks.length === 0)('notebooks that others have published are read as before', async () => {
  for (const { name, bytes } of notebooks) {
    const read = await parseApart.parse('notebook', bytes, signal);
    const text = read.ok ? read.value : '';
    expect([String(text.length), sha256Of(text)], name).toEqual(texts.get(name));
  }
  console.log(`${notebooks.length} notebooks that others have published were read`);
});
