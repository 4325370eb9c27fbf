import { GatewayIntentBits } from 'discord-api-types/v10';
import { Buckets } from './buckets.ts';
import type { Gateway } from './gateway.ts';
import {
  BOT_USER,
  type DiscordMessage,
  Guild,
  guildOf,
  type MessageChange,
  PEOPLE,
  type PersonName,
  rawChannel,
  rawMessage,
  rawThread,
  SECOND_GUILD,
  sentAt,
  toldMessage,
} from './guild.ts';
import { rawGuild } from './raw-guild.ts';
import { Refusals } from './refusals.ts';
import type { Component, Modal } from './rules.ts';

export type DiscordDoubleOptions = { port?: number; token?: string; rateScale?: number };

export type Body = Record<string, unknown>;

/** What only one person sees. */
export type PrivateAnswer = { user: string; text: string; components: Component[]; files: string[] };

/** What a phone shows of a message that calls somebody: of Components V2 nothing. */
export type Push = { to: string; channel: string; text: string };

type Open = {
  id: string;
  token: string;
  user: string;
  channel: string;
  message: DiscordMessage | undefined;
  at: number;
  shows: Shows;
};

/**
 * What an interaction shows to who made it: that it is not taken (and after three seconds that it failed),
 * that it is under way, nothing more, a message, or a dialog.
 */
export type Shows = 'not taken' | 'under way' | 'nothing' | 'message' | 'dialog';
type OpenModal = { user: string; modal: Modal; channel: string; message: DiscordMessage | undefined };

/** What a guild is made of and how the double behaves, and how the bot is told of what happens in it. */
export abstract class DiscordState {
  readonly guild = new Guild();
  readonly refusals = new Refusals();
  readonly calls: { method: string; path: string; status: number }[] = [];
  /** How long a request is on its way before anything is done about it. */
  latencyMs = 0;
  /** Messages that could have notified a whole server. */
  readonly broadcasts: string[] = [];
  readonly privates: PrivateAnswer[] = [];
  /** What the phones of people who were called have shown: an edit calls nobody. */
  readonly pushes: Push[] = [];
  readonly modals: OpenModal[] = [];
  /** What was offered to who was typing. */
  readonly suggestions: { name: string; value: string }[][] = [];
  /** When the bot has last said that it is typing, by the channel or thread. */
  readonly typing = new Map<string, number>();
  /** Whether anybody may add the bot to a guild, or only its owner. */
  isPublic = false;
  /** Registered slash commands, and how often they were written. */
  commands: Body[] = [];
  commandWrites = 0;
  token: string;
  /**
   * Asked for every call: a status to fail with, or to cut ('drop') or keep ('hang') the answer after the
   * work was done.
   */
  disturb: (method: string, path: string) => number | 'drop' | 'hang' | undefined = () => undefined;
  /** Whether messages of Components V2 are refused, as a Discord that knows no such would. */
  refusesV2 = false;
  /** What was sent along with dialogs, by its id. */
  readonly uploads = new Map<string, Buffer>();
  readonly buckets: Buckets;
  /** Interactions by their token. */
  readonly open = new Map<string, Open>();

  constructor(options: DiscordDoubleOptions) {
    this.token = options.token ?? 'double.bot.token';
    this.buckets = new Buckets(options.rateScale ?? 1);
  }

  /** Where it answers. */
  abstract get url(): string;

  abstract get gateway(): Gateway;

  /** All that people have clicked or sent off, and what it shows. */
  get interactions(): { user: string; shows: Shows }[] {
    return [...this.open.values()];
  }

  /** What the interactions of a person show, the oldest first. */
  shownTo(person: PersonName): Shows[] {
    const { id } = PEOPLE[person];
    return [...this.open.values()].flatMap(({ user, shows }) => (user === id ? [shows] : []));
  }

  /** Whether people see that the bot is typing: for ten seconds, or until its next message. */
  isTyping(channel: string): boolean {
    const said = this.typing.get(channel) ?? Number.NEGATIVE_INFINITY;
    const since = this.guild.in(channel).filter(({ author, id }) => author.bot && sentAt(id) >= said);
    return Date.now() - said < TYPING_MS && since.length === 0;
  }

  /** Tells the bot of a message; again, where a test wants a delivery made twice. */
  deliver(message: DiscordMessage, event = 'MESSAGE_CREATE'): void {
    const channel = rawChannel(message.channel_id, this.guild) as { type?: number } | undefined;
    const raw = { ...toldMessage(message, this.guild, this.url), channel_type: channel?.type ?? 0 };
    const intent = guildOf(message.channel_id)
      ? GatewayIntentBits.GuildMessages
      : GatewayIntentBits.DirectMessages;
    const told = this.gateway.hasMessageContent() ? raw : withoutContent(raw, isFor(message));
    this.gateway.dispatch(event, told, intent);
  }

  /** A message as the bot reads it back: what it may not be told of, it can't read either. */
  asRead(message: DiscordMessage): Record<string, unknown> {
    const raw = rawMessage(message, this.url);
    return this.gateway.allowsMessageContent ? raw : withoutContent(raw, isFor(message));
  }

  change(message: DiscordMessage, change: MessageChange): void {
    this.guild.edit(message, change);
    this.deliver(message, 'MESSAGE_UPDATE');
  }

  /** Somebody adds the bot to a second server while it listens; later starts are told of it as well. */
  addToSecond(): void {
    this.guild.hasSecond = true;
    this.gateway.dispatch('GUILD_CREATE', rawGuild(this.guild, SECOND_GUILD));
  }

  /** A thread is archived, opened, locked or unlocked. */
  moveThread(threadId: string, change: { archived?: boolean; locked?: boolean; name?: string }): void {
    const thread = this.guild.threads.get(threadId);
    if (thread === undefined) throw new Error('there is no such thread');
    Object.assign(thread, change);
    this.gateway.dispatch('THREAD_UPDATE', rawThread(thread));
  }
}

/** https://docs.discord.com/developers/resources/channel#trigger-typing-indicator */
const TYPING_MS = 10_000;

/** Whether a message is the bot's, or for it. */
const isFor = ({ author, mentioned, channel_id }: DiscordMessage): boolean =>
  author.id === BOT_USER.id || mentioned.includes(BOT_USER.id) || guildOf(channel_id) === undefined;

/**
 * What a bot is told that has no intent for what messages say: of one that is for it (`isSeen`) its own
 * words, and of what somebody forwards nothing.
 * https://docs.discord.com/developers/events/gateway#message-content-intent
 */
function withoutContent(raw: Record<string, unknown>, isSeen: boolean): Record<string, unknown> {
  const { poll, message_snapshots, ...rest } = raw;
  const forwarded = message_snapshots === undefined ? {} : { message_snapshots: [] };
  if (isSeen) return { ...rest, ...forwarded, ...(poll === undefined ? {} : { poll }) };
  return { ...rest, ...forwarded, content: '', attachments: [], embeds: [], components: [] };
}
