import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../adapters/web/cookies.ts';
import { createTokenDoor } from '../../adapters/web/door.ts';
import type { PageDoor } from '../../adapters/web/entry.ts';
import { doorKeeper } from '../support/door-keeper.ts';

const PORT = 3000;

function doorOf() {
  const keeper = doorKeeper();
  const announced: string[] = [];
  const door = createTokenDoor(PORT, keeper, (line) => announced.push(line));
  const tokenIn = (line: string) => /token=(\w+)/.exec(line)?.[1] ?? '';
  /** What a browser keeps that comes with a token; undefined where it is not let in. */
  async function exchange(token: string): Promise<string | undefined> {
    const front = await door.front(request({}, '127.0.0.1', `/?token=${token}`));
    return 'cookies' in front ? front.cookies[0] : undefined;
  }
  return { door, announced, keeper, tokenIn, exchange };
}

/** A request as Node hands it on, from an address of a machine. */
function request(headers: Record<string, string>, from = '127.0.0.1', url = '/'): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: from });
  const made = new IncomingMessage(socket);
  made.url = url;
  made.headers = { host: `127.0.0.1:${PORT}`, ...headers };
  return made;
}

const refusalOf = async (door: PageDoor, asked: IncomingMessage, does: 'read' | 'change') =>
  (await door.entry(asked, does)).refusal;

async function letIn() {
  const { door, tokenIn, exchange, ...more } = doorOf();
  const set = await exchange(tokenIn(door.announcement()));
  if (set === undefined) throw new Error('the token is not taken');
  return { door, set, cookie: set.split(';')[0] ?? '', ...more };
}

describe('a token', () => {
  test('signs one browser in, and the next address is announced', async () => {
    const { door, announced, tokenIn, exchange } = doorOf();
    const first = tokenIn(door.announcement());
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await exchange(first)).toContain('ml_intern_3000=');
    expect(await exchange(first)).toBeUndefined();
    expect(announced).toEqual([door.announcement()]);
    expect(tokenIn(door.announcement())).not.toBe(first);
    expect(await exchange(tokenIn(door.announcement()))).toContain('ml_intern_3000=');
  });

  test.each(['', 'a', 'f'.repeat(64), '%00'])('that is another one is none of ours: %j', async (token) => {
    const { announced, exchange } = doorOf();
    expect(await exchange(token)).toBeUndefined();
    expect(announced).toEqual([]);
  });

  test('is kept by a browser where no script reads it and no other site sends it', async () => {
    const { set, keeper, cookie } = await letIn();
    expect(set.split('; ').slice(1)).toEqual(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=2592000']);
    // The record has only what it can be known by.
    expect(keeper.hashes().join()).not.toContain(cookie.split('=')[1]);
  });
});

describe('a browser that is signed in', () => {
  test.each(['127.0.0.1:3000', 'localhost:3000', '[::1]:3000', 'LOCALHOST:3000'])(
    'reads and changes what it wants at %s',
    async (host) => {
      const { door, cookie } = await letIn();
      const headers = { host, cookie: `other=1; ${cookie}`, origin: `http://${host}` };
      expect(await refusalOf(door, request(headers), 'read')).toBeUndefined();
      expect(await refusalOf(door, request(headers), 'change')).toBeUndefined();
    },
  );

  test.each([
    ['a name that leads here', { host: 'evil.example:3000' }],
    ['the same at its own port', { host: 'evil.example' }],
    ['a name that only begins like ours', { host: '127.0.0.1.evil.example:3000' }],
    ['another port of this machine', { host: '127.0.0.1:3001' }],
    ['no name', { host: '' }],
    ['what a proxy sends on', { 'x-forwarded-for': '192.0.2.1' }],
    ['the same in its newer form', { forwarded: 'for=192.0.2.1' }],
    ['what another site begins', { 'sec-fetch-site': 'cross-site' }],
    ['what another server of this machine begins', { 'sec-fetch-site': 'same-site' }],
  ])('is refused with %s', async (_what, headers) => {
    const { door, cookie } = await letIn();
    const own = { origin: `http://127.0.0.1:${PORT}` };
    for (const does of ['read', 'change'] as const) {
      expect(await refusalOf(door, request({ ...own, cookie, ...headers }), does)).toMatchObject({
        status: 403,
      });
    }
  });

  test.each([
    undefined,
    'null',
    'http://evil.example',
    'http://127.0.0.1:3001',
    'https://127.0.0.1:3000',
    'http://localhost:3000',
  ])('changes nothing for a page of %s', async (origin) => {
    const { door, cookie } = await letIn();
    const headers = { cookie, ...(origin === undefined ? {} : { origin }) };
    expect(await refusalOf(door, request(headers), 'change')).toMatchObject({ status: 403 });
  });

  test.each(['192.0.2.1', '10.0.0.5', '::ffff:10.0.0.5', '2001:db8::1', '128.0.0.1', '127.0.0.1.evil'])(
    'is refused from %s',
    async (from) => {
      const { door, cookie } = await letIn();
      const headers = { cookie, origin: `http://127.0.0.1:${PORT}` };
      expect(await refusalOf(door, request(headers, from), 'read')).toMatchObject({ status: 403 });
    },
  );

  test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('is not from %s', async (from) => {
    const { door, cookie } = await letIn();
    expect(await refusalOf(door, request({ cookie }, from), 'read')).toBeUndefined();
  });
});

test('whoever has signed in as themselves, where several may, is not whoever runs the bot', async () => {
  const { door, keeper } = await letIn();
  await keeper.signIn(hashOf('held'), 1_000, { id: '1', name: 'ada', orgs: [] });
  const headers = { cookie: 'ml_intern_3000=held', origin: `http://127.0.0.1:${PORT}` };
  expect(await refusalOf(door, request(headers), 'read')).toMatchObject({ status: 401 });
});

test.each([
  {},
  { cookie: '' },
  { cookie: 'ml_intern_3000=' },
  { cookie: `ml_intern_3000=${'0'.repeat(64)}` },
  { cookie: 'ml_intern_3001=x' },
])('whoever holds nothing of ours reads nothing: %j', async (headers) => {
  const { door } = await letIn();
  const own = { origin: `http://127.0.0.1:${PORT}`, ...headers };
  expect(await refusalOf(door, request(own), 'read')).toMatchObject({ status: 401 });
  expect(await refusalOf(door, request(own), 'change')).toMatchObject({ status: 401 });
});
