import { rawMessage } from '../changes.ts';
import type { SlackState } from '../state.ts';
import { CHANNEL_NAMES, type SlackMessage } from '../workspace.ts';
import type { Answer, Arguments, Methods } from './method.ts';

/**
 * What was written, a page at a time: https://docs.slack.dev/reference/methods/conversations.history is read
 * from the newest on, .../conversations.replies from the oldest.
 */
export const conversations: Methods = {
  // https://docs.slack.dev/reference/methods/conversations.info; a direct message has no name.
  'conversations.info'({ workspace }, { channel }) {
    const id = String(channel);
    if (!workspace.channels.has(id)) return { ok: false, error: 'channel_not_found' };
    const name = CHANNEL_NAMES[id];
    const kind = workspace.kindOf(id);
    const is = {
      is_channel: kind === 'channel',
      is_group: kind === 'group',
      is_im: kind === 'im',
      is_mpim: kind === 'mpim',
      is_private: kind !== 'channel',
    };
    return { ok: true, channel: { id, ...is, ...(name === undefined ? {} : { name }) } };
  },

  'conversations.history'(slack, args) {
    const { workspace } = slack;
    if (!workspace.channels.has(String(args.channel))) return { ok: false, error: 'channel_not_found' };
    return pageOf(slack, workspace.topLevel(String(args.channel)), args);
  },

  'conversations.replies'(slack, args) {
    const { workspace } = slack;
    const channel = String(args.channel);
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    const named = workspace.find(channel, String(args.ts));
    const thread = workspace.thread(channel, named?.thread_ts ?? String(args.ts));
    if (named === undefined || thread.length === 0) return { ok: false, error: 'thread_not_found' };
    return pageOf(slack, thread, args, thread[0]);
  },
};

const TS = /^\d+(?:\.\d+)?$/;
const MOST = 1_000;

/** One page of the messages between `oldest` and `latest`; the first of a thread stands before any of it. */
function pageOf(
  { workspace, limits }: SlackState,
  all: readonly SlackMessage[],
  args: Arguments,
  parent?: SlackMessage,
): Answer {
  for (const name of ['oldest', 'latest'] as const) {
    if (args[name] !== undefined && !TS.test(String(args[name])))
      return { ok: false, error: `invalid_ts_${name}` };
  }
  const most = limits.pageOf() ?? MOST;
  const asked = Number(args.limit ?? most);
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST) return { ok: false, error: 'invalid_limit' };
  const isInclusive = args.inclusive === 'true' || args.inclusive === true;
  const oldest = Number(args.oldest ?? 0);
  const latest = Number(args.latest ?? Number.POSITIVE_INFINITY);
  const isWithin = ({ ts }: SlackMessage) =>
    (Number(ts) > oldest && Number(ts) < latest) ||
    (isInclusive && (Number(ts) === oldest || Number(ts) === latest));
  const found = all.filter((message) => message === parent || isWithin(message));
  const from = Number(args.cursor ?? 0);
  if (!Number.isInteger(from)) return { ok: false, error: 'invalid_cursor' };
  const limit = Math.min(asked, most);
  const withMetadata = args.include_all_metadata === 'true' || args.include_all_metadata === true;
  const messages = found.slice(from, from + limit).map((message) => ({
    ...rawMessage(message, workspace.repliesTo(message)),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  }));
  const next = from + limit < found.length ? String(from + limit) : '';
  return {
    ok: true,
    messages,
    has_more: next !== '',
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
}
