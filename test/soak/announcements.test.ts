import type { WebClient } from '@slack/web-api';
import type { REST } from 'discord.js';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/database.ts';
import { operations } from '../../src/db/schema/inbox.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { announcements } from '../../src/db/schema/threads.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import {
  announcedBy,
  beginAnnouncements,
  leaveAnnouncements,
  sessionsToAnnounce,
} from '../../src/session/store/announcements.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { CHANNELS, GUILD } from '../doubles/discord/guild.ts';
import type { DiscordDouble } from '../doubles/discord/server.ts';
import type { SlackDouble } from '../doubles/slack/server.ts';
import { shownOn } from '../support/discord-world.ts';
import { Crash, dyingAt, type Moment } from '../support/dying-record.ts';
import { discordOutbound, useRefusingDiscord } from '../support/refusals/discord.ts';
import { slackOutbound, useRefusingSlack } from '../support/refusals/slack.ts';
import { useStorage } from '../support/use-storage.ts';
import { shown } from '../support/world.ts';

/* What is said in other channels: once each, whatever dies; and what is heard of what could not be said. */

let db: Db;
useStorage((made: Storage) => {
  db = made.db;
});
let slack: SlackDouble;
let client: WebClient;
useRefusingSlack((made) => {
  ({ slack, client } = made);
});
let discord: DiscordDouble;
let rest: REST;
useRefusingDiscord((made) => {
  ({ discord, rest } = made);
});

/** A platform with a channel that sessions are to say something in. */
type Ground = {
  outbound: Outbound;
  address: Omit<ThreadAddress, 'thread'>;
  channel: string;
  said(): string[];
};

const onSlack = (): Ground => ({
  outbound: slackOutbound(client),
  address: { platform: 'slack', workspace: randomIds.next('T'), channel: 'C0ML' },
  channel: 'C0OPS',
  said: () => slack.workspace.topLevel('C0OPS').map(shown),
});
const onDiscord = (): Ground => ({
  outbound: discordOutbound(rest),
  address: { platform: 'discord', workspace: GUILD, channel: CHANNELS.ml },
  channel: CHANNELS.ops,
  said: () => discord.guild.in(CHANNELS.ops).map(shownOn),
});

const MOST = { perHour: 10, perSession: 12 };

/** A session with a call that is being made, and how it renders on a record that may die. */
async function session(ground: Ground, isPrivate = false) {
  const id = randomIds.next('s');
  const call = { sessionId: id, callId: randomIds.next('c'), exchange: 1 };
  const title = `Said by ${id}`;
  await db.insert(sessions).values({
    id,
    ...ground.address,
    thread: id,
    requester: { id: 'U0ADA', name: 'Ada' },
    state: { kind: 'idle' },
    exchange: 1,
    isPrivate,
  });
  const [asked] = await db
    .insert(messages)
    .values({ sessionId: id, exchange: 1, entry: { role: 'assistant', text: '' } })
    .returning({ id: messages.id });
  await db.insert(toolCalls).values({
    id: call.callId,
    sessionId: id,
    messageId: asked?.id ?? 0,
    exchange: 1,
    position: 0,
    providerId: 'p',
    name: 'x',
    arguments: '{}',
    summary: '',
    state: { kind: 'running', since: new Date() },
  });
  const to = [{ name: 'ops', channel: ground.channel }];
  const said = { title, message: 'It is through.', severity: 'info' as const };
  const deps = {
    db,
    clock: systemClock,
    log: createLogger('silent', (text) => text),
    outboundOf: () => ground.outbound,
    leaseMs: 10_000,
  };
  return {
    id,
    call,
    said: () => ground.said().filter((text) => text.includes(title)).length,
    begin: (of = call, where: typeof to = to) =>
      db.transaction('a test', (tx) => beginAnnouncements(tx, of, { to: where, said }, MOST)),
    outcome: async () => (await announcedBy(db, call))[0]?.outcome,
    render: (on = db) => renderThread({ ...deps, db: on }, id),
    async again() {
      await db.update(announcements).set({ due: null }).where(eq(announcements.sessionId, id));
      await db
        .update(sessions)
        .set({ renderUntil: null, renderBlockedUntil: null })
        .where(eq(sessions.id, id));
      return renderThread(deps, id);
    },
  };
}

const CASES = [
  ['Slack', onSlack, 'before'],
  ['Slack', onSlack, 'after'],
  ['Discord', onDiscord, 'before'],
  ['Discord', onDiscord, 'after'],
] as const satisfies [string, () => Ground, Moment][];

describe.each(CASES)('on %s', (_name, ground, moment) => {
  test(`a process that is killed just ${moment} any commit leaves a message that is there once`, async () => {
    let points = 0;
    for (let n = 1; ; n++) {
      const { begin, render, again, said, outcome } = await session(ground());
      expect(await begin()).toEqual({ kind: 'begun' });
      let hasCrashed = false;
      await render(dyingAt(db, n, moment, () => {})).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        hasCrashed = true;
      });
      await again();
      expect(said(), `died ${moment} commit ${n}`).toBe(1);
      expect(await outcome()).toEqual({ kind: 'posted' });
      if (!hasCrashed) break;
      points++;
    }
    expect(points).toBeGreaterThan(3);
  });
});

test('a call that is made again finds what it has begun; what is too much or private is not begun', async () => {
  const { begin, call, render, said } = await session(onSlack());
  expect(await begin()).toEqual({ kind: 'begun' });
  expect(await begin()).toEqual({ kind: 'begun' });
  await render();
  expect(said()).toBe(1);
  const many = Array.from({ length: 10 }, (_one, i) => ({ name: `c${i}`, channel: 'C0OPS' }));
  expect(await begin({ ...call, callId: 'other' }, many)).toEqual({ kind: 'too_many', left: 9 });
  expect(await announcedBy(db, { ...call, callId: 'other' })).toEqual([]);
  const quiet = await session(onSlack(), true);
  expect(await quiet.begin()).toEqual({ kind: 'private' });
  await quiet.render();
  expect(quiet.said()).toBe(0);
});

test('what its call did not wait for is told to the model, and to the thread where it was refused', async () => {
  const { id, call, begin, render, again, said, outcome } = await session(onSlack());
  await begin();
  slack.refusals.refuse('chat.postMessage', 'service_unavailable');
  await render();
  expect(said()).toBe(0);
  expect(await outcome()).toBeUndefined();
  const left = await db.transaction('a test', (tx) => leaveAnnouncements(tx, call));
  expect(left).toEqual([{ name: 'ops', outcome: undefined }]);
  slack.refusals.refuse('chat.postMessage', 'is_archived');
  await again();
  expect(await outcome()).toMatchObject({ kind: 'refused', why: expect.stringContaining('is archived') });
  const asked = await db.select().from(operations).where(eq(operations.sessionId, id));
  expect(asked.map(({ body }) => body)).toEqual([
    { kind: 'background', text: expect.stringContaining('ops: not posted: the channel is archived') },
  ]);
  const told = await db.select().from(messages).where(eq(messages.sessionId, id));
  expect(told.at(-1)?.entry).toMatchObject({ role: 'notice', text: expect.stringContaining('**#ops**') });
});

test('what people stop before it is posted is posted no more', async () => {
  const { call, begin, render, said, outcome } = await session(onSlack());
  await begin();
  const state = { kind: 'cancelled', output: '', at: new Date() };
  await db.update(toolCalls).set({ state }).where(eq(toolCalls.id, call.callId));
  await render();
  expect(await outcome()).toEqual({ kind: 'withdrawn' });
  expect(said()).toBe(0);
});

test('what nobody is about to say is found, and given up after an hour of trouble', async () => {
  const { id, begin, render, again, outcome } = await session(onSlack());
  await begin();
  await db
    .update(announcements)
    .set({ createdAt: new Date(Date.now() - 2 * 3_600_000) })
    .where(eq(announcements.sessionId, id));
  expect(await sessionsToAnnounce(db)).toContain(id);
  slack.refusals.refuse('chat.postMessage', 'service_unavailable');
  await render();
  expect(await outcome()).toMatchObject({ kind: 'refused', why: expect.stringContaining('for an hour') });
  await again();
  expect(await sessionsToAnnounce(db)).not.toContain(id);
});
