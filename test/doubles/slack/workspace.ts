import { EventEmitter } from 'node:events';

export type SlackMessage = {
  channel: string;
  ts: string;
  thread_ts: string | undefined;
  user: string;
  bot_id: string | undefined;
  text: string;
  blocks: unknown;
  files?: Record<string, unknown>[];
  /** Who changed its words last, and when. */
  edited?: { user: string; ts: string };
  /** What stands below its words: previews of links, what is shared, what bots attach. */
  attachments?: Record<string, unknown>[];
  /** What else Slack tells of it, or tells otherwise. */
  extra?: Record<string, unknown>;
  /** `tombstone` for what is left of a deleted message that has replies. */
  subtype?: string;
  metadata: { event_type: string; event_payload: Record<string, unknown> } | undefined;
  /** How often it has been edited. */
  edits: number;
  /** The bot's. */
  reactions: Set<string>;
  /** It is being streamed to. */
  isStreaming?: boolean;
  /** The tasks of a stream, by title, and how they stand. */
  tasks?: Record<string, string>;
};

export const BOT = { user_id: 'UBOT00001', bot_id: 'BBOT00001', team_id: 'T00000001', app_id: 'A00000001' };

/** A second workspace, for apps that are installed in several. */
export const SECOND_TEAM = 'T00000002';
export const teamOf = (channel: string): string => (channel === 'C0TWO' ? SECOND_TEAM : BOT.team_id);

export const PEOPLE: Readonly<Record<string, string>> = {
  U0ADA: 'Ada',
  U0GRACE: 'Grace',
  U0LINUS: 'Linus',
  U0GUEST: 'Gwen',
  U0SINGLE: 'Sam',
  U0OTHER: 'Otto',
};

/** People who are not plain members of the workspace, by what Slack tells of them. */
export const OTHERS: Readonly<Record<string, Record<string, unknown>>> = {
  U0GRACE: { is_admin: true },
  U0GUEST: { is_restricted: true },
  U0SINGLE: { is_restricted: true, is_ultra_restricted: true },
  U0OTHER: { team_id: 'T00000002', is_stranger: true },
};

/** Where people have set their profile to be; it is Slack's own home for those who never have. */
export const ZONES: Readonly<Record<string, string>> = {
  U0ADA: 'Europe/Berlin',
  U0GRACE: 'America/New_York',
};

/** User groups and who is in them. */
/** What channels are called. */
export const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  C0ML: 'ml',
  C0OPS: 'ops',
  C0TWO: 'two',
};

const GROUPS: Readonly<Record<string, readonly string[]>> = { S0LEADS: ['U0GRACE'] };

/**
 * What a channel is: public, private, a group message or a direct message. Its id does not tell: those of
 * private channels and of group messages begin as those of public ones do
 * (https://docs.slack.dev/reference/objects/conversation-object).
 */
export type ChannelKind = 'channel' | 'group' | 'mpim' | 'im';

const TYPES: Readonly<Record<ChannelKind, string>> = {
  channel: 'public_channel',
  group: 'private_channel',
  mpim: 'mpim',
  im: 'im',
};

/** The kinds that a list of types names: https://docs.slack.dev/reference/methods/users.conversations. */
export function kindsNamed(types: string): ChannelKind[] {
  const asked = types.split(',');
  return (Object.keys(TYPES) as ChannelKind[]).filter((kind) => asked.includes(TYPES[kind]));
}

/** The messages of a workspace, and what happens to them as events: `change` after each. */
export class Workspace extends EventEmitter<{ change: [SlackMessage, 'posted' | 'edited' | 'deleted'] }> {
  readonly #messages = new Map<string, SlackMessage>();
  readonly channels = new Set(['C0ML', 'C0OPS', 'D0ADA', 'C0TWO']);
  readonly #kinds = new Map<string, ChannelKind>();
  /** Names of threads of the assistant panel, by channel and thread; undefined for one that has none yet. */
  readonly panels = new Map<string, string | undefined>();
  /** Members of channels that not everybody is in. */
  readonly members = new Map<string, readonly string[]>();
  readonly groups = new Map<string, readonly string[]>(Object.entries(GROUPS));
  /** What people have called themselves, in place of their first name. */
  readonly displayNames = new Map<string, string>();
  /** How long ago what is written now was written. */
  ageMs = 0;
  #last = 0;

  /** Makes a channel that is not public. */
  open(channel: string, kind: ChannelKind): void {
    this.channels.add(channel);
    this.#kinds.set(channel, kind);
  }

  kindOf(channel: string): ChannelKind {
    return this.#kinds.get(channel) ?? (channel.startsWith('D') ? 'im' : 'channel');
  }

  isIn(user: string, channel: string): boolean {
    return this.members.get(channel)?.includes(user) ?? true;
  }

  /**
   * A channel by its id; of a person, their direct messages with the app, which begin where there are none
   * yet.
   */
  channelOf(id: string): string {
    if (!id.startsWith('U') || !(id in PEOPLE)) return id;
    const direct = id.replace(/^U/, 'D');
    this.channels.add(direct);
    return direct;
  }

  /** Timestamps are what Slack knows messages by: unique, and growing in order of posting. */
  nextTs(): string {
    const now = Math.max((Date.now() - this.ageMs) * 1000, this.#last + 1);
    this.#last = now;
    return `${Math.floor(now / 1e6)}.${String(now % 1e6).padStart(6, '0')}`;
  }

  add(message: Omit<SlackMessage, 'ts' | 'edits' | 'reactions'>): SlackMessage {
    const added = { ...message, ts: this.nextTs(), edits: 0, reactions: new Set<string>() };
    this.#messages.set(keyOf(added.channel, added.ts), added);
    this.emit('change', added, 'posted');
    return added;
  }

  find(channel: string, ts: string): SlackMessage | undefined {
    return this.#messages.get(keyOf(channel, ts));
  }

  edit(
    message: SlackMessage,
    content: Partial<Pick<SlackMessage, 'text' | 'blocks' | 'metadata' | 'files' | 'edited' | 'attachments'>>,
  ): void {
    Object.assign(message, content, { edits: message.edits + 1 });
    this.emit('change', message, 'edited');
  }

  react(message: SlackMessage, name: string, isAdded: boolean): void {
    if (isAdded) message.reactions.add(name);
    else message.reactions.delete(name);
  }

  /** A message with replies is not taken away: a tombstone stays in its place. */
  delete(message: SlackMessage): void {
    if (this.repliesTo(message).length > 0) {
      const { text, user } = TOMBSTONE;
      Object.assign(message, { text, user, subtype: 'tombstone', bot_id: undefined, blocks: undefined });
      delete message.files;
      delete message.attachments;
      delete message.edited;
    } else this.#messages.delete(keyOf(message.channel, message.ts));
    this.emit('change', message, 'deleted');
  }

  repliesTo({ channel, ts }: SlackMessage): SlackMessage[] {
    return this.thread(channel, ts).filter((reply) => reply.ts !== ts);
  }

  /** The message that a file stands in. */
  withFile(id: string): SlackMessage | undefined {
    return [...this.#messages.values()].find((message) => message.files?.some((file) => file.id === id));
  }

  /** What stands in a channel itself, newest first, as its history is read. */
  topLevel(channel: string): SlackMessage[] {
    return [...this.#messages.values()]
      .filter((message) => message.channel === channel && message.thread_ts === undefined)
      .sort((a, b) => (a.ts < b.ts ? 1 : -1));
  }

  /** A thread in the order people see it: its first message, then the replies. */
  thread(channel: string, ts: string): SlackMessage[] {
    return [...this.#messages.values()]
      .filter((message) => message.channel === channel && (message.thread_ts ?? message.ts) === ts)
      .sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }
}

/** Whom a message calls, by its text or its blocks. */
export function mentioned({ text, blocks }: SlackMessage): Set<string> {
  const said = JSON.stringify([text, blocks ?? []]);
  return new Set([...said.matchAll(/<@([UW][A-Z0-9]+)>/g)].map(([, id = '']) => id));
}

const TOMBSTONE = { text: 'This message was deleted.', user: 'USLACKBOT' };

const keyOf = (channel: string, ts: string) => `${channel}/${ts}`;
