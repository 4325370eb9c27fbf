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
