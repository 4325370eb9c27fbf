import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type REST, RESTJSONErrorCodes } from 'discord.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { ERROR_CODES, LIST, type Row, TYPES } from '../../adapters/discord/error-codes.ts';
import type { Failed, Outbound } from '../../src/thread/delivery/outbound.ts';
import type { DiscordDouble } from '../doubles/discord/server.ts';
import { freePort } from '../support/free-port.ts';
import {
  ACTS,
  clientOf,
  discordOutbound,
  HELLO,
  type Opened,
  openThread,
  useRefusingDiscord,
} from '../support/refusals/discord.ts';
import { expectMeaning, REASONS as SHARED } from '../support/refusals/error-codes.ts';
import { ROOT } from '../support/root.ts';

let discord: DiscordDouble;
let rest: REST;
useRefusingDiscord((made) => {
  ({ discord, rest } = made);
});

let outbound: Outbound;
beforeEach(() => {
  outbound = discordOutbound(rest);
});

/** What each meaning comes to for a delivery. */
const REASONS = {
  ...SHARED,
  form: 'form',
  too_large: 'too_long',
  archived: 'closed',
} as const satisfies Record<Row['means'], Failed['reason']>;

/** The codes of Discord's own list, as its page has them. */
const listed = readFileSync(join(ROOT, 'test/corpora/discord-error-codes.txt'), 'utf8').trim().split('\n');

test('each row says where its code is from, and Discord’s list has what it is said to have', () => {
  expect(listed.length).toBeGreaterThan(250);
  const known = Object.values(RESTJSONErrorCodes).map(String);
  for (const [code, { sources }] of ERROR_CODES) {
    expect(sources.length, code).toBeGreaterThan(0);
    expect(sources.includes(LIST), code).toBe(listed.includes(code));
    expect(sources.includes(TYPES), code).toBe(!listed.includes(code));
    expect(known, code).toContain(code);
  }
});

describe('every error code', () => {
  test.each([...ERROR_CODES])('%i means what the table says', async (code, row) => {
    const thread = openThread(discord);
    const deliveries = Object.entries(ACTS).map(([name, { route, act }]) => {
      const isDone = name === 'remove' && ['gone', 'denied'].includes(row.means); // it is gone, or says nothing any more
      // A name that can't be set now is not worth waiting for.
      const reason = name === 'name' && row.means === 'limited' ? 'final' : REASONS[row.means];
      return {
        name,
        refuse: () => discord.refusals.refuse(route, 400, Number(code)),
        deliver: () => act(outbound, thread, ownIn(thread)),
        expected: isDone ? { ok: true as const } : { ok: false as const, reason },
      };
    });
    await expectMeaning(row, deliveries, () => discord.refusals.lift());
  });

  test.each<[string, number, number, Failed['reason']]>([
    ['one that nobody knows is not clear', 400, 99_999, 'unclear'],
    ['none, with 400, is not clear', 400, 0, 'unclear'],
    ['none, with 404, is not clear', 404, 0, 'unclear'],
    ['none, with 401, is a token that is refused', 401, 0, 'closed'],
    ['none, with 413, is too long', 413, 0, 'too_long'],
    ['any, with 500, passes', 500, 50_013, 'unavailable'],
    ['none, with 503, passes', 503, 0, 'unavailable'],
    ['any, with 408, passes', 408, 0, 'unavailable'],
  ])('%s', async (_name, status, code, reason) => {
    discord.refusals.refuse(/^POST/, status, code);
    expect(await ACTS.post?.act(outbound, openThread(discord), '')).toMatchObject({ ok: false, reason });
    rest.setToken(discord.token);
  });

  test('a network that fails passes, and a fault of ours does not', async () => {
    const { here } = openThread(discord);
    const nowhere = discordOutbound(clientOf(`http://127.0.0.1:${await freePort()}/api`).setToken('t'));
    expect(await nowhere.post(here, 'k#0', HELLO)).toMatchObject({ ok: false, reason: 'unavailable' });
    const circular: Record<string, unknown> = { ...HELLO.body };
    circular.self = circular;
    expect(await outbound.post(here, 'k#0', { kind: 'message', body: circular })).toMatchObject({
      ok: false,
      reason: 'unclear',
      isBug: true,
    });
  });
});

/** A message of the bot's in a thread. */
function ownIn({ first }: Opened): string {
  const { guild } = discord;
  return guild.add(guild.ownMessage(first.id, {})).id;
}
