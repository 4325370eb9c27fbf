import { z } from 'zod';
import { parsedJson } from '../../src/lib/json.ts';
import type { Message } from '../../src/thread/delivery/by-kind.ts';
import type { Delivery, Failed } from '../../src/thread/delivery/outbound.ts';
import type { Stream } from '../../src/thread/delivery/outgoing.ts';
import { marked, rowOf, type Thread, WEB_API } from './delivery.ts';
import { editable } from './kit.ts';
import { chunksBetween, Given, NOTHING } from './stream-tasks.ts';

/*
 * Slack's own way of showing text while it is written:
 * https://docs.slack.dev/reference/methods/chat.startStream. A stream can only grow. Where a text turns out
 * otherwise than it began, or it is not known what has arrived, the stream is stopped and the message goes on
 * by edits.
 */

/** A message that is streamed to is known by this, its timestamp and the key that it will be found by. */
const STREAM = 'stream:';

export const isStream = (platformId: string): boolean => platformId.startsWith(STREAM);

export const streamId = (ts: string, key: string): string => `${STREAM}${ts}:${key}`;

function streamParts(platformId: string): { ts: string; key: string } {
  const [ts = '', ...key] = platformId.slice(STREAM.length).split(':');
  return { ts, key: key.join(':') };
}

const Begun = z.object({ ts: z.string() });

/**
 * Workspaces, and channels (`workspace/channel`), that have refused streams; they are not asked again by this
 * process.
 */
const withoutStreams = new Set<string>();

/** What Slack says of a kind of channel that has none. */
const NOT_IN_CHANNEL = 'channel_type_not_supported';

/**
 * Begins a message that grows. Undefined where the workspace takes no streams: it is posted as any other
 * then.
 */
export async function beginStream(
  thread: Thread,
  key: string,
  stream: Stream,
): Promise<Delivery | undefined> {
  const { client, workspace, channel } = thread;
  const place = `${workspace}/${channel}`;
  if (withoutStreams.has(workspace) || withoutStreams.has(place)) return undefined;
  const { to, ...shown } = stream;
  const recipient = channel.startsWith('D') ? {} : { recipient_team_id: workspace, recipient_user_id: to };
  const begun = await WEB_API.delivered(async () => {
    const chunks = chunksBetween(NOTHING, shown);
    const args = { channel, thread_ts: thread.thread, task_display_mode: 'plan', chunks, ...recipient };
    return Begun.parse(await client.apiCall('chat.startStream', args)).ts;
  });
  if (begun.ok)
    return { ok: true, platformId: streamId(begun.platformId, key), streamed: JSON.stringify(shown) };
  // Where Slack has trouble, the stream may have begun.
  if (!isOfStream(begun) || (begun.reason === 'unclear' && rowOf(begun.code) !== undefined)) return begun;
  // What is wrong with one message is not the workspace's.
  if (begun.reason === 'closed') withoutStreams.add(workspace);
  if (begun.reason === 'form' && begun.code === NOT_IN_CHANNEL) withoutStreams.add(place);
  return undefined;
}

/**
 * Brings a message that is streamed to nearer to `message`; one that has its whole text is no stream any
 * more.
 */
export async function growStream(
  thread: Thread,
  platformId: string,
  { body, stream }: Message,
  streamed: string | undefined,
): Promise<Delivery> {
  const { client, channel } = thread;
  const { ts, key } = streamParts(platformId);
  const given = notedOf(streamed);
  const chunks = stream && given && chunksBetween(given, stream);
  if (stream !== undefined && chunks !== undefined) {
    const sent = await WEB_API.delivered(async () => {
      if (chunks.length > 0) await client.apiCall('chat.appendStream', { channel, ts, chunks });
      return platformId;
    });
    const { to: _to, ...shown } = stream;
    if (sent.ok) return { ok: true, platformId, streamed: JSON.stringify(shown) };
    if (!isOfStream(sent)) return sent;
  }
  // The whole message takes the place of what was streamed, with its buttons and whatever a stream can't
  // have.
  return WEB_API.delivered(async () => {
    await stopStream(thread, platformId);
    await marked(key, (metadata) =>
      client.apiCall('chat.update', { channel, ts, ...metadata, ...editable(body) }),
    );
    return ts;
  });
}

/** Whether a refusal may be about the stream, and not about whatever would be sent in its place. */
function isOfStream(failed: Failed): boolean {
  switch (failed.reason) {
    case 'form':
    case 'too_long':
    case 'frozen':
    case 'final':
      return true;
    case 'closed':
      return !failed.isPlace;
    case 'unclear':
      return !failed.isBug;
    default:
      return false;
  }
}

/** What was noted of a stream; undefined where it is not known, or was noted by an older version. */
function notedOf(streamed: string | undefined): Given | undefined {
  if (streamed === undefined || !streamed.startsWith('{')) return undefined;
  return Given.safeParse(parsedJson(streamed)).data;
}

/** Ends a stream, and gives the timestamp of its message; one that has ended is left as it is. */
export async function stopStream({ client, channel }: Thread, platformId: string): Promise<string> {
  const { ts } = streamParts(platformId);
  await client.apiCall('chat.stopStream', { channel, ts }).catch(WEB_API.unless('unstreamed'));
  return ts;
}

type Reply = { ts: string; bot_id?: string | undefined; metadata?: unknown; files: readonly unknown[] };

/**
 * Whether a reply can only be a stream whose beginning was not noted: everything else of the bot's says which
 * it is.
 */
export const isLostStream = ({ ts, bot_id, metadata, files }: Reply, thread: string): boolean =>
  ts !== thread && bot_id !== undefined && metadata === undefined && files.length === 0;
