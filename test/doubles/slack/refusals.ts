import { z } from 'zod';
import { BOT, type SlackMessage } from './workspace.ts';

/** How a channel stands, where it does not take everything. */
type ChannelState = 'archived' | 'removed' | 'read_only' | 'thread_locked';

/** A 429, with the seconds of its Retry-After where it has one. */
type Limited = { status: 429; retryAfter: string | undefined };

type Arguments = Record<string, unknown>;

/** What each state refuses, from the "Errors" of each method's page; what is not named here is taken. */
const BY_STATE: Readonly<Record<ChannelState, (method: string) => string | undefined>> = {
  archived(method) {
    if (method === 'chat.update') return 'is_inactive';
    if (method === 'files.completeUploadExternal') return 'posting_to_channel_denied';
    return SENDS.has(method) || method === 'chat.postEphemeral' || method === 'reactions.add'
      ? 'is_archived'
      : undefined;
  },
  removed(method) {
    if (SENDS.has(method) || method === 'files.completeUploadExternal') return 'not_in_channel';
    return method === 'conversations.history' || method === 'chat.postEphemeral'
      ? 'not_in_channel'
      : 'channel_not_found';
  },
  read_only: (method) => (SENDS.has(method) ? 'restricted_action_read_only_channel' : undefined),
  thread_locked(method) {
    if (method.startsWith('reactions.')) return 'thread_locked';
    return SENDS.has(method) ? 'restricted_action_thread_locked' : undefined;
  },
};

const SENDS: ReadonlySet<string> = new Set([
  'chat.postMessage',
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
]);

/**
 * What a workspace refuses besides what is malformed: by channel, by age, by kind of block, or because a test
 * says so.
 */
export class Refusals {
  /** For how long messages can be edited: a setting of the workspace. */
  editWindowMs = Number.POSITIVE_INFINITY;
  /** Types of blocks that are refused. */
  readonly blocks = new Set<string>();
  readonly #channels = new Map<string, ChannelState>();
  readonly #methods = new Map<string, { how: string | Limited; when: (args: Arguments) => boolean }>();
  readonly #emit: (event: Record<string, unknown>) => void;

  constructor(emit: (event: Record<string, unknown>) => void) {
    this.#emit = emit;
  }

  /** Makes every call of a method fail, or those with certain arguments, until it is lifted. */
  refuse(method: string, how: string | Limited, when: (args: Arguments) => boolean = () => true): void {
    this.#methods.set(method, { how, when });
  }

  lift(): void {
    this.#methods.clear();
    this.blocks.clear();
    this.editWindowMs = Number.POSITIVE_INFINITY;
  }

  set(channel: string, state: ChannelState): void {
    this.#channels.set(channel, state);
  }

  /** A channel takes everything again; the app is told of it where Slack tells it. */
  open(channel: string): void {
    const state = this.#channels.get(channel);
    this.#channels.delete(channel);
    if (state === 'archived') this.#emit({ type: 'channel_unarchive', channel, user: 'U0ADA' });
    if (state === 'removed') {
      const joined = { user: BOT.user_id, channel, channel_type: 'C', team: BOT.team_id, inviter: 'U0ADA' };
      this.#emit({ type: 'member_joined_channel', ...joined });
    }
  }

  scripted(method: string, args: Arguments): string | Limited | undefined {
    const refused = this.#methods.get(method);
    return refused?.when(args) ? refused.how : undefined;
  }

  /** The code with which a call is refused by what it is about. `message` is the one that it names. */
  of(
    method: string,
    args: Arguments,
    message: SlackMessage | undefined,
    isPublic: boolean,
  ): string | undefined {
    const state = this.#channels.get(String(args.channel ?? args.channel_id));
    // Of a private channel that it is not in, nobody is told that there is one.
    const refused = state === 'removed' && !isPublic ? 'channel_not_found' : state && BY_STATE[state](method);
    if (refused !== undefined) return refused;
    const isOld = message !== undefined && Date.now() - Number(message.ts) * 1000 > this.editWindowMs;
    if (method === 'chat.update' && isOld && message.user === BOT.user_id) return 'edit_window_closed';
    const types = Blocks.catch([]).parse(args.blocks);
    return types.some(({ type }) => this.blocks.has(type)) ? 'invalid_blocks' : undefined;
  }
}

const Blocks = z.array(z.looseObject({ type: z.string() }));
