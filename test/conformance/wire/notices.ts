import type {
  BlockAction,
  EnvelopedEvent,
  MessageShortcut,
  SlashCommand,
  ViewSubmitAction,
} from '@slack/bolt';
import type * as Events from '@slack/types';
import type * as Discord from 'discord-api-types/v10';

/*
 * What the platforms tell a bot, by the types of their own SDKs: no other definition has it. Each name is
 * looked up by name, where schemas are made of them.
 */

export type SlackEnvelope = EnvelopedEvent;
export type SlackClick = BlockAction;
export type SlackSubmission = ViewSubmitAction;
export type SlackShortcut = MessageShortcut;
export type SlackCommand = SlashCommand;
/** https://docs.slack.dev/interactivity/handling-user-interaction, "Using the request's response_url". */
export type SlackReply = {
  text?: string;
  blocks?: Events.KnownBlock[];
  response_type?: 'in_channel' | 'ephemeral';
  replace_original?: boolean;
  delete_original?: boolean;
  thread_ts?: string;
};

export type ShownBlock = Events.KnownBlock;
/**
 * https://docs.slack.dev/messaging/formatting-message-text, "unfurling", and what a shared message is told
 * with.
 */
export type SharedAttachment = Events.MessageAttachment & {
  id?: number;
  from_url?: string;
  original_url?: string;
  author_id?: string;
  channel_id?: string;
  channel_name?: string;
  channel_team?: string;
  is_msg_unfurl?: boolean;
  is_share?: boolean;
  is_reply_unfurl?: boolean;
  is_app_unfurl?: boolean;
  app_unfurl_url?: string;
  bot_id?: string;
  files?: SharedFile[];
  message_blocks?: { team: string; channel: string; ts: string; message: { blocks: ShownBlock[] } }[];
};
type WholeFile = NonNullable<Events.GenericMessageEvent['files']>[number];
/**
 * https://docs.slack.dev/reference/objects/file-object: of a file elsewhere, of one gone and of one that was
 * uploaded just now little more is told than its id.
 */
export type SharedFile =
  | (Omit<WholeFile, 'comments_count'> & {
      timestamp?: number;
      user_team?: string;
      file_access?: 'visible';
      media_display_type?: string;
      ims?: string[];
      comments_count?: number;
      subtype?: 'slack_audio' | 'slack_video';
      duration_ms?: number;
      transcription?: { status: string; preview?: { content: string } };
    })
  | {
      id: string;
      title?: string;
      subtype?: 'slack_audio' | 'slack_video';
      mode?: 'tombstone' | 'hidden_by_limit' | 'file_access';
      file_access?: 'check_file_info' | 'access_denied' | 'file_not_found';
      created?: number;
      timestamp?: number;
      user?: string;
    };

/** By the event's `type`. */
export type SlackEvent = {
  agent_session_stopped: Events.AgentSessionStoppedEvent;
  app_home_opened: Events.AppHomeOpenedEvent;
  app_mention: Events.AppMentionEvent;
  app_uninstalled: Events.AppUninstalledEvent;
  assistant_thread_started: Events.AssistantThreadStartedEvent;
  channel_unarchive: Events.ChannelUnarchiveEvent;
  member_joined_channel: Events.MemberJoinedChannelEvent;
  message: Events.MessageEvent;
  tokens_revoked: Events.TokensRevokedEvent;
};

export type DiscordReceived = Discord.GatewayReceivePayload;
export type DiscordSent = Discord.GatewaySendPayload;
