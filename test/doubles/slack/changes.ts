import { richText } from './rich-text.ts';
import { BOT, type ChannelKind, type SlackMessage, teamOf } from './workspace.ts';

/*
 * What Slack tells of a message that is changed or taken away, in the form it has on the wire:
 * https://docs.slack.dev/reference/events/message/message_changed and .../message_deleted. Not everything
 * that changes a message is an edit: a preview of a link makes the same event, with the text as it was.
 */

type Event = Record<string, unknown>;

/** A message as it stands in other payloads and in history; `replies` are those to it. */
export function rawMessage(message: SlackMessage, replies: readonly SlackMessage[] = []): Event {
  const { channel, ts, thread_ts, user, text, bot_id, files, edited, attachments, subtype } = message;
  return {
    type: 'message',
    ...(subtype ? { subtype } : {}),
    ...(files ? { files, upload: false } : {}),
    user,
    text,
    ts,
    ...(bot_id ? { bot_id } : { client_msg_id: `id-${ts}` }),
    ...(thread_ts ? { thread_ts } : {}),
    ...(edited ? { edited } : {}),
    ...(attachments ? { attachments } : {}),
    team: teamOf(channel),
    ...(subtype === 'tombstone' ? { hidden: true } : blocksOf(message)),
    ...message.extra,
    ...threadParts(ts, replies),
  };
}

/** What people type has blocks as well; what apps write only where they say so. */
function blocksOf({ blocks, text, bot_id }: SlackMessage): Event {
  if (blocks !== undefined) return { blocks };
  return bot_id === undefined && text !== '' ? { blocks: richText(text) } : {};
}

/** What is told of a message that has replies. */
function threadParts(ts: string, replies: readonly SlackMessage[]): Event {
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
    reply_users: users,
    is_locked: false,
  };
}

/** `now` is the time of the change. Slack's own example has no message as it was. */
export const changed = (
  now: string,
  message: SlackMessage,
  kind: ChannelKind,
  before: Event | undefined,
  is: Event,
): Event => ({
  ...common(now, message, kind),
  subtype: 'message_changed',
  message: { ...is, source_team: teamOf(message.channel), user_team: BOT.team_id },
  ...(before === undefined ? {} : { previous_message: before }),
});

export const deleted = (now: string, message: SlackMessage, kind: ChannelKind, before: Event): Event => ({
  ...common(now, message, kind),
  subtype: 'message_deleted',
  deleted_ts: message.ts,
  previous_message: before,
});

const common = (now: string, { channel }: SlackMessage, channel_type: ChannelKind): Event => ({
  type: 'message',
  hidden: true,
  channel,
  channel_type,
  ts: now,
  event_ts: now,
});
