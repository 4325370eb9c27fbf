import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { MAKERS, seeded } from '../support/made-secrets.ts';

const random = seeded(5);
const made = (kind: string) => MAKERS[kind]?.(random) ?? '';
const TOKEN = made('hf_token');
const OPAQUE = 'opaque "value" with\nlines';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

const log = createLogger('trace', createRedaction([{ name: 'OWN', value: OPAQUE }]));

/** The line that was written, and what it says. */
function line(): Record<string, unknown> {
  expect(printed.endsWith('\n')).toBe(true);
  return JSON.parse(printed);
}

test('a line keeps its fields and words, and stays one line of JSON', () => {
  log.info({ session: 's1', usd: 0.5, key: 'loss', ids: ['a', 'b'] }, 'a job was followed');
  expect(line()).toMatchObject({
    level: 30,
    session: 's1',
    usd: 0.5,
    key: 'loss',
    ids: ['a', 'b'],
    msg: 'a job was followed',
  });
});

test('an error is told without secrets: in its message, its stack, its fields and its causes', () => {
  const cause = new Error(`connect to postgres://intern:hunter22@db/intern failed`);
  const error = Object.assign(new Error(`401 for Bearer ${TOKEN}`, { cause }), {
    config: { headers: { Authorization: `Bearer ${made('base64url')}` }, auth: { password: 'hunter22' } },
    body: `{"token":"${TOKEN}","opaque":${JSON.stringify(OPAQUE)}}`,
  });
  log.warn({ err: error }, `it failed with ${TOKEN}`);
  expect(line()).toMatchObject({
    err: { type: 'Error', message: expect.stringContaining('401 for Bearer [redacted]') },
  });
  expect(printed).toContain('postgres://intern:[redacted]@db/intern');
  for (const secret of [TOKEN, 'hunter22', 'opaque'])
    expect(printed.replace('"opaque', '')).not.toContain(secret);
});

test('nested fields, lists and names beside values are looked at, and bytes are told by their number', () => {
  log.error(
    {
      request: {
        headers: { 'x-api-key': made('hex32'), cookie: `sid=${made('hex32')}` },
        env: [{ name: 'DB_PASSWORD', value: 'hunter22' }],
      },
      command: ['mysql', '--password', 'hunter22'],
      deep: { deeper: { deepest: { secret: 'hunter22', pin: 12 } } },
      chunk: Buffer.from(TOKEN),
      typed: new TextEncoder().encode(TOKEN),
    },
    'all of it',
  );
  const told = line();
  expect(told).toMatchObject({
    request: {
      headers: { 'x-api-key': '[redacted]', cookie: 'sid=[redacted]' },
      env: [{ name: 'DB_PASSWORD', value: '[redacted]' }],
    },
    command: ['mysql', '--password', '[redacted]'],
    deep: { deeper: { deepest: { secret: '[redacted]', pin: 12 } } },
    chunk: '[37 bytes]',
    typed: '[37 bytes]',
  });
  expect(printed).not.toContain('hunter22');
});

test('a message that is no record of fields is looked at, too', () => {
  log.info(`export HF_TOKEN=${TOKEN}`);
  expect(line()).toMatchObject({ msg: 'export HF_TOKEN=[redacted]' });
});
