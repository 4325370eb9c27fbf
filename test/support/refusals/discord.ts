import { REST } from 'discord.js';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createDiscordOutbound } from '../../../adapters/discord/outbound.ts';
import { restOptions } from '../../../adapters/discord/rest.ts';
import type { Db } from '../../../src/db/database.ts';
import type { ThreadAddress } from '../../../src/session/address.ts';
import { bytesOf } from '../../../src/session/store/files.ts';
import type { Delivery, Outbound } from '../../../src/thread/delivery/outbound.ts';
import {
  BOT_USER,
  CHANNELS,
  type DiscordMessage,
  type DiscordThread,
  GUILD,
  PEOPLE,
} from '../../doubles/discord/guild.ts';
import { DiscordDouble } from '../../doubles/discord/server.ts';
import { shownOn } from '../discord-world.ts';
import { RefusedThread } from './refused-thread.ts';

type Discord = { discord: DiscordDouble; rest: REST };

/** For a file of tests: a Discord double that each test finds willing, and a client that never waits. */
export function useRefusingDiscord(remember: (made: Discord) => void): void {
  let discord: DiscordDouble;
  beforeAll(async () => {
    discord = await DiscordDouble.start({ rateScale: 10_000 });
    remember({ discord, rest: clientOf(`${discord.url}/api`).setToken(discord.token) });
  });
  afterAll(() => discord.close());
  afterEach(() => {
    discord.refusals.lift();
    discord.refusesV2 = false;
    discord.calls.length = 0;
  });
}

/** A client that hands on every limit, in place of waiting. */
export const clientOf = (apiUrl: string): REST =>
  new REST({
    ...restOptions(apiUrl),
    globalRequestsPerSecond: 1_000_000,
    rejectOnRateLimit: () => true,
  });

/** Discord's adapter. `bytes` are what files have in them. */
export const discordOutbound = (
  rest: REST,
  bytes: (id: string) => Promise<Uint8Array | undefined> = async () => undefined,
): Outbound =>
  createDiscordOutbound(
    { rest, botId: () => BOT_USER.id, bytesOf: bytes, fileLimitOf: () => 1_000, typing: { show() {} } },
    { asksFeedback: false },
  );

/** A thread in #ml, by its first message. */
export type Opened = { first: DiscordMessage; here: ThreadAddress };

/** Ada asks in #ml, and a thread is opened for it. */
export function openThread(discord: DiscordDouble): Opened {
  const first = discord.say('ada', CHANNELS.ml, 'what is it?');
  discord.guild.threads.set(first.id, { id: first.id, name: 'what', parent: CHANNELS.ml, archived: false });
  const here = { platform: 'discord' as const, workspace: GUILD, channel: CHANNELS.ml, thread: first.id };
  return { first, here };
}

/** A thread in #ml. */
export class RefusedDiscordThread extends RefusedThread<DiscordMessage> {
  readonly first: DiscordMessage;
  /** Where it is, in the guild that there is. */
  readonly here: ThreadAddress;
  readonly #discord: DiscordDouble;
  readonly #toldBefore: number;

  constructor({ discord, rest }: Discord, db: Db) {
    const { first, here } = openThread(discord);
    super({
      db,
      outbound: discordOutbound(rest, (id) => bytesOf(db, id)),
      address: { platform: 'discord', channel: here.channel, thread: here.thread },
      messageId: first.id,
      requester: { id: PEOPLE.ada.id, name: 'Ada' },
    });
    this.first = first;
    this.here = here;
    this.#discord = discord;
    this.#toldBefore = this.#words().length;
  }

  replies(): DiscordMessage[] {
    return this.#discord.guild.in(this.first.id).filter(({ author }) => author.id === BOT_USER.id);
  }

  textOf(message: DiscordMessage): string {
    return shownOn(message);
  }

  told(): string[] {
    return this.#words().slice(this.#toldBefore);
  }

  /** The thread itself, where there is one still. */
  state(): DiscordThread | undefined {
    return this.#discord.guild.threads.get(this.first.id);
  }

  #words(): string[] {
    const texts = this.#discord.guild.in(CHANNELS.direct).map(({ content }) => content);
    return texts.filter((text) => text.startsWith('About <#'));
  }
}

export const HELLO = {
  kind: 'message' as const,
  body: { components: [{ type: 10, content: 'hello' }], flags: 1 << 15 },
};
export const LIVE = { streamed: undefined, isPaced: false };

const MESSAGES = '/channels/\\d+/messages';

type Act = (outbound: Outbound, thread: Opened, own: string) => Promise<Delivery>;

/** What a thread is delivered with, and the route that does it; `own` is a message of the bot's. */
export const ACTS: Readonly<Record<string, { route: RegExp; act: Act }>> = {
  post: {
    route: new RegExp(`^POST ${MESSAGES}$`),
    act: (outbound, { here }) => outbound.post(here, 'k#0', HELLO),
  },
  edit: {
    route: new RegExp(`^PATCH ${MESSAGES}/`),
    act: (outbound, { here }, own) => outbound.edit(here, 'k#0', own, HELLO, LIVE),
  },
  remove: {
    route: new RegExp(`^DELETE ${MESSAGES}/\\d+$`),
    act: (outbound, { here }, own) => outbound.remove(here, own),
  },
  react: {
    route: /^PUT .*\/reactions\//,
    act: (outbound, { here, first }) =>
      outbound.post(here, 'k#0', { kind: 'reaction', on: first.id, name: '👀' }),
  },
  name: {
    route: /^PATCH \/channels\/\d+$/,
    act: (outbound, { here }) => outbound.post(here, 'k#0', { kind: 'title', text: 'A name' }),
  },
};
