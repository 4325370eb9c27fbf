import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/lib/redaction.ts';
import { filled, seeded } from '../support/made-secrets.ts';
import { ROOT } from '../support/root.ts';

const CORPUS = join(ROOT, 'test/corpora/redaction');
const redact = createRedactor([]);

/** Snippets of several lines stand between lines of `%%`, all others are lines of their own. */
function entriesOf(folder: string): { file: string; entries: string[] }[] {
  return readdirSync(join(CORPUS, folder)).map((file) => {
    const text = readFileSync(join(CORPUS, folder, file), 'utf8');
    const entries = file === 'snippets.txt' ? text.split('\n%%\n') : text.split('\n');
    return { file, entries: entries.filter((entry) => entry.trim() !== '') };
  });
}

const clean = entriesOf('clean');
const secret = entriesOf('secret');

const count = (files: typeof clean) => files.reduce((sum, { entries }) => sum + entries.length, 0);

test('the corpus is as large as it is meant to be', () => {
  expect(count(clean)).toBeGreaterThanOrEqual(1_000);
  expect(count(secret)).toBeGreaterThanOrEqual(750);
});

describe.each(clean)('$file without secrets', ({ entries }) => {
  test('no line changes', () => {
    expect(entries.map((entry) => redact(entry))).toEqual(entries);
  });

  test('nor do they all together, nor as they stand in JSON, once or twice escaped', () => {
    const whole = entries.join('\n');
    expect(redact(whole)).toBe(whole);
    for (const entry of entries) {
      const once = JSON.stringify({ content: entry });
      const twice = JSON.stringify({ arguments: once });
      expect([redact(once), redact(twice)]).toEqual([once, twice]);
    }
  });
});

/** What is left of the secrets in a text, or undefined where none is. */
function leftIn(text: string, secrets: readonly string[]): string | undefined {
  return secrets.find((value) => pieces(value).some((piece) => text.includes(piece)));
}

/** A secret, and its halves where they are long enough to say something: no part of it may stay. */
function pieces(value: string): string[] {
  if (/\s/.test(value))
    return value.split(/\s+/).filter((word) => word.length > 20 || (value.length < 60 && word.length > 3));
  if (value.includes('\\n')) return value.split('\\n');
  const half = Math.floor(value.length / 2);
  return value.length < 20 ? [value] : [value, value.slice(0, half), value.slice(half)];
}

describe.each(secret)('$file with secrets', ({ entries }) => {
  test('none survives, and the rest stays readable', () => {
    const random = seeded(20_260_601);
    const problems = entries.flatMap((template) =>
      Array.from({ length: 8 }, () => {
        const { text, secrets, kept } = filled(template, random);
        const told = redact(text);
        const left = leftIn(told, secrets);
        if (left !== undefined) return `${left} is left in: ${told}`;
        let at = 0;
        for (const part of kept) {
          const found = told.indexOf(part, at);
          if (found === -1) return `"${part}" is gone from: ${told}`;
          at = found + part.length;
        }
        return redact(told) === told ? [] : `scrubbing once more changes: ${told}`;
      }).flat(),
    );
    expect(problems).toEqual([]);
  });
});
