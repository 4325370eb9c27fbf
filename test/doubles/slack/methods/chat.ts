import { onPhone } from '../phone.ts';
import { refusalOf } from '../rules.ts';
import { BOT, mentioned, type SlackMessage } from '../workspace.ts';
import type { Arguments, Methods } from './method.ts';

/** Messages as the bot writes, changes and deletes them. */
export const chat: Methods = {
  'chat.postEphemeral'({ ephemerals, workspace }, args) {
    const [channel, user, text] = [String(args.channel), String(args.user), String(args.text ?? '')];
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    if (!workspace.isIn(user, channel)) return { ok: false, error: 'user_not_in_channel' };
    if (text === '') return { ok: false, error: 'no_text' };
    if (text.length > UPDATED_TEXT) return { ok: false, error: 'msg_too_long' };
    const refusal = refusalOf(text, args.blocks);
    if (refusal) return { ok: false, error: refusal };
    const thread = args.thread_ts === undefined ? {} : { thread: String(args.thread_ts) };
    ephemerals.push({ user, text, channel, ...thread, blocks: args.blocks });
    return { ok: true, message_ts: '1.1' };
  },

  'chat.postMessage'({ workspace, pushes }, args) {
    const channel = workspace.channelOf(String(args.channel));
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    const thread_ts = args.thread_ts === undefined ? undefined : String(args.thread_ts);
    const refusal = refusalOf(textOf(args), args.blocks);
    if (refusal) return { ok: false, error: refusal };
    const message = workspace.add({
      channel,
      thread_ts,
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text: textOf(args) ?? '',
      blocks: args.blocks,
      metadata: args.metadata as SlackMessage['metadata'],
    });
    for (const to of mentioned(message)) pushes.push({ to, channel, text: onPhone(message.text) });
    return { ok: true, channel, ts: message.ts, message: { ts: message.ts, text: message.text } };
  },

  'chat.update'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.user !== BOT.user_id) return { ok: false, error: 'cant_update_message' };
    if (message.isStreaming) return { ok: false, error: 'streaming_state_conflict' };
    if ((textOf(args)?.length ?? 0) > UPDATED_TEXT) return { ok: false, error: 'msg_too_long' };
    // Blocks that are not named stay, and an empty list takes them away.
    const blocks = args.blocks ?? message.blocks;
    const refusal = refusalOf(textOf(args), blocks);
    if (refusal) return { ok: false, error: refusal };
    const metadata = args.metadata as SlackMessage['metadata'];
    workspace.edit(message, {
      text: textOf(args) ?? '',
      blocks,
      ...(metadata ? { metadata } : {}),
    });
    return { ok: true, channel: message.channel, ts: message.ts, text: message.text };
  },

  'chat.delete'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.user !== BOT.user_id) return { ok: false, error: 'cant_delete_message' };
    workspace.delete(message);
    return { ok: true, channel: message.channel, ts: message.ts };
  },
};

/**
 * https://docs.slack.dev/reference/methods/chat.update, `msg_too_long`; the same holds for ephemeral
 * messages.
 */
const UPDATED_TEXT = 4_000;

/** https://docs.slack.dev/reference/methods/chat.postMessage: what is longer is cut. */
const textOf = (args: Arguments) => (typeof args.text === 'string' ? args.text.slice(0, 40_000) : undefined);
