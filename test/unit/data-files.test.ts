import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readDataFile } from '../../src/tools/data-file.ts';
import { parseApart } from '../support/parse-apart.ts';
import { ROOT } from '../support/root.ts';

/**
 * Files as people and programs write them, each with what is in it: columns and rows as pandas reads them,
 * the first rows, and what is said of them. Numbers that no double holds are texts there.
 */
const Corpus = z.array(
  z.strictObject({
    what: z.string(),
    name: z.string(),
    text: z.string().optional(),
    base64: z.string().optional(),
    isPart: z.boolean().optional(),
    is: z.union([
      z.strictObject({ reason: z.string() }),
      z.strictObject({
        rows: z.number(),
        columns: z.array(z.string()),
        first: z.array(z.record(z.string(), z.unknown())),
        notes: z.array(z.string()).optional(),
      }),
    ]),
  }),
);
const corpus = Corpus.parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/data-files.json'), 'utf8')));
const { signal } = new AbortController();

const LONG_NUMBER = /(?<=[:,[])-?(?:\d{16,}|\d+\.\d{16,})/g;
const parsed = (row: string): unknown => JSON.parse(row.replace(LONG_NUMBER, '"$&"'));

test.each(corpus)('of $what in $name it is said what it is', async ({ name, text, base64, isPart, is }) => {
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
  const file = await readDataFile(parseApart, name, bytes, signal, { isPart: isPart ?? false });
  if (!file.ok) {
    expect({ reason: file.reason }).toEqual(is);
    expect(file.reason).not.toMatch(/undefined|TypeError|is not iterable|destructur|\bat .*:\d+/);
    return;
  }
  const { rows, columns, first, notes } = file;
  const said = notes.length > 0 ? { notes } : {};
  expect({ rows, columns, first: first.slice(0, 2).map(parsed), ...said }).toEqual(is);
  expect(file.isPart).toBe(isPart ?? false);
});
