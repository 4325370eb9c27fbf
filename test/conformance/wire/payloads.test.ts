import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { IS_AGENT, isSubscribed } from '../../doubles/slack/manifest.ts';
import { BOT } from '../../doubles/slack/workspace.ts';
import { echo } from '../../support/scripts.ts';
import { until } from '../../support/until.ts';
import { World } from '../../support/world.ts';
import type { Payload } from './slack.ts';
import { specifications } from './specifications.ts';

/*
 * What Slack has been seen to send, through the receivers that the bot has: nothing of it may fail, and what
 * is for the bot is taken in.
 */

type Notice = { kind: 'events_api' | 'interactive' | 'slash_commands'; payload: Record<string, unknown> };

const found = specifications();
const lines = found.ok ? readFileSync(found.file('slack-payloads.jsonl'), 'utf8').split('\n') : [];
const payloads = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Payload);

/** A payload of some workspace as it would be of ours: said by Ada, in a channel or to the bot alone. */
function here({ kind, payload }: Payload, number: number): Notice {
  if (kind === 'slash') return { kind: 'slash_commands', payload: { ...payload, team_id: BOT.team_id } };
  if (kind !== 'event' && kind !== 'event_callback') {
    const team = { id: BOT.team_id, domain: 'double' };
    const user = { ...Object(payload.user), id: 'U0ADA', team_id: BOT.team_id };
    return { kind: 'interactive', payload: { ...payload, team, user } };
  }
  const event: Record<string, unknown> = Object(kind === 'event' ? payload : payload.event);
  const envelope = kind === 'event' ? { type: 'event_callback' } : payload;
  const place = event.channel_type === 'im' ? 'D0ADA' : 'C0ML';
  const rewritten = {
    ...event,
    ...(typeof event.channel === 'string' ? { channel: place } : {}),
    ...(typeof event.user === 'string' ? { user: 'U0ADA' } : {}),
    ...('assistant_thread' in event
      ? { assistant_thread: { ...Object(event.assistant_thread), user_id: 'U0ADA', channel_id: 'D0ADA' } }
      : {}),
    ...(isWritten(event) ? { text: wordsFor(event, number), ...blocksFor(event, number) } : {}),
    // Each stands for itself, where recorded ones have the times of others.
    ...(isWritten(event)
      ? { ts: `1795${String(number).padStart(6, '0')}.000100`, thread_ts: undefined }
      : {}),
  };
  const authorizations = [{ team_id: BOT.team_id, user_id: BOT.user_id, is_bot: true }];
  const own = { team_id: BOT.team_id, api_app_id: BOT.app_id, event_id: `Ev${number}`, event_time: 1 };
  return { kind: 'events_api', payload: { ...envelope, ...own, authorizations, event: rewritten } };
}

const WRITTEN = [undefined, 'file_share', 'thread_broadcast', 'me_message'];

/** Whether a person wrote it. */
const isWritten = ({ type, subtype, user, bot_id, ts }: Record<string, unknown>): boolean =>
  (type === 'app_mention' || type === 'message') &&
  WRITTEN.some((one) => one === subtype) &&
  typeof user === 'string' &&
  typeof ts === 'string' &&
  !bot_id;

const wordsFor = ({ type, text }: Record<string, unknown>, number: number): string => {
  const said = String(text ?? '').replace(/<@[UW]\w+>/g, '');
  return `${type === 'app_mention' ? `<@${BOT.user_id}> ` : ''}${said} payload-${number}.`;
};

/** Whether it is an event that our app is told of. */
const isHeard = ({ kind, payload }: Notice): boolean =>
  kind === 'events_api' && isSubscribed(Object(payload.event), IS_AGENT);

/** Some are no more than what one test of an SDK needs: no dialog comes without its view. */
const isPossible = (notice: Notice): boolean => {
  const { kind, payload } = notice;
  if (kind === 'events_api') return isHeard(notice) || payload.type !== 'event_callback' || !isBare(payload);
  return !String(payload.type).startsWith('view_') || payload.view !== undefined;
};

/** An event of another app's that tells nothing but its name. */
const isBare = ({ event }: Record<string, unknown>): boolean => Object.keys(Object(event)).length < 2;

/** Its words as blocks have them, where it has any: they are what counts. */
function blocksFor({ blocks }: Record<string, unknown>, number: number): { blocks?: unknown } {
  if (!Array.isArray(blocks)) return {};
  const ours = JSON.parse(JSON.stringify(blocks).replace(/"user_id":"\w+"/g, `"user_id":"${BOT.user_id}"`));
  const mark = { type: 'text', text: ` payload-${number}.` };
  const section = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [mark] }] };
  return { blocks: [...ours, section] };
}

/** Whether it is for the bot: a mention, or what is written to it alone. */
const isForBot = ({ kind, payload }: Notice): boolean => {
  const event: Record<string, unknown> = Object(payload.event);
  const isPlaced = typeof event.channel === 'string';
  return (
    kind === 'events_api' && isPlaced && isWritten(event) && (event.type === 'app_mention' || isDirect(event))
  );
};

const isDirect = ({ channel_type }: Record<string, unknown>): boolean => channel_type === 'im';

/** Posts a notice as Slack does, signed; resolves with the status of the answer. */
async function post(url: string, secret: string, { kind, payload }: Notice): Promise<number> {
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const body =
    kind === 'events_api'
      ? JSON.stringify(payload)
      : kind === 'interactive'
        ? form({ payload: JSON.stringify(payload) })
        : form(payload as Record<string, string>);
  const at = String(Math.floor(Date.now() / 1000));
  const signed = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  const type = kind === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded';
  const headers = {
    'content-type': type,
    'x-slack-request-timestamp': at,
    'x-slack-signature': `v0=${signed}`,
  };
  const response = await fetch(url, { method: 'POST', body, headers });
  await response.arrayBuffer();
  return response.status;
}

let world: World;
afterEach(() => world.close());

/** Waits until the model has been asked about each of what is for the bot. */
async function areUnderstood(notices: readonly Notice[]): Promise<void> {
  const marks = notices.filter(isForBot).map(({ payload }) => {
    const [mark] = /payload-\d+\./.exec(String(Object(payload.event).text)) ?? [];
    return String(mark);
  });
  expect(marks.length).toBeGreaterThan(20);
  const asked = () => JSON.stringify(world.model.requests);
  await until(
    () => `the model is asked about ${marks.filter((mark) => !asked().includes(mark))}`,
    () => marks.every((mark) => asked().includes(mark)),
  );
}

describe.skipIf(!found.ok)('what Slack has been seen to send', () => {
  const notices = payloads.map(here).filter(isPossible);

  /** Delivers as Slack does, a few events at a time; returns what became of each. */
  async function delivered<T>(deliver: (notice: Notice) => Promise<T>): Promise<Map<Notice, T>> {
    const became = new Map<Notice, T>();
    const take = async (notice: Notice) => void became.set(notice, await deliver(notice));
    const events = notices.filter(({ kind }) => kind === 'events_api');
    // What nobody listens to is waited for, three seconds each: all of that at once.
    await Promise.all(notices.filter(({ kind }) => kind !== 'events_api').map(take));
    for (let i = 0; i < events.length; i += 4) await Promise.all(events.slice(i, i + 4).map(take));
    return became;
  }

  test('fails nowhere over HTTP, and what is for the bot is taken in', async () => {
    world = await World.create('shared', { script: echo, mode: 'http' });
    await world.start();
    const url = `http://127.0.0.1:${world.config.platforms.slack.port}/slack/events`;
    const secret = world.config.secrets.SLACK_SIGNING_SECRET ?? '';
    const statuses = await delivered((notice) => post(url, secret, notice));
    expect(notices.filter((notice) => (statuses.get(notice) ?? 500) >= 500)).toEqual([]);
    expect(notices.filter((notice) => isHeard(notice) && statuses.get(notice) !== 200)).toEqual([]);
    await areUnderstood(notices);
  }, 120_000);

  test('fails nowhere over a socket, and what is for the bot is taken in', async () => {
    world = await World.create('shared', { script: echo });
    await world.start();
    const receipts = await delivered((notice) => world.slack.socket.deliver(notice, 0));
    expect(notices.filter((notice) => isHeard(notice) && !receipts.get(notice)?.isAcknowledged)).toEqual([]);
    await areUnderstood(notices);
  }, 120_000);
});
