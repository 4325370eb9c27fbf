import {
  ErrorCode,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  type WebClient,
} from '@slack/web-api';
import { z } from 'zod';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Delivery, Outbound, Payload } from '../../src/thread/outbound.ts';
import { translate } from './blocks.ts';
import { slackRates } from './limits.ts';

/** The metadata by which a message is found again: https://docs.slack.dev/messaging/message-metadata. */
const EVENT_TYPE = 'ml_intern_post';

/** A page of `conversations.replies`, and how many are read at most: 15 is all that some apps get. */
const PAGE = 200;
const MAX_PAGES = 20;

/** What a file's bytes are read with; undefined once they are no longer kept. */
export type BytesOf = (fileId: string) => Promise<Uint8Array | undefined>;

/** Slack's side of a thread. The client must not retry by itself: a 429 moves our own schedule. */
export function createSlackOutbound(client: WebClient, bytesOf: BytesOf, rateFactor = 1): Outbound {
  async function post(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery> {
    const upload = Upload.safeParse(payload).data;
    if (upload !== undefined) return share(address, upload);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return react(address, mark).then(unlessGone);
    return delivered(async () => {
      const metadata = { event_type: EVENT_TYPE, event_payload: { key } };
      const answer = await client.apiCall('chat.postMessage', {
        channel: address.channel,
        thread_ts: address.thread,
        metadata,
        ...payload,
      });
      return Posted.parse(answer).ts;
    });
  }

  /** A reaction is known by the message that it is on, and by its name. */
  const react = ({ channel }: ThreadAddress, { reaction: { on, name } }: Mark) =>
    delivered(async () => {
      await client.reactions.add({ channel, timestamp: on, name }).catch(unlessCode('already_reacted'));
      return `${REACTION}${on}:${name}`;
    });

  const unreact = async (channel: string, platformId: string): Promise<void> => {
    const [on = '', name = ''] = platformId.slice(REACTION.length).split(':');
    await client.reactions.remove({ channel, timestamp: on, name }).catch(unlessCode('no_reaction'));
  };

  /** A file is known by its own id: Slack does not tell that of the message it stands in. */
  async function share({ channel, thread }: ThreadAddress, { file, text }: Upload): Promise<Delivery> {
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

  const edit = async (address: ThreadAddress, platformId: string, payload: Payload) => {
    const sent = await delivered(async () => {
      if (payload.file !== undefined) return platformId; // what is in a file does not change
      const mark = Mark.safeParse(payload).data;
      if (mark !== undefined) {
        await unreact(address.channel, platformId);
        const { on, name } = mark.reaction;
        await client.reactions
          .add({ channel: address.channel, timestamp: on, name })
          .catch(unlessCode('already_reacted'));
        return `${REACTION}${on}:${name}`;
      }
      await client.apiCall('chat.update', { channel: address.channel, ts: platformId, ...payload });
      return platformId;
    });
    return payload.reaction === undefined ? sent : unlessGone(sent);
  };

  const remove = (address: ThreadAddress, platformId: string) =>
    delivered(async () => {
      if (platformId.startsWith(REACTION)) await unreact(address.channel, platformId);
      else if (platformId.startsWith('F')) await client.files.delete({ file: platformId });
      else await client.chat.delete({ channel: address.channel, ts: platformId });
      return platformId;
    });

  async function find(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery | undefined> {
    if (payload.reaction !== undefined) return undefined; // it may be made twice
    const name = Upload.safeParse(payload).data?.file.name;
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const read = await attempt(async () =>
        Replies.parse(
          await client.apiCall('conversations.replies', {
            channel: address.channel,
            ts: address.thread,
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
      if (found !== undefined) return { ok: true, platformId: found };
      cursor = read.value.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) return undefined;
    }
    return undefined;
  }

  return { rates: slackRates(rateFactor), translate, post, edit, remove, find };
}

const Posted = z.object({ ts: z.string() });

/** The payload of a reaction. */
const Mark = z.object({ reaction: z.object({ on: z.string(), name: z.string() }) });
type Mark = z.infer<typeof Mark>;

const REACTION = 'reaction:';

/** Somebody has deleted the message that a reaction belongs to: there is nothing to make up for. */
const unlessGone = (sent: Delivery): Delivery =>
  !sent.ok && sent.reason === 'gone' ? { ok: false, reason: 'refused', detail: 'the message is gone' } : sent;

/** Lets an error of the platform's pass that says the work is done already. */
const unlessCode = (code: string) => (error: unknown) => {
  if (!(error instanceof WebAPIPlatformError) || error.data.error !== code) throw error;
};

/** The payload of a file. */
const Upload = z.object({ file: z.object({ id: z.string(), name: z.string() }), text: z.string() });
type Upload = z.infer<typeof Upload>;

const FileId = z.object({ id: z.string() });
const Uploaded = z.object({ files: z.tuple([z.object({ files: z.tuple([FileId]) })]) });

const Replies = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_type: z.string(), event_payload: z.object({ key: z.string().optional() }) })
        .optional()
        .catch(undefined),
      files: z.array(z.object({ id: z.string(), name: z.string().nullish() })).default([]),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

type Failed = Exclude<Delivery, { ok: true }>;

async function delivered(send: () => Promise<string>): Promise<Delivery> {
  const sent = await attempt(send);
  return sent.ok ? { ok: true, platformId: sent.value } : sent.failure;
}

async function attempt<T>(
  call: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; failure: Failed }> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

/** Errors of the Web API by what they mean for a delivery; any other is a refusal. */
const BY_CODE: Readonly<Record<string, Failed['reason']>> = {
  message_not_found: 'gone',
  cant_update_message: 'gone',
  file_not_found: 'gone',
  file_deleted: 'gone',
  msg_too_long: 'too_long',
  msg_blocks_too_long: 'too_long',
  internal_error: 'unavailable',
  fatal_error: 'unavailable',
  service_unavailable: 'unavailable',
  request_timeout: 'unavailable',
  team_added_to_org: 'unavailable',
  // A token that is refused may be renewed: what waits is sent then.
  token_revoked: 'unavailable',
  token_expired: 'unavailable',
  invalid_auth: 'unavailable',
  account_inactive: 'unavailable',
};

function failureOf(error: unknown): Failed {
  if (error instanceof WebAPIRateLimitedError) {
    return { ok: false, reason: 'rate_limited', retryAfterMs: error.retryAfter * 1000 };
  }
  if (error instanceof WebAPIPlatformError) {
    const detail = error.data.error;
    const reason = BY_CODE[detail] ?? 'refused';
    if (reason === 'rate_limited') return { ok: false, reason, retryAfterMs: 30_000 };
    return { ok: false, reason, detail };
  }
  if (error instanceof WebAPIRequestError || error instanceof WebAPIHTTPError) {
    return { ok: false, reason: 'unavailable', detail: `${error.code}: ${error.message}` };
  }
  throw error;
}

/** Whether Slack refused the token itself. */
export function isRefusedToken(error: unknown): error is WebAPIPlatformError {
  return (
    error instanceof WebAPIPlatformError &&
    error.code === ErrorCode.PlatformError &&
    ['invalid_auth', 'not_authed', 'token_revoked', 'token_expired', 'account_inactive'].includes(
      error.data.error,
    )
  );
}
