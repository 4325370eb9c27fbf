import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedaction, createRedactor } from '../../src/lib/redaction.ts';
import { examinedBy, timesAsMuch } from '../support/examined.ts';
import { growth, LINEAR } from '../support/growth.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { filled, MAKERS, seeded } from '../support/made-secrets.ts';
import { ROOT } from '../support/root.ts';

const OWN = 's3cret-of-this/process+7';
const redact = createRedactor([{ name: 'HF_TOKEN', value: OWN }]);
const random = seeded(7);
const made = (kind: string) => MAKERS[kind]?.(random) ?? '';

describe('what this installation knows', () => {
  test.each([
    OWN,
    JSON.stringify({ a: `x${OWN}\n` }),
    encodeURIComponent(OWN),
    encodeURIComponent(OWN).toLowerCase(),
    Buffer.from(OWN).toString('base64'),
    Buffer.from(`user:${OWN}`).toString('base64'),
    Buffer.from(`ab${OWN}cd`).toString('base64'),
    Buffer.from(`a${OWN}`).toString('base64url'),
  ])('is taken out, however it is written: %s', (written) => {
    const told = redact(`before ${written} after`);
    expect(told).toMatch(/^before .*\[redacted\].* after$/);
    expect(told).not.toMatch(/s3cret|process|czNjcmV0|c2VjcmV0/);
  });

  test('is taken out where quotes or breaks of lines in it are escaped', () => {
    const value = 'two "words"\nand a line';
    const own = createRedactor([{ name: 'KEY', value }]);
    for (const text of [value, JSON.stringify(value), JSON.stringify(JSON.stringify({ value }))]) {
      expect(own(text)).not.toMatch(/two|words|line/);
    }
  });

  test('is left alone where it is a word, which ordinary text is full of', () => {
    const weak = createRedactor([
      { name: 'A', value: 'postgres' },
      { name: 'B', value: 'redacted' },
      { name: 'C', value: 'short' },
    ]);
    const text = 'import postgres; it is short, and [redacted]';
    expect(weak(text)).toBe(text);
  });
});

describe('tokens', () => {
  test('a Hub token is hf_ and at least 30 letters or digits: what is shorter is a name', () => {
    const text = `hf_${'a'.repeat(29)} hf_transfer hf_${'A'.repeat(8)}`;
    expect(redact(text)).toBe(text);
    expect(redact(`hf_${'a'.repeat(30)}`)).toBe('hf_[redacted]');
    expect(redact(`x hf_${'Zx9'.repeat(12)}, y`)).toBe('x hf_[redacted], y');
  });

  test.each([
    'AKIAIOSFODNN7EXAMPLE',
    `sk-${'Zx9'.repeat(12)}`,
    `sk-ant-api03-${'Zx9'.repeat(12)}`,
    `ghp_${'Zx9'.repeat(12)}`,
    `github_pat_${'Zx9'.repeat(12)}`,
    `xoxb-123-456-${'Zx9'.repeat(12)}`,
    `xapp-1-A1-${'Zx9'.repeat(12)}`,
    `MTAZx9Zx9Zx9Zx9Zx9Zx9Zx9Z.Gxxxxx.${'Zx9'.repeat(12)}`,
    OWN,
  ])('%s does not survive, wherever it stands', (secret) => {
    for (const text of [
      secret,
      `token: ${secret}.`,
      `{"a":"${secret}"}`,
      `{"a":"x\\n${secret}\\ty"}`,
      `a%3D${secret}`,
      `\u001b[31m${secret}\u001b[0m`,
      `curl -H 'Authorization: Bearer ${secret}'`,
    ]) {
      expect(redact(text)).not.toContain(secret);
      expect(redact(text)).toContain('[redacted]');
    }
  });

  test.each([
    'MY_API_KEY="abcdef1234"',
    'export DB_PASSWORD=hunter2hunter2',
    'DB_PASSWORD: hunter22',
    '{"HF_TOKEN": "plainvalue"}',
    'Authorization: Bearer abcdefghijkl123456',
  ])('the value in %s is taken out', (text) => {
    expect(redact(text)).toContain('[redacted]');
    expect(redact(text)).not.toMatch(/abcdef|hunter2|plainvalue/);
  });
});

const corpus = (folder: string, file: string) =>
  readFileSync(join(ROOT, 'test/corpora/redaction', folder, file), 'utf8').split('\n');
const CLEAN = readdirSync(join(ROOT, 'test/corpora/redaction/clean')).flatMap((file) =>
  corpus('clean', file),
);
const TEMPLATES = ['tokens.txt', 'named.txt', 'mixed.txt'].flatMap((file) => corpus('secret', file));

/** The same texts each time, so that what fails fails again. */
const SEED = 20_260_601;

describe('for any text', () => {
  const words = fc.constantFrom(
    ...[
      'password',
      'DB_PASSWORD',
      'token',
      'hf_',
      'sk-',
      'Bearer ',
      '--token ',
      'key',
      '"',
      "'",
      '\\"',
      '\\',
      '=',
      ': ',
      ' = ',
    ],
    ...[
      '\n',
      '{',
      '}',
      '${',
      '://',
      '@',
      ':',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      '[redacted]',
      'eyJ',
      '.',
    ],
    ...[
      'hunter22',
      'the',
      'Zx9Zx9Zx9Zx9Zx9Zx9',
      'redacted',
      OWN,
      ' ',
      ',',
      ')',
      '[a]\n',
      'value',
      '|',
      '*',
      '%',
      '&',
      '<',
      '>',
    ],
  );
  const jumble = fc
    .array(fc.oneof(words, fc.string({ maxLength: 12 })), { maxLength: 40 })
    .map((all) => all.join(''));

  test('scrubbing twice is scrubbing once', () => {
    fc.assert(
      fc.property(jumble, (text) => {
        const once = redact(text);
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 600, seed: SEED },
    );
  });

  test('lines without secrets stay as they are, in whatever order they stand', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...CLEAN), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        (lines, by) => {
          const text = lines.join(by);
          expect(redact(text)).toBe(text);
        },
      ),
      { numRuns: 300, seed: SEED },
    );
  });

  test('no secret survives among lines without, in JSON or out of it', () => {
    const lines = fc.array(fc.constantFrom(...CLEAN), { maxLength: 3 });
    const dress = fc.constantFrom(
      (text: string) => text,
      (text: string) => JSON.stringify({ content: text }),
      (text: string) => JSON.stringify({ arguments: JSON.stringify({ content: text }) }),
    );
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom(...TEMPLATES),
        fc.nat(),
        lines,
        dress,
        (before, template, seed, after, as) => {
          const { text, secrets } = filled(template, seeded(seed));
          const told = redact(as([...before, text, ...after].join('\n')));
          for (const secret of secrets) expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
        },
      ),
      { numRuns: 600, seed: SEED },
    );
  });
});

describe('a hostile text', () => {
  // What goes on inside of a regular expression can't be counted: `npm run bench -- redaction` tells of that.
  // Those of long texts are counted more strictly in soak/redaction-growth.test.ts.
  test.each(HOSTILE_TEXTS)('of %s takes eight times the searches of an eighth', (_name, make) => {
    const [short, long] = [10_000, 80_000].map((size) => examinedBy(() => redact(make(size))));
    const ratio = timesAsMuch(long, short);
    // Work that grows with the square would be 64 times as much.
    expect(ratio.searches).toBeLessThan(16);
    expect(ratio.characters).toBeLessThan(16);
  });

  test('is seen to take too many where the work grows with the square', () => {
    const square = (text: string) => {
      for (let i = 0; i < text.length; i += 100) text.indexOf('not there', i);
    };
    const [short, long] = [10_000, 80_000].map((size) => examinedBy(() => square('a'.repeat(size))));
    expect(timesAsMuch(long, short).characters).toBeGreaterThan(50);
  });
});

test('the makers of secrets make each of them anew', () => {
  expect(made('hf_token')).not.toBe(made('hf_token'));
  expect(made('hf_token')).toMatch(/^hf_[A-Za-z]{34}$/);
});

test.each(['2026-01-02 12:00:01 INFO ', '> ', '[rank0]: ', '   12\t', 'app-1  | '])(
  'a key is taken out of lines that come one by one, each behind "%s"',
  (prefix) => {
    const body = [
      'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw',
      'ggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEfYyji',
      'WA4R4/M2bS1GB4t7',
    ];
    const lines = ['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----', 'step 1 of 10'];
    const clean = createRedaction().lines();
    const told = lines.map((line, i) => clean(prefix.replace('12\t', `${12 + i}\t`) + line));
    for (const line of body) expect(told.join('\n')).not.toContain(line);
    expect(told.at(-1)).toContain('step 1 of 10');
  },
);

test.each([
  ['1 ', '1'],
  [' 1', ' '],
  ['1 ', '1 '],
  ['a1', 'a'],
])(
  'what stands before a key, many times "%s", is looked for in time that grows with the text',
  (part, more) => {
    const before = `${part.repeat(50)}x`; // which no line has to its end
    const text = (size: number) =>
      `${before}-----BEGIN PRIVATE KEY-----\n${`${more.repeat(size)}!\n`.repeat(20)}`;
    expect(growth((size) => createRedaction().text(text(size)), 400)).toBeLessThan(LINEAR);
  },
);
