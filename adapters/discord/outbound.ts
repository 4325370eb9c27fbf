import { DiscordAPIError, type REST, RESTJSONErrorCodes, Routes } from 'discord.js';
import { z } from 'zod';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Delivery, Outbound, Payload } from '../../src/thread/outbound.ts';
import { type ComponentOptions, MARK_NAMES, translate } from './components.ts';
import { attempt, delivered } from './delivery.ts';
import { markOf, nonceOf } from './ids.ts';
import { DISCORD_RATES } from './limits.ts';

/** What a file's bytes are read with; undefined once they are no longer kept. */
export type BytesOf = (fileId: string) => Promise<Uint8Array | undefined>;

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
    return delivered(async () => {
      const body = { ...payload, nonce: nonceOf(address.thread, key), enforce_nonce: true };
      return Sent.parse(await rest.post(Routes.channelMessages(address.thread), { body })).id;
    });
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

  async function share({ thread }: ThreadAddress, key: string, { file, text }: Upload): Promise<Delivery> {
    const bytes = await bytesOf(file.id);
    if (bytes === undefined) return { ok: false, reason: 'refused', detail: 'the file is no longer kept' };
    return delivered(async () => {
      const sent = await rest.post(Routes.channelMessages(thread), {
        body: {
          content: text,
          allowed_mentions: { parse: [] },
          nonce: nonceOf(thread, key),
          enforce_nonce: true,
        },
        files: [{ name: file.name, data: Buffer.from(bytes) }],
      });
      return Sent.parse(sent).id;
    });
  }

  /** The first message of a thread stands in the channel that the thread belongs to. */
  const placeOf = ({ channel, thread }: ThreadAddress, on: string) => (on === thread ? channel : thread);

  const react = (address: ThreadAddress, { reaction: { on, name: emoji } }: Mark): Promise<Delivery> =>
    delivered(async () => {
      const place = placeOf(address, on);
      await rest
        .put(Routes.channelMessageOwnReaction(place, on, encodeURIComponent(emoji)))
        .catch(unlessGone);
      return `${REACTION}${on}:${emoji}`;
    });

  async function unreact(address: ThreadAddress, platformId: string): Promise<void> {
    const [on = '', emoji = ''] = platformId.slice(REACTION.length).split(':');
    await rest
      .delete(Routes.channelMessageOwnReaction(placeOf(address, on), on, encodeURIComponent(emoji)))
      .catch(unlessGone);
  }

  async function edit(address: ThreadAddress, platformId: string, payload: Payload): Promise<Delivery> {
    if (payload.file !== undefined) return { ok: true, platformId }; // what is in a file does not change
    const title = Title.safeParse(payload).data;
    if (title !== undefined) return name(address, title);
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) {
      const taken = await delivered(async () => {
        await unreact(address, platformId);
        return platformId;
      });
      return taken.ok ? react(address, mark) : taken;
    }
    return delivered(async () => {
      await rest.patch(messageRoute(address, platformId), { body: payload });
      return platformId;
    });
  }

  const remove = (address: ThreadAddress, platformId: string): Promise<Delivery> =>
    delivered(async () => {
      if (platformId.startsWith(REACTION)) await unreact(address, platformId);
      else if (platformId !== TITLE) await rest.delete(messageRoute(address, platformId)).catch(unlessGone);
      return platformId;
    });

  /** A nonce makes one message of two attempts for some minutes only; after that the message is looked for. */
  async function find(address: ThreadAddress, key: string, payload: Payload): Promise<Delivery | undefined> {
    if (payload.title !== undefined) return undefined; // it may be set twice
    const mark = Mark.safeParse(payload).data;
    if (mark !== undefined) return alone(address, mark);
    const read = await attempt(async () =>
      Messages.parse(
        await rest.get(Routes.channelMessages(address.thread), {
          query: new URLSearchParams({ limit: String(LOOKED_AT) }),
        }),
      ),
    );
    if (!read.ok) return read.failure;
    const file = Upload.safeParse(payload).data?.file.name;
    const own = read.value.filter(({ author }) => author.id === botId());
    const found = own.find(({ components, attachments }) =>
      file === undefined
        ? components.some(({ id }) => id === markOf(key))
        : attachments.some(({ filename }) => filename === file),
    );
    return found && { ok: true, platformId: found.id };
  }

  /** Takes away every other mark of ours, where it is not known which are there; the one that is meant may be put twice. */
  async function alone(address: ThreadAddress, { reaction }: Mark): Promise<Delivery | undefined> {
    for (const other of MARK_NAMES.filter((emoji) => emoji !== reaction.name)) {
      const taken = await delivered(async () => {
        await unreact(address, `${REACTION}${reaction.on}:${other}`);
        return other;
      });
      if (!taken.ok && taken.reason !== 'gone' && taken.reason !== 'refused') return taken;
    }
    return undefined;
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

const TITLE = 'title';
const REACTION = 'reaction:';

/** What is gone can have nothing done to it: there is nothing to make up for. */
function unlessGone(error: unknown): void {
  const codes: readonly unknown[] = [
    RESTJSONErrorCodes.UnknownMessage,
    RESTJSONErrorCodes.UnknownEmoji,
    RESTJSONErrorCodes.UnknownChannel,
  ];
  if (!(error instanceof DiscordAPIError) || !codes.includes(error.code)) throw error;
}

const Upload = z.object({ file: z.object({ id: z.string(), name: z.string() }), text: z.string() });
type Upload = z.infer<typeof Upload>;
const Mark = z.object({ reaction: z.object({ on: z.string(), name: z.string() }) });
type Mark = z.infer<typeof Mark>;
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
