import { z } from 'zod';
import { SeenMessage, wordsIn } from './reading.ts';

/*
 * The parts of Slack's payloads that are used; everything else is let through unread.
 * https://docs.slack.dev/reference/events/message, .../app_mention, .../block_actions-payload
 */

/** What Slack leaves out, or says that it is nothing. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((given) => given ?? undefined);

const textOrNone = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

const fileFields = {
  id: z.string(),
  name: maybe(z.string()),
  size: maybe(z.number()),
  url_private_download: maybe(z.string()),
  /** `tombstone` for one that was taken out of its message. */
  mode: maybe(z.string()),
  /** What a file is that may have no name: `slack_audio` is a voice message. */
  subtype: maybe(z.string()),
  mimetype: maybe(z.string()),
  title: maybe(z.string()),
  url_private: maybe(z.string()),
  /**
   * `check_file_info` for one of another workspace, which only has its id until it is asked for:
   * https://docs.slack.dev/apis/slack-connect.
   */
  file_access: maybe(z.string()),
};

/**
 * A file that somebody shared: https://docs.slack.dev/reference/objects/file-object. What else Slack tells
 * of it is read where it can't be had (`seen-files.ts`).
 */
export const SharedFile = z.looseObject(fileFields);
export type SharedFile = z.infer<typeof SharedFile>;

/** The same without what stands in it: that is kept nowhere before it is taken in. */
export const NotedFile = z.object(fileFields);

/** Files as they may be in any payload: what can't be read is none. */
export const SharedFiles = z.array(z.unknown()).transform((items) =>
  items.flatMap((item) => {
    const file = SharedFile.safeParse(item);
    return file.success && file.data.mode !== 'tombstone' ? [file.data] : [];
  }),
);

/**
 * A message as people write it: `app_mention`, or `message` without a subtype or with a file, a broadcast or
 * /me.
 */
const Written = z.object({
  type: z.enum(['message', 'app_mention']),
  subtype: maybe(z.enum(['file_share', 'thread_broadcast', 'me_message'])),
  channel: z.string(),
  channel_type: maybe(z.string()),
  user: z.string(),
  /** How somebody is called who may be of another workspace, where they can't be looked up. */
  user_profile: SeenMessage.shape.user_profile,
  text: textOrNone,
  ts: z.string(),
  thread_ts: maybe(z.string()),
  bot_id: maybe(z.string()),
  files: maybe(SharedFiles),
  /** Who changed its words last, and when, in whole seconds. */
  edited: maybe(z.object({ ts: z.string() })).catch(undefined),
  blocks: maybe(z.array(z.unknown())).catch(undefined),
  /** What is shared with it, and what its links lead to. */
  attachments: maybe(z.array(z.unknown())).catch(undefined),
});

/** Its text is all of its words: what blocks say besides is among them. */
export const WrittenMessage = Written.transform(({ blocks, ...message }) => ({
  ...message,
  text: wordsIn({ text: message.text, blocks }),
}));
export type WrittenMessage = z.infer<typeof WrittenMessage>;

/** What is left of a message with replies that was deleted, as history has it. */
export const Tombstone = z.object({
  subtype: z.literal('tombstone'),
  channel: z.string(),
  ts: z.string(),
});

/**
 * https://docs.slack.dev/reference/events/message/message_changed and .../message_deleted. Both tell of a
 * message within a channel, which is not repeated in the message itself. An edit's own time is in whole
 * seconds, that of the event is not.
 */
const aboutMessage = {
  channel: z.string(),
  channel_type: maybe(z.string()),
  event_ts: maybe(z.string()),
  ts: maybe(z.string()),
  previous_message: maybe(z.looseObject({ ts: maybe(z.string()) })).catch(undefined),
};

export const ChangedMessage = z
  .object({
    ...aboutMessage,
    subtype: z.literal('message_changed'),
    message: z.looseObject({ ts: maybe(z.string()), subtype: maybe(z.string()) }),
  })
  .transform(({ message, previous_message: before, ...event }) => {
    const ts = message.ts ?? before?.ts;
    const at = event.event_ts ?? event.ts ?? '';
    const inChannel = { type: 'message', channel: event.channel, channel_type: event.channel_type };
    return {
      channel: event.channel,
      ts,
      at,
      /** What is left of a message with replies that was deleted. */
      isTombstone: message.subtype === 'tombstone',
      now: { ...message, ...inChannel, ts },
      before: before && { ...before, ...inChannel, ts },
    };
  });
export type ChangedMessage = z.infer<typeof ChangedMessage>;

export const DeletedMessage = z
  .object({
    ...aboutMessage,
    subtype: z.literal('message_deleted'),
    deleted_ts: maybe(z.string()),
  })
  .transform(({ deleted_ts, previous_message: before, channel, channel_type }) => {
    const ts = deleted_ts ?? before?.ts;
    return { channel, ts, before: before && { ...before, type: 'message', channel, channel_type, ts } };
  });

export const ButtonClick = z.object({
  user: z.object({ id: z.string() }),
  /** Missing where the button stands in the Home tab. */
  channel: maybe(z.object({ id: z.string() })),
  /** Missing where the button stands in something that only one person sees. */
  message: maybe(z.object({ ts: z.string(), thread_ts: maybe(z.string()) })),
  trigger_id: textOrNone,
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        block_id: textOrNone,
        value: textOrNone,
        selected_option: z.object({ value: z.string() }).nullish(),
        selected_options: z.array(z.object({ value: z.string() })).nullish(),
        action_ts: z.string(),
      }),
    )
    .min(1),
});
export type ButtonClick = z.infer<typeof ButtonClick>;

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export const SlashCommand = z.object({
  channel_id: z.string(),
  user_id: z.string(),
  trigger_id: z.string(),
  text: textOrNone,
});
export type SlashCommand = z.infer<typeof SlashCommand>;

/**
 * A dialog that somebody sent off:
 * https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
 */
export const Submission = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({
    id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
            selected_options: z.array(z.object({ value: z.string() })).nullish(),
            selected_users: z.array(z.string()).nullish(),
          }),
        ),
      ),
    }),
  }),
});
export type Submission = z.infer<typeof Submission>;

/**
 * A shortcut on a message:
 * https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
 */
export const MessageShortcut = z.object({
  trigger_id: z.string(),
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }),
  message: SeenMessage.extend({ thread_ts: maybe(z.string()) }),
});

/** https://docs.slack.dev/reference/events/app_home_opened */
export const HomeOpened = z.object({
  user: z.string(),
  tab: maybe(z.string()),
  channel: maybe(z.string()),
});

/** https://docs.slack.dev/reference/events/agent_session_stopped */
export const SessionStopped = z.object({
  channel: z.string(),
  thread_ts: z.string(),
  user: z.string(),
  event_ts: z.string(),
});
