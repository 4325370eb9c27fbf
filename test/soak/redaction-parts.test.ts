import { describe, expect, test } from 'vitest';
import { cappedClean } from '../../src/lib/output.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { MAKERS, seeded } from '../support/made-secrets.ts';

const random = seeded(11);
const made = (kind: string) => MAKERS[kind]?.(random) ?? '';

const TOKEN = made('hf_token');
const OWN = 'two words & a sign';
const redaction = createRedaction([{ name: 'OWN', value: OWN }]);

/** Beginnings of a secret that are long enough to say something. */
const beginnings = (secret: string) =>
  Array.from({ length: secret.length - 7 }, (_, i) => secret.slice(0, i + 8));

describe('a text that grows', () => {
  test.each([
    ['a token', `Your token is ${TOKEN} and it works`, TOKEN],
    ['a token in code', `\`\`\`py\nlogin(token="${TOKEN}")\n\`\`\``, TOKEN],
    ['a JSON Web Token', `${made('jwt')} is it`, ''],
    ['a password', `DB_PASSWORD=${made('password')}\nDB_HOST=db`, ''],
    ['a key', `WANDB_API_KEY: ${made('hex40')}\nnext`, ''],
    ['a password in an address', `postgres://intern:${made('password')}@db/intern now`, ''],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${made('pem')}\n-----END PRIVATE KEY-----\nend`, ''],
    ['a value of ours that has spaces', `it is ${OWN}, you know`, OWN],
  ])('never shows the beginning of %s, however it is cut', (_what, text, given) => {
    const whole = redaction.text(text);
    const secret = given || secretOf(text, whole);
    for (let end = 1; end <= text.length; end++) {
      const shown = redaction.growing(text.slice(0, end));
      for (const part of beginnings(secret.slice(0, 24))) expect(shown).not.toContain(part);
    }
    expect(redaction.growing(`${text}\n`)).toBe(`${whole}\n`);
  });

  test('shows all else up to its last word', () => {
    expect(redaction.growing('one two thr')).toBe('one two ');
    expect(redaction.growing('one two three\n')).toBe('one two three\n');
    expect(redaction.growing('模型训练完成')).toBe('模型训练完成');
  });
});

/** What the mark stands for. */
function secretOf(text: string, told: string): string {
  const at = told.indexOf('[redacted]');
  const rest = told.slice(at + '[redacted]'.length);
  return text.slice(at, text.length - rest.length);
}

describe('a part of a text', () => {
  const text = `${'word '.repeat(50)}token ${TOKEN} ${'word '.repeat(50)}`;
  const at = text.indexOf(TOKEN);

  test('never begins or ends with half a secret', () => {
    for (let cut = at - 3; cut < at + TOKEN.length + 3; cut++) {
      for (const shown of [redaction.head(text, cut), redaction.tail(text, text.length - cut)]) {
        for (let i = 0; i + 8 <= TOKEN.length; i++) expect(shown).not.toContain(TOKEN.slice(i, i + 8));
      }
    }
  });

  test('is as long as was asked where no secret is near', () => {
    expect(redaction.head(text, 20)).toBe(text.slice(0, 20));
    expect(redaction.tail(text, 20)).toBe(text.slice(-20));
    expect(redaction.tail('short', 20)).toBe('short');
  });
});

describe('lines that come one by one', () => {
  test('keep what is secret in a key of many lines', () => {
    const clean = redaction.lines();
    const key = made('pem').split('\n');
    const told = ['a', '-----BEGIN RSA PRIVATE KEY-----', ...key, '-----END RSA PRIVATE KEY-----', 'b'].map(
      clean,
    );
    expect(told.slice(0, 2)).toEqual(['a', '-----BEGIN RSA PRIVATE KEY-----']);
    expect(told.slice(-2)).toEqual(['-----END RSA PRIVATE KEY-----', 'b']);
    for (const line of key) expect(told.join('\n')).not.toContain(line.slice(0, 30));
  });

  test('are known by the line before them', () => {
    const clean = redaction.lines();
    expect(['- name: DB_PASSWORD', '  value: hunter22', '- name: MODE'].map(clean)).toEqual([
      '- name: DB_PASSWORD',
      '  value: [redacted]',
      '- name: MODE',
    ]);
  });
});

describe('a text of megabytes', () => {
  test('is scrubbed as one text is, and lets others have their turn', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `step ${i} loss ${1 / (i + 1)}`);
    lines[9_000] = `token ${TOKEN}`;
    const key = ['-----BEGIN PRIVATE KEY-----', ...made('pem').split('\n'), '-----END PRIVATE KEY-----'];
    lines.splice(20_000, 0, ...key);
    const text = lines.join('\n');
    const whole = redaction.text(text);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const told = await redaction.long(text);
    clearInterval(timer);
    expect(told).toBe(whole);
    expect(turns).toBeGreaterThan(0);
  });

  test.each([
    ['a token', (before: string) => `${before} ${TOKEN} `, TOKEN],
    [
      'a password behind its name',
      (before: string) => `${before} DB_PASSWORD=hunter22secret `,
      'hunter22secret',
    ],
    ['a value of JSON', (before: string) => `${before},"password": "hunter22secret",`, 'hunter22secret'],
    ['a value of ours', (before: string) => `${before} ${OWN} `, OWN],
  ])('of one line shows no half of %s, wherever it is parted', async (_what, line, secret) => {
    for (let before = 99_900; before < 100_040; before += 7) {
      const told = await redaction.long(line('1 '.repeat(before / 2)) + '1 '.repeat(60_000));
      for (let i = 0; i + 8 <= secret.length; i++) expect(told).not.toContain(secret.slice(i, i + 8));
    }
  });

  test('that was scrubbed passes the next doors at once, until another secret has become known', async () => {
    const own = createRedaction();
    const text = '{"a":"password: '.repeat(40_000);
    const told = await own.long(text);
    const unseen = await quickestTurn(async () => createRedaction().text(told));
    const { ms } = await quickestTurn(async () => {
      expect(own.text(told)).toBe(told);
      expect(own.value({ text: [told] })).toEqual({ text: [told] });
    });
    expect(ms).toBeLessThan(unseen.ms / 5);
    own.learn([{ name: 'a sign-in', value: '{"a":"password: ' }]);
    expect(own.text(told)).toContain('[redacted]');
  });

  test.each(['names of YAML', 'ends of keys'])(
    'of %s keeps nobody waiting, as a text, in a value, or as what is looked for',
    async (name) => {
      const [, make] = HOSTILE_TEXTS.find(([known]) => known === name) ?? [];
      const text = make?.(1_200_000) ?? '';
      const value = { a: [{ text, list: text.slice(0, 300_000).match(/[\s\S]{1,15}/g) }] };
      const { ms } = await quickestTurn(
        async (own) => {
          await own.long(text);
          await own.longValue(value);
          await own.findLong(value);
          cappedClean(own, text, 25_000);
        },
        () => createRedaction([{ name: 'OWN', value: OWN }]),
      );
      expect(ms).toBeLessThan(LONGEST_TURN_MS);
    },
  );
});

describe('a value', () => {
  test('loses secrets in its texts, behind its keys and beside its names, and nothing else', () => {
    const token = made('github_token');
    const value = {
      text: `x ${TOKEN}`,
      db: { user: 'ada', password: 'hunter22', port: 5432 },
      headers: { authorization: `Bearer ${made('base64url')}`, accept: '*/*' },
      env: [
        { name: 'WANDB_API_KEY', value: made('hex40') },
        { name: 'MODE', value: 'train' },
      ],
      args: ['mysql', '--password', 'hunter22', '--host', 'db'],
      raw: ['content-type', 'text/plain', 'x-api-key', made('hex32')],
      pin: { password: 1_234_567_890, max_new_tokens: 512 },
      [token]: true,
      when: new Date(0),
      nothing: null,
      bytes: Buffer.from(TOKEN),
      json: JSON.parse(JSON.stringify({ buffer: Buffer.from(TOKEN), array: new Uint8Array(12).fill(7) })),
    };
    expect(redaction.value(value)).toEqual({
      text: 'x hf_[redacted]',
      db: { user: 'ada', password: '[redacted]', port: 5432 },
      headers: { authorization: 'Bearer [redacted]', accept: '*/*' },
      env: [
        { name: 'WANDB_API_KEY', value: '[redacted]' },
        { name: 'MODE', value: 'train' },
      ],
      args: ['mysql', '--password', '[redacted]', '--host', 'db'],
      raw: ['content-type', 'text/plain', 'x-api-key', '[redacted]'],
      pin: { password: '[redacted]', max_new_tokens: 512 },
      [`${token.slice(0, 4)}[redacted]`]: true,
      when: new Date(0),
      nothing: null,
      bytes: '[37 bytes]',
      json: { buffer: '[37 bytes]', array: '[12 bytes]' },
    });
  });

  test('without secrets is the very same', () => {
    const value = { a: [{ pad_token: '<pad>' }], token: null, usage: { input: 1, output: 2 }, key: 'loss' };
    expect(redaction.value(value)).toBe(value);
  });

  test('keeps what stands behind keys that are to stay', () => {
    const value = { call: { arguments: `{"x": "${TOKEN}"}` }, output: TOKEN };
    expect(redaction.value(value, new Set(['arguments']))).toEqual({
      call: value.call,
      output: 'hf_[redacted]',
    });
  });
});

test('what becomes known while it runs is taken out from then on, until it is forgotten', () => {
  const own = createRedaction();
  const text = 'signed in with opaque-9f8e7d6c5b';
  expect(own.text(text)).toBe(text);
  const forget = own.learn([{ name: 'a sign-in', value: 'opaque-9f8e7d6c5b' }]);
  own.learn([{ name: 'a sign-in', value: 'opaque-9f8e7d6c5b' }]);
  expect(own.text(text)).toBe('signed in with [redacted]');
  forget();
  expect(own.text(text)).toBe('signed in with [redacted]');
});
