import {
  ComponentType,
  MessageFlags,
  RateLimitError,
  type REST,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js';
import { z } from 'zod';
import { systemClock } from '../../src/lib/clock.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { NO_WORKSPACE, type ThreadAddress } from '../../src/session/address.ts';
import { type Acts, byKind, type Message, NOWHERE_ELSE } from '../../src/thread/delivery/by-kind.ts';
import type { Delivery, Failed, Outbound } from '../../src/thread/delivery/outbound.ts';
import {
  type BytesOf,
  type Reaction,
  STANDING,
  TITLE,
  type Upload,
} from '../../src/thread/delivery/outgoing.ts';
import { isUnreadable } from '../shared/calls.ts';
import { unarchive } from './archived-threads.ts';
import { threadsWith } from './begin-thread.ts';
import { bodyOf, type ComponentOptions, inComponents, numbered, REACTIONS } from './components.ts';
import { REST_API } from './delivery.ts';
import { MARKDOWN } from './dialect.ts';
import { markOf, nonceOf } from './ids.ts';
import { DISCORD_LIMITS, DISCORD_RATES, EDIT_INTERVAL_MS } from './limits.ts';
import { PLAIN_COMPONENTS } from './plain-form.ts';
import { STYLE } from './style.ts';
import type { Typing } from './typing.ts';
import { attachmentName, tooLargeMessage, uploadMessage } from './uploads.ts';

/** Messages of a thread that are read to find one again: the newest. */
const LOOKED_AT = 100;

export type OutboundDeps = {
  /**
   * Must reject calls that it would have to hold back (`rejectOnRateLimit`): what waits is decided anew when
   * its time has come, and no queue grows.
   */
  rest: REST;
  botId(): string;
  bytesOf: BytesOf;
  /** The largest file, in bytes, that a guild takes. */
  fileLimitOf(guild: string): number;
  typing: Pick<Typing, 'show'>;
};

/** Discord's side of threads. */
export function createDiscordOutbound(deps: OutboundDeps, options: ComponentOptions): Outbound {
  const { rest, botId, bytesOf, fileLimitOf, typing } = deps;
  const side = byKind(ACTS, {
    failureOf: REST_API.failureOf,
    bytesOf,
    reactionNames: Object.values(REACTIONS),
  });
  const within = (address: ThreadAddress): Thread => ({ ...address, rest, botId, fileLimitOf, typing });
  return {
    rates: DISCORD_RATES,
    editIntervalMs: EDIT_INTERVAL_MS,
    translate: (view, divisor) => inComponents(view, divisor, options),
    plainer: PLAIN_COMPONENTS,
    post: (address, ...what) => side.post(within(address), ...what),
    edit: (address, ...what) => side.edit(within(address), ...what),
    remove: (address, ...what) => side.remove(within(address), ...what),
    find: (address, ...what) => side.find(within(address), ...what),
    threads: threadsWith({ rest, botId }),
    channels: {
      post: async (address, ...what) => {
        const elsewhere = await whyElsewhere(rest, address);
        return elsewhere ?? side.post(within(itself(address)), ...what);
      },
      edit: (address, ...what) => side.edit(within(itself(address)), ...what),
      remove: (address, ...what) => side.remove(within(itself(address)), ...what),
      find: (address, ...what) => side.find(within(itself(address)), ...what),
    },
    async privateReply(address, person, text) {
      if (address.workspace === DIRECT) return NOWHERE_ELSE;
      const [said = ''] = printMarkdown(text, MARKDOWN, DISCORD_LIMITS.content - 100);
      const content = `About ${STYLE.thread(address)}: ${said}`;
      const body = { content, allowed_mentions: { parse: [] } };
      return REST_API.delivered(async () => {
        const { id } = Sent.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: person } }));
        return Sent.parse(await rest.post(Routes.channelMessages(id), { body })).id;
      });
    },
  };
}

/** A channel as the place that messages stand in, as threads are for theirs. */
const itself = (address: ThreadAddress): ThreadAddress => ({ ...address, thread: address.channel });

/** Why a channel is none of the address's server; undefined where it is one. */
async function whyElsewhere(rest: REST, { workspace, channel }: ThreadAddress): Promise<Failed | undefined> {
  const read = await REST_API.attempt(async () => InGuild.parse(await rest.get(Routes.channel(channel))));
  if (!read.ok) return read.failure;
  return read.value.guild_id === workspace ? undefined : ELSEWHERE;
}

const ELSEWHERE: Failed = {
  ok: false,
  reason: 'final',
  code: 'other_server',
  why: 'the channel is not in this server',
};

const InGuild = z.object({ guild_id: z.string().nullish() });

/** A thread, and what reaches it. */
type Thread = ThreadAddress & Omit<OutboundDeps, 'bytesOf'>;

const ACTS: Acts<Thread> = {
  post: (at, key, { body }) =>
    REST_API.delivered(async () => {
      const once = { ...numbered(body, key), nonce: nonceOf(at.thread, key), enforce_nonce: true };
      const send = () => at.rest.post(Routes.channelMessages(at.thread), { body: once });
      return Sent.parse(await opened(at, send)).id;
    }),

  edit(at, key, platformId, message, { isPaced }) {
    // A plain message that becomes one of components has to give up its text.
    const isV2 = (Number(message.body.flags) & MessageFlags.IsComponentsV2) !== 0;
    const body = { ...numbered(message.body, key), ...(isV2 ? { content: null } : {}) };
    const change = () => at.rest.patch(messageRoute(at, platformId), { body });
    return REST_API.delivered(async () => {
      await (isPaced ? change() : opened(at, change));
      return platformId;
    }).then((sent) => (isPaced ? orLater(sent) : sent));
  },

  takeBack(at, platformId) {
    const route = messageRoute(at, platformId);
    const body = bodyOf([{ type: ComponentType.TextDisplay, content: '-# Taken back.' }]);
    return REST_API.takeAway(
      () => opened(at, () => at.rest.delete(route)),
      () => at.rest.patch(route, { body }),
    ).catch(REST_API.unless('gone'));
  },

  async share(at, key, upload, bytes) {
    const limit = at.fileLimitOf(at.workspace);
    const isTooLarge = bytes.length > limit;
    if (isTooLarge && upload.calling !== undefined) return TOO_LARGE;
    const payload = isTooLarge ? tooLargeMessage(upload, bytes.length, limit) : uploadMessage(upload);
    const files = isTooLarge ? [] : [{ name: attachmentName(upload.file.name), data: Buffer.from(bytes) }];
    return REST_API.delivered(async () => {
      const body = { ...numbered(payload, key), nonce: nonceOf(at.thread, key), enforce_nonce: true };
      const send = () => at.rest.post(Routes.channelMessages(at.thread), { body, files });
      const { id } = Sent.parse(await opened(at, send));
      // What called people had no marks and no links, which a phone would show. It stands without them, too.
      if (upload.calling !== undefined && upload.text !== payload.content)
        await at.rest.patch(messageRoute(at, id), { body: { content: upload.text } }).catch(() => undefined);
      return id;
    });
  },

  async react(at, reaction) {
    await onFirst(at, reaction, (route) => at.rest.put(route));
    return true;
  },

  async stand({ typing, rest: _rest, ...at }, standing) {
    typing.show(at, standing);
    return { ok: true, platformId: STANDING };
  },

  unreact: (at, reaction) =>
    onFirst(at, reaction, (route) => at.rest.delete(route)).catch(REST_API.unless('gone', 'final')),

  /** A thread's name may be changed twice in ten minutes: one that can't be changed now is not waited for. */
  async name(at, title) {
    if (at.workspace === DIRECT) return { ok: true, platformId: TITLE };
    const named = await REST_API.delivered(async () => {
      await opened(at, () => at.rest.patch(Routes.channel(at.thread), { body: { name: title } }));
      return TITLE;
    });
    return !named.ok && named.reason === 'rate_limited' ? TOO_OFTEN : named;
  },

  /**
   * A nonce makes one message of two attempts for some minutes only; after that the message is looked for.
   */
  async find({ rest, thread, botId }, key, sought) {
    const query = new URLSearchParams({ limit: String(LOOKED_AT) });
    const read = await REST_API.attempt(async () =>
      Messages.parse(await rest.get(Routes.channelMessages(thread), { query })),
    );
    // Where nothing may be read, a message twice is better than none.
    if (!read.ok) return isUnreadable(read.failure) ? undefined : read.failure;
    const file = sought.kind === 'upload' ? sought.file.name : undefined;
    const number = markOf(key);
    // What has nothing that could be numbered is known by what it says.
    const plain = plainOf(sought);
    const found = read.value.find(
      ({ author, components, attachments, content }) =>
        author.id === botId() &&
        (components.some(({ id }) => id === number) ||
          attachments.some(({ filename }) => filename === file) ||
          plain.includes(content.trim())),
    );
    return found && { ok: true, platformId: found.id };
  },
};

/** What a message says as a plain one: in its plainest form, and in the one that it has before its card. */
function plainOf(sought: Message | Upload): string[] {
  const all =
    sought.kind === 'upload'
      ? [sought.calling?.without.content, sought.text]
      : [sought.first?.content, sought.body.content ?? PLAIN_COMPONENTS(sought.body).at(-1)?.body.content];
  return all.flatMap((text) => (typeof text === 'string' && text.trim() !== '' ? [text.trim()] : []));
}

const messageRoute = ({ thread }: ThreadAddress, id: string) => Routes.channelMessage(thread, id);

/** Does what an archived thread does not take, by un-archiving it first. */
async function opened<T>({ rest, thread }: Thread, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (REST_API.meansOf(error) !== 'archived') throw error;
    await unarchive(rest, thread);
    return call();
  }
}

/**
 * The first message of a forum's post stands in the thread itself, and not in the channel that the thread
 * belongs to.
 */
async function onFirst(
  at: Thread,
  reaction: Reaction,
  call: (route: `/${string}`) => Promise<unknown>,
): Promise<void> {
  const react = (place: Thread) => soon(() => opened(place, () => call(reactionRoute(place, reaction))));
  await react(at).catch(async (error: unknown) => {
    if (reaction.on !== at.thread || REST_API.failureOf(error).reason === 'rate_limited') throw error;
    if (!['gone', 'closed'].includes(REST_API.meansOf(error) ?? '')) throw error;
    await react({ ...at, channel: at.thread });
  });
}

const reactionRoute = (address: ThreadAddress, { on, name: emoji }: Reaction) =>
  Routes.channelMessageOwnReaction(placeOf(address, on), on, encodeURIComponent(emoji));

/** The first message of a thread stands in the channel that the thread belongs to. */
const placeOf = ({ channel, thread }: ThreadAddress, on: string) => (on === thread ? channel : thread);

/** Direct messages belong to no guild. */
export const DIRECT = NO_WORKSPACE;

/**
 * Reactions come in pairs, one taken and one put, and Discord takes one in a quarter of a second. What has to
 * wait no longer than that is waited for: decided anew, the pair would begin with its first half again, and
 * never come to its second.
 */
async function soon<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RateLimitError) || error.retryAfter > SOON_MS || tries === SOON_TRIES)
        throw error;
      await systemClock.sleep(Math.ceil(error.retryAfter));
    }
  }
}

/** A wait is told in whole seconds where it was not foreseen. */
const SOON_MS = 1_500;
const SOON_TRIES = 5;

/** The next name is tried again; this one is not worth waiting for. */
const TOO_OFTEN: Failed = {
  ok: false,
  reason: 'final',
  code: 'rate_limited',
  why: 'a thread’s name can be changed twice in ten minutes',
};

/** People are called without it. */
const TOO_LARGE: Failed = {
  ok: false,
  reason: 'too_long',
  code: 'file_too_large',
  why: 'this server takes no files of that size',
};

/** Progress does not open again what people have closed: it comes with what matters. */
const orLater = (sent: Delivery): Delivery =>
  !sent.ok && sent.reason === 'closed' && sent.code === ARCHIVED
    ? { ok: false, reason: 'frozen', code: sent.code, why: sent.why }
    : sent;

const ARCHIVED = String(RESTJSONErrorCodes.InvalidActionOnArchivedThread);

const Sent = z.object({ id: z.string() });
const Messages = z.array(
  z.object({
    id: z.string(),
    author: z.object({ id: z.string() }),
    content: z.string().default(''),
    components: z.array(z.object({ id: z.number().optional() })).default([]),
    attachments: z.array(z.object({ filename: z.string() })).default([]),
  }),
);
