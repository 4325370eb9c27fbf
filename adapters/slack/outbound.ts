import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { messageOf } from '../../src/ops/errors.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Failed } from '../../src/thread/delivery.ts';
import type { Delivery, Outbound, Payload } from '../../src/thread/outbound.ts';
import {
  type BytesOf,
  Mark,
  markId,
  markOfId,
  TITLE,
  takeOtherMarks,
  Upload,
} from '../../src/thread/payloads.ts';
import { type BlockOptions, MARK_NAMES, translate } from './blocks.ts';
import {
  attempt,
  delivered,
  EVENT_TYPE,
  isRefusal,
  metadataOf,
  type Thread,
  unlessCode,
} from './delivery.ts';
import { slackRates } from './limits.ts';
import { beginStream, growStream, isLostStream, isStream, stopStream, streamId } from './streams.ts';

/** A page of `conversations.replies`, and how many are read at most: 15 is all that some apps get. */
const PAGE = 200;
const MAX_PAGES = 20;

export type OutboundOptions = BlockOptions & {
  /** How many times the published rates may be sent. */
  rateFactor: number;
};

/**
 * Slack's side of threads. `clientOf` gives what reaches a workspace, undefined where the app is not installed any more.
 * Clients must not retry by themselves: a 429 moves our own schedule.
 */
export function createSlackOutbound(
  clientOf: (workspace: string) => Promise<WebClient | undefined>,
  bytesOf: BytesOf,
  options: OutboundOptions,
): Outbound {
  /** What would have been done with the client of a workspace. */
  const within =
    <Rest extends unknown[], Result>(
      act: (thread: Thread, ...rest: Rest) => Promise<Result>,
    ): ((address: ThreadAddress, ...rest: Rest) => Promise<Result | Failed>) =>
    async (address, ...rest) => {
      const found = await clientOf(address.workspace).catch((error: unknown) => messageOf(error));
      if (typeof found === 'string') return { ok: false, reason: 'unavailable', detail: found };
      if (found === undefined) return NOT_INSTALLED;
      return act({ ...address, client: found }, ...rest);
    };
  const side = threadSide(bytesOf, options.isStreamed);
  return {
    rates: slackRates(options.rateFactor),
    translate: (message, divisor, address) => translate(message, divisor, address, options),
    post: within(side.post),
    edit: within(side.edit),
    remove: within(side.remove),
    find: within(side.find),
  };
}

const NOT_INSTALLED: Failed = {
  ok: false,
  reason: 'refused',
  detail: 'the app is not installed in this workspace any more',
};

function threadSide(bytesOf: BytesOf, isStreamed: boolean) {
  async function post(address: Thread, key: string, payload: Payload): Promise<Delivery> {
    const upload = Upload.safeParse(payload).data;
    if (upload !== undefined) return share(address, upload);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return react(address, mark).then(unlessGone);
    if (payload.title !== undefined) return name(address, payload);
    const begun = payload.stream === undefined ? undefined : await beginStream(address, key, payload);
    if (begun !== undefined) return begun;
    const { stream: _stream, ...message } = payload;
    return delivered(async () => {
      const answer = await address.client.apiCall('chat.postMessage', {
        channel: address.channel,
        thread_ts: address.thread,
        metadata: metadataOf(key),
        ...message,
      });
      return Posted.parse(answer).ts;
    });
  }

  /** Threads of the assistant panel have names; another direct message has none, and is left as it is. */
  const name = ({ client, channel, thread }: Thread, { title }: Payload): Promise<Delivery> =>
    delivered(async () => {
      const args = { channel_id: channel, thread_ts: thread, title };
      await client.apiCall('assistant.threads.setTitle', args).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
      });
      return TITLE;
    });

  const react = ({ client, channel }: Thread, { reaction }: Mark): Promise<Delivery> =>
    delivered(async () => {
      const { on, name } = reaction;
      await client.reactions.add({ channel, timestamp: on, name }).catch(unlessCode('already_reacted'));
      return markId(reaction);
    });

  const unreact = async ({ client, channel }: Thread, { on, name }: Mark['reaction']): Promise<void> => {
    await client.reactions.remove({ channel, timestamp: on, name }).catch(unlessCode('no_reaction'));
  };

  /** A file is known by its own id: Slack does not tell that of the message it stands in. */
  async function share({ client, channel, thread }: Thread, { file, text }: Upload): Promise<Delivery> {
    const bytes = await bytesOf(file.id);
    if (bytes === undefined) return { ok: false, reason: 'refused', detail: 'the file is no longer kept' };
    return delivered(async () => {
      const answer = await client.filesUploadV2({
        channel_id: channel,
        thread_ts: thread,
        filename: file.name,
        title: file.name,
        file: Buffer.from(bytes),
        initial_comment: text,
      });
      return Uploaded.parse(answer).files[0].files[0].id;
    });
  }

  const edit = async (
    address: Thread,
    platformId: string,
    payload: Payload,
    streamed: string | undefined,
  ): Promise<Delivery> => {
    if (payload.file !== undefined) return { ok: true, platformId }; // what is in a file does not change
    if (payload.title !== undefined) return name(address, payload);
    if (isStream(platformId)) return growStream(address, platformId, payload, streamed);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) {
      const taken = await remove(address, platformId);
      return unlessGone(taken.ok ? await react(address, mark) : taken);
    }
    return delivered(async () => {
      const { stream: _stream, ...message } = payload;
      await address.client.apiCall('chat.update', { channel: address.channel, ts: platformId, ...message });
      return platformId;
    });
  };

  const remove = (address: Thread, platformId: string): Promise<Delivery> =>
    delivered(async () => {
      const { client, channel } = address;
      const mark = markOfId(platformId);
      if (platformId === TITLE) return platformId; // there is no taking a name away
      if (mark !== undefined) await unreact(address, mark);
      else if (isStream(platformId)) {
        await client.chat.delete({ channel, ts: await stopStream(address, platformId) });
      } else if (platformId.startsWith('F')) await client.files.delete({ file: platformId });
      else await client.chat.delete({ channel, ts: platformId });
      return platformId;
    });

  async function find(address: Thread, key: string, payload: Payload): Promise<Delivery | undefined> {
    const { client, channel, thread } = address;
    if (payload.title !== undefined) return undefined; // it may be set twice
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return takeOtherMarks(mark, MARK_NAMES, (id) => remove(address, id));
    const name = Upload.safeParse(payload).data?.file.name;
    const canBeLost = isStreamed && key.includes('/answer/');
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const read = await attempt(async () =>
        Replies.parse(
          await client.apiCall('conversations.replies', {
            channel,
            ts: thread,
            include_all_metadata: true,
            limit: PAGE,
            ...(cursor ? { cursor } : {}),
          }),
        ),
      );
      if (!read.ok) return read.failure;
      const { messages } = read.value;
      const found =
        name === undefined
          ? messages.find(
              ({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload.key === key,
            )?.ts
          : messages.flatMap(({ files }) => files).find((file) => file.name === name)?.id;
      const lost = canBeLost ? messages.findLast((reply) => isLostStream(reply, thread))?.ts : undefined;
      if (found !== undefined) return { ok: true, platformId: found };
      if (lost !== undefined) return { ok: true, platformId: streamId(lost, key) };
      cursor = read.value.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) return undefined;
    }
    return undefined;
  }

  return { post, edit, remove, find };
}

const Posted = z.object({ ts: z.string() });

/** Somebody has deleted the message that a reaction belongs to: there is nothing to make up for. */
const unlessGone = (sent: Delivery): Delivery =>
  !sent.ok && sent.reason === 'gone' ? { ok: false, reason: 'refused', detail: 'the message is gone' } : sent;

const FileId = z.object({ id: z.string() });
const Uploaded = z.object({ files: z.tuple([z.object({ files: z.tuple([FileId]) })]) });

const Replies = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      bot_id: z.string().optional(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.object({ key: z.string().optional() }) })
        .optional()
        .catch(undefined),
      files: z.array(z.object({ id: z.string(), name: z.string().nullish() })).default([]),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
