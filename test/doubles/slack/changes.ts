import { BOT, type SlackMessage, teamOf } from './workspace.ts';

/*
 * What Slack tells of a message that is changed or taken away, in the form it has on the wire:
 * https://docs.slack.dev/reference/events/message/message_changed and .../message_deleted. Not everything
 * that changes a message is an edit: a preview of a link makes the same event, with the text as it was.
 */

type Event = Record<string, unknown>;

/** A message as it stands in other payloads. */
export function rawMessage(message: SlackMessage): Event {
  const { channel, ts, thread_ts, user, text, bot_id, files, edited, previews } = message;
  return {
    type: 'message',
    ...(files ? { files, upload: false } : {}),
    user,
    text,
    ts,
    ...(bot_id ? { bot_id } : { client_msg_id: `id-${ts}` }),
    ...(thread_ts ? { thread_ts } : {}),
    ...(edited ? { edited } : {}),
    ...(previews ? { attachments: previews } : {}),
    team: teamOf(channel),
    blocks: [
      {
        type: 'rich_text',
        block_id: 'b',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
      },
    ],
  };
}

/** `now` is the time of the change. */
export const changed = (now: string, message: SlackMessage, before: Event): Event => ({
  ...common(now, message),
  subtype: 'message_changed',
  message: { ...rawMessage(message), source_team: teamOf(message.channel), user_team: BOT.team_id },
  previous_message: before,
});

export const deleted = (now: string, message: SlackMessage): Event => ({
  ...common(now, message),
  subtype: 'message_deleted',
  deleted_ts: message.ts,
  previous_message: rawMessage(message),
});

/** What is left of a message with replies: it is not deleted, but changed to this. */
export const tombstone = (now: string, message: SlackMessage, replies: readonly SlackMessage[]): Event => ({
  ...common(now, message),
  subtype: 'message_changed',
  message: {
    type: 'message',
    subtype: 'tombstone',
    text: 'This message was deleted.',
    user: 'USLACKBOT',
    hidden: true,
    ts: message.ts,
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: new Set(replies.map(({ user }) => user)).size,
    latest_reply: replies.at(-1)?.ts,
    reply_users: [...new Set(replies.map(({ user }) => user))],
    is_locked: false,
  },
  previous_message: rawMessage(message),
});

function common(now: string, { channel }: SlackMessage): Event {
  const channel_type = channel.startsWith('D') ? 'im' : 'channel';
  return { type: 'message', hidden: true, channel, channel_type, ts: now, event_ts: now };
}
