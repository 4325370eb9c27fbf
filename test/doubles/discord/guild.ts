import { EventEmitter } from 'node:events';
import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Component } from './rules.ts';
import { toldComponents, toldEmbeds } from './told-parts.ts';

export const APPLICATION = '900000000000000001';
export const BOT_USER = { id: APPLICATION, username: 'ml-intern', global_name: null, bot: true };
export const GUILD = '800000000000000001';
/** Another one that has the bot, where a test wants two (`Guild.hasSecond`), and its only channel. */
export const SECOND_GUILD = '800000000000000002';
export const SECOND_CHANNEL = '700000000000000006';
export const BOT_ROLE = '800000000000000009';
export const LEADS = '800000000000000008';

export const CHANNELS = {
  ml: '700000000000000001',
  ops: '700000000000000002',
  forum: '700000000000000003',
  /** Where the bot lacks permissions. */
  closed: '700000000000000004',
  /** Ada's direct messages. */
  direct: '700000000000000005',
} as const;

export const PEOPLE = {
  ada: { id: '600000000000000001', username: 'ada', global_name: 'Ada', roles: [] as string[] },
  grace: { id: '600000000000000002', username: 'grace', global_name: 'Grace', roles: [LEADS] },
  linus: { id: '600000000000000003', username: 'linus', global_name: 'Linus', roles: [] as string[] },
} as const;
export type PersonName = keyof typeof PEOPLE;

/** Who may manage the guild. */
const ADMINS: readonly string[] = [PEOPLE.grace.id];

const DISCORD_EPOCH = 1_420_070_400_000n;

/** When a message was sent, by its id. https://docs.discord.com/developers/reference#snowflakes */
export const sentAt = (id: string): number => Number((BigInt(id) >> 22n) + DISCORD_EPOCH);

export type Author = { id: string; username: string; global_name: string | null; bot?: boolean };

export type DiscordMessage = {
  id: string;
  channel_id: string;
  author: Author;
  content: string;
  components: Component[];
  attachments: {
    id: string;
    filename: string;
    size: number;
    url: string;
    bytes: Buffer;
    description?: string;
  }[];
  flags: number;
  nonce: string | undefined;
  mentioned: string[];
  reference: string | undefined;
  reactions: Set<string>;
  edits: number;
  /** When its words were changed last. */
  edited?: string;
  embeds?: object[];
  /** What else Discord tells of it, or tells otherwise. */
  extra?: Record<string, unknown>;
};

export type MessageChange = Partial<
  Pick<DiscordMessage, 'content' | 'components' | 'attachments' | 'flags' | 'edited' | 'embeds' | 'mentioned'>
>;

export type DiscordThread = {
  id: string;
  name: string;
  parent: string;
  archived: boolean;
  locked?: boolean;
  /** Who is in it, of a private one. */
  members?: readonly string[];
};

export const BASIC =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.ManageThreads |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.EmbedLinks;

/**
 * One guild with its channels, threads and messages, and what happens to messages as events: `change` after
 * each.
 */
export class Guild extends EventEmitter<{ change: [DiscordMessage, 'posted' | 'edited' | 'deleted'] }> {
  readonly messages = new Map<string, DiscordMessage>();
  readonly threads: Map<string, DiscordThread> = new Threads();
  hasSecond = false;
  /** What people are called in this guild alone, by their ids. */
  readonly nicknames = new Map<string, string>();
  premiumTier: 0 | 1 | 2 | 3 = 0;
  /** Whether the app has the intent by which members are listed. */
  listsMembers = true;
  /** Who has the role of leads besides those who always have; their ids. */
  moreLeads: readonly string[] = [];
  #last = 0n;

  /** Ids grow, and tell when they were made: https://docs.discord.com/developers/reference#snowflakes. */
  nextId(): string {
    const now = (BigInt(Date.now()) - DISCORD_EPOCH) << 22n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last.toString();
  }

  add(message: Omit<DiscordMessage, 'id' | 'reactions' | 'edits'>): DiscordMessage {
    const added = { ...message, id: this.nextId(), reactions: new Set<string>(), edits: 0 };
    this.messages.set(added.id, added);
    this.emit('change', added, 'posted');
    return added;
  }

  edit(message: DiscordMessage, change: MessageChange): void {
    Object.assign(message, change, { edits: message.edits + 1 });
    this.emit('change', message, 'edited');
  }

  delete(message: DiscordMessage): void {
    this.messages.delete(message.id);
    this.emit('change', message, 'deleted');
  }

  /** A message of the bot's that stands nowhere yet. */
  ownMessage(channel: string, parts: Partial<DiscordMessage>): DiscordMessage {
    return {
      id: this.nextId(),
      channel_id: channel,
      author: BOT_USER,
      content: '',
      components: [],
      attachments: [],
      flags: 0,
      nonce: undefined,
      mentioned: [],
      reference: undefined,
      reactions: new Set(),
      edits: 0,
      ...parts,
    };
  }

  nicknameOf({ id }: { id: string }): string | null {
    return this.nicknames.get(id) ?? null;
  }

  in(channel: string): DiscordMessage[] {
    return [...this.messages.values()].filter((message) => message.channel_id === channel);
  }

  has(channel: string): boolean {
    const channels: string[] = [...Object.values(CHANNELS), ...(this.hasSecond ? [SECOND_CHANNEL] : [])];
    return channels.includes(channel) || this.threads.has(channel);
  }
}

/** Channels and threads of the second guild: ids are never used twice. */
const ofSecond = new Set<string>([SECOND_CHANNEL]);

class Threads extends Map<string, DiscordThread> {
  override set(id: string, thread: DiscordThread): this {
    if (ofSecond.has(thread.parent)) ofSecond.add(id);
    return super.set(id, thread);
  }
}

export function guildOf(channel: string): string | undefined {
  if (channel === CHANNELS.direct) return undefined;
  return ofSecond.has(channel) ? SECOND_GUILD : GUILD;
}

export function rawUser({ id, username, global_name, bot = false }: Author): object {
  const rest = { discriminator: '0', avatar: null, public_flags: 0, flags: 0, primary_guild: null };
  return { id, username, global_name, ...rest, bot };
}

export function rawMember(person: { id: string; roles?: readonly string[] }, nick: string | null): object {
  return {
    roles: [...(person.roles ?? [])],
    nick,
    avatar: null,
    joined_at: '2026-01-01T00:00:00.000000+00:00',
    premium_since: null,
    banner: null,
    communication_disabled_until: null,
    pending: false,
    deaf: false,
    mute: false,
    flags: 0,
  };
}

/** What somebody may do in a channel: told of whoever does something that Discord asks the app about. */
export const permissionsOf = ({ id }: { id: string }): string =>
  String(ADMINS.includes(id) ? BASIC | PermissionFlagsBits.ManageGuild : BASIC);

export function personById(id: string) {
  return Object.values(PEOPLE).find((person) => person.id === id);
}

/** A message as the gateway tells of it. */
export function toldMessage(message: DiscordMessage, guild: Guild, baseUrl: string): Record<string, unknown> {
  const guild_id = guildOf(message.channel_id);
  const member = personById(message.author.id);
  return {
    ...rawMessage(message, baseUrl),
    ...(guild_id ? { guild_id } : {}),
    ...(member && guild_id ? { member: rawMember(member, guild.nicknameOf(member)) } : {}),
  };
}

/**
 * A message as the REST API has it: who wrote it is no member there, and neither are those who are mentioned
 * (https://docs.discord.com/developers/resources/message#message-object).
 */
export function rawMessage(message: DiscordMessage, baseUrl: string): Record<string, unknown> {
  const { id, channel_id, author, content, flags, nonce, mentioned, reference } = message;
  const guild_id = guildOf(channel_id);
  return {
    id,
    channel_id,
    author: rawUser(author),
    content,
    timestamp: new Date(sentAt(id)).toISOString(),
    edited_timestamp: message.edited ?? null,
    tts: false,
    mention_everyone: false,
    mentions: mentioned.flatMap((who) => {
      if (who === BOT_USER.id) return [rawUser(BOT_USER)];
      const person = personById(who);
      return person ? [rawUser(person)] : [];
    }),
    mention_roles: [],
    attachments: message.attachments.map(({ bytes: _bytes, ...file }) => ({
      ...file,
      url: `${baseUrl}/attachments/${file.id}`,
      proxy_url: `${baseUrl}/attachments/${file.id}`,
    })),
    embeds: toldEmbeds(message.embeds),
    pinned: false,
    type: reference ? 19 : 0,
    components: toldComponents(message, baseUrl),
    flags,
    ...(nonce ? { nonce } : {}),
    ...(reference ? { message_reference: { type: 0, message_id: reference, channel_id, guild_id } } : {}),
    ...message.extra,
  };
}

function channel(id: string, name: string, type: ChannelType, overwrites: object[] = []) {
  return {
    id,
    type,
    name,
    guild_id: guildOf(id),
    position: 0,
    permission_overwrites: overwrites,
    parent_id: null,
    flags: 0,
  };
}

export function rawThread(thread: DiscordThread, guild?: Guild): object {
  const { id, name, parent, archived, locked, members } = thread;
  return {
    id,
    last_message_id: guild?.in(id).at(-1)?.id ?? null,
    type: members === undefined ? ChannelType.PublicThread : ChannelType.PrivateThread,
    name,
    guild_id: guildOf(parent),
    parent_id: parent,
    owner_id: BOT_USER.id,
    message_count: 1,
    member_count: 1,
    rate_limit_per_user: 0,
    flags: 0,
    thread_metadata: {
      archived,
      auto_archive_duration: 10_080,
      archive_timestamp: '2026-01-01T00:00:00.000000+00:00',
      locked: locked ?? false,
      ...(members === undefined ? {} : { invitable: true }),
    },
    total_message_sent: 1,
  };
}

export function rawChannel(id: string, guild: Guild): object | undefined {
  const thread = guild.threads.get(id);
  if (thread) return rawThread(thread, guild);
  if (id === CHANNELS.direct) {
    return { id, type: ChannelType.DM, flags: 0, last_message_id: null, recipients: [rawUser(PEOPLE.ada)] };
  }
  return rawChannels(guild).find((item) => item.id === id);
}

export const rawChannels = (guild: Guild) =>
  CHANNEL_LIST.map((item) => ({ ...item, last_message_id: guild.in(item.id).at(-1)?.id ?? null }));

/** What Discord tells of a guild's threads that are not archived. */
export const rawActiveThreads = (guild: Guild, of = GUILD): object[] =>
  [...guild.threads.values()]
    .filter(({ id, archived }) => !archived && guildOf(id) === of)
    .map((thread) => rawThread(thread, guild));

const CHANNEL_LIST = [
  channel(SECOND_CHANNEL, 'two', ChannelType.GuildText),
  channel(CHANNELS.ml, 'ml', ChannelType.GuildText),
  channel(CHANNELS.ops, 'ops', ChannelType.GuildText),
  {
    ...channel(CHANNELS.forum, 'experiments', ChannelType.GuildForum),
    available_tags: [],
    default_reaction_emoji: null,
    default_sort_order: null,
    default_forum_layout: 0,
  },
  channel(CHANNELS.closed, 'closed', ChannelType.GuildText, [
    { id: BOT_ROLE, type: 0, allow: '0', deny: String(PermissionFlagsBits.CreatePublicThreads) },
  ]),
];
