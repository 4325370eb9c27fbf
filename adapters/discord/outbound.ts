import { setTimeout } from 'node:timers/promises';
import { DiscordAPIError, RateLimitError, type REST, RESTJSONErrorCodes, Routes } from 'discord.js';
import { z } from 'zod';
import type { ThreadAddress } from '../../src/session/address.ts';
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
import { type ComponentOptions, MARK_NAMES, marked, translate } from './components.ts';
import { attempt, delivered } from './delivery.ts';
import { markOf, nonceOf } from './ids.ts';
import { DISCORD_RATES } from './limits.ts';
import { orPlain } from './plain-form.ts';
import { attachmentName, tooLargeMessage, uploadMessage } from './uploads.ts';

/** Messages of a thread that are read to find one again: the newest. */
const LOOKED_AT = 100;

/**
 * Discord's side of threads. `rest` must reject calls that it would have to hold back (`rejectOnRateLimit`): what waits is
 * decided anew when its time has come, and no queue grows.
 */
export function createDiscordOutbound(
  rest: REST,
  botId: () => string,
  bytesOf: BytesOf,
  /** The largest file, in bytes, that a guild takes. */
  fileLimitOf: (guild: string) => number,
  options: ComponentOptions,
): Outbound {
  const messageRoute = ({ thread }: ThreadAddress, id: string) => Routes.channelMessage(thread, id);

  async function post(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery> {
    const upload = Upload.safeParse(payload).data;
    if (upload !== undefined) return share(address, key, upload);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return react(address, mark);
    const title = Title.safeParse(payload).data;
    if (title !== undefined) return name(address, title);
    return orPlain(payload, (form) =>
      delivered(async () => {
        const body = { ...form, nonce: nonceOf(address.thread, key), enforce_nonce: true };
        return Sent.parse(await rest.post(Routes.channelMessages(address.thread), { body })).id;
      }),
    );
  }

  /** A thread's name may be changed twice in ten minutes: one that can't be changed now is not waited for. */
  async function name(
    { workspace, thread }: ThreadAddress,
    { title }: z.infer<typeof Title>,
  ): Promise<Delivery> {
    if (workspace === DIRECT) return { ok: true, platformId: TITLE };
    const named = await delivered(async () => {
      await rest.patch(Routes.channel(thread), { body: { name: title } });
      return TITLE;
    });
    const isDone = named.ok || named.reason === 'rate_limited' || named.reason === 'gone';
    return isDone ? { ok: true, platformId: TITLE } : named;
  }

  async function share({ workspace, thread }: ThreadAddress, key: string, upload: Upload): Promise<Delivery> {
    const { file } = upload;
    const bytes = await bytesOf(file.id);
    if (bytes === undefined) return { ok: false, reason: 'refused', detail: 'the file is no longer kept' };
    const limit = fileLimitOf(workspace);
    const isTooLarge = bytes.length > limit;
    const payload = isTooLarge ? tooLargeMessage(upload, bytes.length, limit) : uploadMessage(upload);
    const files = isTooLarge ? [] : [{ name: attachmentName(file.name), data: Buffer.from(bytes) }];
    return delivered(async () => {
      const body = { ...marked(payload, key), nonce: nonceOf(thread, key), enforce_nonce: true };
      return Sent.parse(await rest.post(Routes.channelMessages(thread), { body, files })).id;
    });
  }

  /** The first message of a thread stands in the channel that the thread belongs to. */
  const placeOf = ({ channel, thread }: ThreadAddress, on: string) => (on === thread ? channel : thread);

  const reactionRoute = (address: ThreadAddress, { on, name: emoji }: Mark['reaction']) =>
    Routes.channelMessageOwnReaction(placeOf(address, on), on, encodeURIComponent(emoji));

  const react = (address: ThreadAddress, { reaction }: Mark): Promise<Delivery> =>
    delivered(async () => {
      await soon(() => rest.put(reactionRoute(address, reaction))).catch(unlessGone);
      return markId(reaction);
    });

  async function edit(address: ThreadAddress, platformId: string, payload: Payload): Promise<Delivery> {
    if (payload.file !== undefined) return { ok: true, platformId }; // what is in a file does not change
    const title = Title.safeParse(payload).data;
    if (title !== undefined) return name(address, title);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) {
      const taken = await remove(address, platformId);
      return taken.ok ? react(address, mark) : taken;
    }
    return orPlain(payload, (body) =>
      delivered(async () => {
        await rest.patch(messageRoute(address, platformId), { body });
        return platformId;
      }),
    );
  }

  const remove = (address: ThreadAddress, platformId: string): Promise<Delivery> =>
    delivered(async () => {
      const mark = markOfId(platformId);
      if (mark !== undefined) await soon(() => rest.delete(reactionRoute(address, mark))).catch(unlessGone);
      else if (platformId !== TITLE) await rest.delete(messageRoute(address, platformId)).catch(unlessGone);
      return platformId;
    });

  /** A nonce makes one message of two attempts for some minutes only; after that the message is looked for. */
  async function find(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery | undefined> {
    if (payload.title !== undefined) return undefined; // it may be set twice
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return takeOtherMarks(mark, MARK_NAMES, (id) => remove(address, id));
    const read = await attempt(async () =>
      Messages.parse(
        await rest.get(Routes.channelMessages(address.thread), {
          query: new URLSearchParams({ limit: String(LOOKED_AT) }),
        }),
      ),
    );
    if (!read.ok) return read.failure;
    const file = Upload.safeParse(payload).data?.file.name;
    const number = markOf(key);
    const found = read.value.find(
      ({ author, components, attachments }) =>
        author.id === botId() &&
        (components.some(({ id }) => id === number) || attachments.some(({ filename }) => filename === file)),
    );
    return found && { ok: true, platformId: found.id };
  }

  return {
    rates: DISCORD_RATES,
    translate: (message, divisor) => translate(message, divisor, options),
    post,
    edit,
    remove,
    find,
  };
}

/** Direct messages belong to no guild. */
export const DIRECT = '@me';

/**
 * Reactions come in pairs, one taken and one put, and Discord takes one in a quarter of a second. What has to wait no
 * longer than that is waited for: decided anew, the pair would begin with its first half again, and never come to its second.
 */
async function soon<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RateLimitError) || error.retryAfter > SOON_MS || tries === SOON_TRIES)
        throw error;
      await setTimeout(Math.ceil(error.retryAfter));
    }
  }
}

/** A wait is told in whole seconds where it was not foreseen. */
const SOON_MS = 1_500;
const SOON_TRIES = 5;

/** What is gone can have nothing done to it: there is nothing to make up for. */
function unlessGone(error: unknown): void {
  const codes: readonly unknown[] = [
    RESTJSONErrorCodes.UnknownMessage,
    RESTJSONErrorCodes.UnknownEmoji,
    RESTJSONErrorCodes.UnknownChannel,
  ];
  if (!(error instanceof DiscordAPIError) || !codes.includes(error.code)) throw error;
}

const Title = z.object({ title: z.string() });

const Sent = z.object({ id: z.string() });
const Messages = z.array(
  z.object({
    id: z.string(),
    author: z.object({ id: z.string() }),
    components: z.array(z.object({ id: z.number().optional() })).default([]),
    attachments: z.array(z.object({ filename: z.string() })).default([]),
  }),
);
