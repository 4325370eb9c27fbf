import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { cut } from '../../src/lib/cut.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { type Acts, byKind, type Message, NOWHERE_ELSE } from '../../src/thread/delivery/by-kind.ts';
import type { Delivery, Failed, Outbound } from '../../src/thread/delivery/outbound.ts';
import { type BytesOf, STANDING, TITLE, type Upload } from '../../src/thread/delivery/outgoing.ts';
import { isUnreadable } from '../shared/calls.ts';
import { type AgentSessions, createAgentSessions } from './agent-sessions.ts';
import { findOpener, openByMessage } from './begin-thread.ts';
import { type BlockOptions, inBlocks, REACTIONS } from './blocks.ts';
import { EVENT_TYPE, marked, type Thread, WEB_API } from './delivery.ts';
import { MRKDWN } from './dialect.ts';
import { editable, section } from './kit.ts';
import { EDIT_INTERVAL_MS, SLACK_LIMITS, slackRates } from './limits.ts';
import { threadLink } from './links.ts';
import { PLAIN_BLOCKS } from './plain-form.ts';
import type { SlackSettings } from './settings.ts';
import { beginStream, growStream, isLostStream, isStream, stopStream, streamId } from './streams.ts';
import { STYLE } from './style.ts';

/** A page of `conversations.replies`, and how many are read at most: 15 is all that some apps get. */
const PAGE = 200;
const MAX_PAGES = 20;

export type OutboundOptions = Omit<BlockOptions, 'isStreamed'> & {
  /** Where answers that are being written are streamed in Slack's own way. */
  streaming: SlackSettings['streaming'];
  /** How many times the published rates may be sent. */
  rateFactor: number;
};

/**
 * Slack's side of threads. `clientOf` gives what reaches a workspace, undefined where the app is not
 * installed any more. Clients must not retry by themselves: a 429 moves our own schedule. `teamUrlOf` gives
 * where a workspace is seen in a browser.
 */
export function createSlackOutbound(
  clientOf: (workspace: string) => Promise<WebClient | undefined>,
  bytesOf: BytesOf,
  options: OutboundOptions,
  teamUrlOf: (workspace: string) => Promise<string | undefined> = async () => undefined,
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
  const acts = actsWith(createAgentSessions());
  const streamsIn = ({ channel }: Pick<ThreadAddress, 'channel'>) =>
    options.streaming === 'native' || (options.streaming === 'direct' && channel.startsWith('D'));
  const parts = { failureOf: WEB_API.failureOf, bytesOf, reactionNames: Object.values(REACTIONS) };
  const side = byKind(
    { ...acts, find: (at, ...what) => (streamsIn(at) ? findStreamed : acts.find)(at, ...what) },
    parts,
  );
  const inChannels = byKind({ ...acts, ...IN_CHANNELS }, parts);
  return {
    rates: slackRates(options.rateFactor),
    editIntervalMs: EDIT_INTERVAL_MS,
    translate: (message, divisor, address) =>
      inBlocks(message, divisor, address, {
        isStreamed: streamsIn(address),
        asksFeedback: options.asksFeedback,
      }),
    plainer: PLAIN_BLOCKS,
    post: within(side.post),
    edit: within(side.edit),
    remove: within(side.remove),
    find: within(side.find),
    threads: {
      async url(address) {
        const teamUrl = await teamUrlOf(address.workspace);
        return teamUrl === undefined ? undefined : threadLink(address, teamUrl);
      },
      begin: within(openByMessage),
    },
    channels: {
      post: within(inChannels.post),
      edit: within(inChannels.edit),
      remove: within(inChannels.remove),
      find: within(inChannels.find),
    },
    /**
     * A direct message from the app: https://docs.slack.dev/reference/methods/chat.postMessage, "Post to a
     * DM".
     */
    privateReply: within(async ({ client, channel, thread }, person: string, text: string) => {
      if (channel.startsWith('D')) return NOWHERE_ELSE;
      const said = `About our thread in ${STYLE.thread({ channel, thread })}: ${printMarkdown(text, MRKDWN, 3_500)[0] ?? ''}`;
      return WEB_API.delivered(async () => {
        return Posted.parse(await client.chat.postMessage({ channel: person, text: said })).ts;
      });
    }),
  };
}

const NOT_INSTALLED: Failed = {
  ok: false,
  reason: 'closed',
  code: 'not_installed',
  why: 'I am not installed in this workspace any more; an admin has to install me again',
  isPlace: true,
};

const ACTS: Omit<Acts<Thread>, 'react' | 'stand' | 'name'> = {
  async post(thread, key, { body, stream }) {
    const begun = stream && (await beginStream(thread, key, stream));
    if (begun !== undefined) return begun;
    const args = { channel: thread.channel, thread_ts: thread.thread, ...body };
    return WEB_API.delivered(async () => {
      const answer = await marked(key, (metadata) =>
        thread.client.apiCall('chat.postMessage', { ...args, ...metadata }),
      );
      return Posted.parse(answer).ts;
    });
  },

  async edit(thread, key, platformId, message, { streamed }) {
    if (isStream(platformId)) return growStream(thread, platformId, message, streamed);
    const args = { channel: thread.channel, ts: platformId, ...editable(message.body) };
    const update = () => thread.client.apiCall('chat.update', args);
    return WEB_API.delivered(async () => {
      await update().catch(async (error: unknown) => {
        if (WEB_API.meansOf(error) !== 'streaming') throw error;
        await stopStream(thread, streamId(platformId, key));
        await update();
      });
      return platformId;
    });
  },

  async takeBack(thread, platformId) {
    const { client, channel } = thread;
    if (platformId.startsWith('F')) {
      await client.files.delete({ file: platformId });
      return;
    }
    const ts = isStream(platformId) ? await stopStream(thread, platformId) : platformId;
    await WEB_API.takeAway(
      () => client.chat.delete({ channel, ts }),
      () => client.chat.update({ channel, ts, text: TAKEN_BACK, blocks: [] }),
    );
  },

  /**
   * A file is known by its own id: Slack does not tell that of the message it stands in. A comment has no
   * buttons, and blocks stand in place of one:
   * https://docs.slack.dev/reference/methods/files.completeUploadExternal.
   */
  share: ({ client, channel, thread }, _key, { file, text, alt, buttons = [] }, bytes) =>
    WEB_API.delivered(async () => {
      const answer = await client.filesUploadV2({
        channel_id: channel,
        thread_ts: thread,
        filename: file.name,
        title: file.name,
        ...(alt === undefined ? {} : { alt_text: cut(alt, SLACK_LIMITS.altText) }),
        file: Buffer.from(bytes),
        ...(buttons.length === 0
          ? { initial_comment: text }
          : { blocks: [section(text), ...buttons.map((block) => Block.parse(block))] }),
      });
      return Uploaded.parse(answer).files[0].files[0].id;
    }),

  async unreact({ client, channel }, { on, name }) {
    await client.reactions.remove({ channel, timestamp: on, name }).catch(WEB_API.unless('done'));
  },

  find: (thread, key, sought) => find(thread, (replies) => replyWith(replies, key, sought)),
};

/** What is otherwise in a channel itself; a channel of another workspace is one that Slack does not know. */
const IN_CHANNELS: Pick<Acts<Thread>, 'post' | 'find'> = {
  post: (channel, key, { body }) => openByMessage(channel, key, body, { isOutcomeOpen: false }),
  find: findOpener,
};

/** What depends on whether threads have sessions. */
const actsWith = (sessions: AgentSessions): Acts<Thread> => ({
  ...ACTS,

  async react({ client, workspace, channel }, { on, name }) {
    if (sessions.areIn(workspace)) return false;
    await client.reactions.add({ channel, timestamp: on, name }).catch(WEB_API.unless('done'));
    return true;
  },

  stand: (thread, standing) =>
    WEB_API.delivered(async () => {
      await sessions.show(thread, standing);
      return STANDING;
    }),

  /**
   * Sessions have names, and so have threads of the assistant panel; another direct message has none, which
   * is an error of Slack's.
   */
  name: (thread, title) =>
    WEB_API.delivered(async () => {
      const { client, channel, thread: thread_ts } = thread;
      if ((await sessions.rename(thread, title)) || !channel.startsWith('D')) return TITLE;
      await client.apiCall('assistant.threads.setTitle', { channel_id: channel, thread_ts, title });
      return TITLE;
    }),
});

/** Where answers are streamed, one whose end is not known is found by how it looks. */
const findStreamed: Acts<Thread>['find'] = (thread, key, sought) =>
  find(thread, (replies) => {
    const found = replyWith(replies, key, sought);
    if (found !== undefined || !key.includes('/answer/')) return found;
    const lost = replies.findLast((reply) => isLostStream(reply, thread.thread))?.ts;
    return lost && streamId(lost, key);
  });

/** Looks through a thread page by page, up to the one in which something is found. */
async function find(
  { client, channel, thread }: Thread,
  idIn: (replies: readonly Reply[]) => string | undefined,
): Promise<Delivery | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const asked = { channel, ts: thread, include_all_metadata: true, limit: PAGE };
    const read = await WEB_API.attempt(async () =>
      Replies.parse(
        await client.apiCall('conversations.replies', { ...asked, ...(cursor ? { cursor } : {}) }),
      ),
    );
    // Where nothing may be read, a message twice is better than none.
    if (!read.ok) return isUnreadable(read.failure) ? undefined : read.failure;
    const platformId = idIn(read.value.messages);
    if (platformId !== undefined) return { ok: true, platformId };
    cursor = read.value.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}

/** The id of a message or file among replies. */
function replyWith(replies: readonly Reply[], key: string, sought: Message | Upload): string | undefined {
  if (sought.kind === 'upload') {
    const file = replies.flatMap(({ files }) => files).find(({ name }) => name === sought.file.name);
    if (file !== undefined || sought.calling === undefined) return file?.id;
  }
  return replies.find(
    ({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload.key === key,
  )?.ts;
}

const Posted = z.object({ ts: z.string() });

const TAKEN_BACK = '_Taken back._';

const Block = z.looseObject({ type: z.string() });
const FileId = z.object({ id: z.string() });
const Uploaded = z.object({ files: z.tuple([z.object({ files: z.tuple([FileId]) })]) });

const Reply = z.object({
  ts: z.string(),
  bot_id: z.string().optional(),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.object({ key: z.string().optional() }) })
    .optional()
    .catch(undefined),
  files: z.array(z.object({ id: z.string(), name: z.string().nullish() })).default([]),
});
type Reply = z.infer<typeof Reply>;

const Replies = z.object({
  messages: z.array(Reply),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});
