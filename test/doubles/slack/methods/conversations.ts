import type { SlackMessage } from '../workspace.ts';
import type { Answer, Arguments, Methods } from './method.ts';

/** What was written, a page at a time. */
export const conversations: Methods = {
  'conversations.history'({ workspace }, args) {
    if (!workspace.channels.has(String(args.channel))) return { ok: false, error: 'channel_not_found' };
    return pageOf(workspace.topLevel(String(args.channel)), args);
  },

  'conversations.replies'({ workspace }, args) {
    const thread = workspace.thread(String(args.channel), String(args.ts));
    if (thread.length === 0) return { ok: false, error: 'thread_not_found' };
    return pageOf(thread, args);
  },
};

/** One page of messages newer than `oldest`, as both methods answer. */
function pageOf(all: readonly SlackMessage[], args: Arguments): Answer {
  const oldest = Number(args.oldest ?? 0);
  const latest = Number(args.latest ?? Number.POSITIVE_INFINITY);
  const thread = all.filter(({ ts }) => Number(ts) > oldest && Number(ts) < latest);
  const from = Number(args.cursor ?? 0);
  const limit = Math.min(Number(args.limit ?? 100), 1_000);
  const withMetadata = args.include_all_metadata === 'true' || args.include_all_metadata === true;
  const messages = thread
    .slice(from, from + limit)
    .map(({ metadata, edits: _edits, reactions: _reactions, ...message }) => ({
      type: 'message',
      ...message,
      ...(withMetadata && metadata ? { metadata } : {}),
    }));
  const next = from + limit < thread.length ? String(from + limit) : '';
  return { ok: true, messages, has_more: next !== '', response_metadata: { next_cursor: next } };
}
