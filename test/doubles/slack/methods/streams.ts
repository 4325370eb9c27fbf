import { z } from 'zod';
import { BOT } from '../workspace.ts';
import type { Methods } from './method.ts';

/** Messages that grow while they are written. */
export const streams: Methods = {
  // https://docs.slack.dev/reference/methods/chat.startStream
  'chat.startStream'({ workspace }, args) {
    const channel = String(args.channel);
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    if (args.thread_ts === undefined) return { ok: false, error: 'invalid_arguments' };
    const isDirect = channel.startsWith('D');
    if (!isDirect && !args.recipient_user_id) return { ok: false, error: 'missing_recipient_user_id' };
    if (!isDirect && !args.recipient_team_id) return { ok: false, error: 'missing_recipient_team_id' };
    const chunks = parseChunks(args.chunks);
    if (chunks === undefined) return { ok: false, error: 'invalid_chunks' };
    const text = textIn(chunks);
    if (text.length > 12_000) return { ok: false, error: 'msg_too_long' };
    const message = workspace.add({
      channel,
      thread_ts: String(args.thread_ts),
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text,
      blocks: undefined,
      metadata: undefined,
      isStreaming: true,
      tasks: tasksAfter({}, chunks),
    });
    return { ok: true, channel, ts: message.ts };
  },

  'chat.appendStream'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.isStreaming) return { ok: false, error: 'message_not_in_streaming_state' };
    const chunks = parseChunks(args.chunks);
    if (chunks === undefined) return { ok: false, error: 'invalid_chunks' };
    message.tasks = tasksAfter(message.tasks ?? {}, chunks);
    workspace.edit(message, { text: message.text + textIn(chunks) });
    return { ok: true, channel: message.channel, ts: message.ts };
  },

  'chat.stopStream'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.isStreaming) return { ok: false, error: 'message_not_in_streaming_state' };
    message.isStreaming = false;
    return { ok: true, channel: message.channel, ts: message.ts };
  },
};

/** https://docs.slack.dev/reference/methods/chat.appendStream, "Using the chunks parameter". */
const Chunk = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown_text'), text: z.string().min(1).max(12_000) }),
  z.strictObject({ type: z.literal('plan_update'), title: z.string().min(1) }),
  z.strictObject({
    type: z.literal('task_update'),
    id: z.string().min(1),
    title: z.string().min(1),
    status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  }),
]);

/** Undefined where Slack would not take them. */
function parseChunks(given: unknown): z.infer<typeof Chunk>[] | undefined {
  const value: unknown = typeof given === 'string' ? JSON.parse(given) : given;
  return z.array(Chunk).min(1).safeParse(value).data;
}

const textIn = (chunks: readonly z.infer<typeof Chunk>[]): string =>
  chunks.map((chunk) => (chunk.type === 'markdown_text' ? chunk.text : '')).join('');

const tasksAfter = (
  before: Readonly<Record<string, string>>,
  chunks: readonly z.infer<typeof Chunk>[],
): Record<string, string> => ({
  ...before,
  ...Object.fromEntries(
    chunks.flatMap((chunk) => (chunk.type === 'task_update' ? [[chunk.title, chunk.status]] : [])),
  ),
});
