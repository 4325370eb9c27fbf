import { BEGINNINGS } from '../../src/thread/words/beginnings.ts';
import { ABOUT, ASK_ABOUT } from '../shared/words.ts';
import { SHORTCUT } from './shortcut.ts';

/**
 * Every method of the Web API that the bot calls, with the scopes of which it needs one, from the method's
 * page.
 */
export const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'agents.sessions.rename': ['chat:write'],
  'agents.sessions.setStatus': ['chat:write'],
  'assistant.threads.setSuggestedPrompts': ['assistant:write'],
  'assistant.threads.setTitle': ['assistant:write'],
  'auth.test': [],
  'chat.appendStream': ['chat:write'],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.startStream': ['chat:write'],
  'chat.stopStream': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.info': ['files:read'],
  'reactions.add': ['reactions:write'],
  'reactions.remove': ['reactions:write'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  'users.conversations': ['channels:read', 'groups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
};

/** Scopes that no method call asks for: what events and downloads need. */
const OTHER_SCOPES = ['app_mentions:read', 'channels:read', 'commands', 'files:read', 'groups:read'];

export const SCOPES: readonly string[] = [
  ...new Set([...Object.values(METHOD_SCOPES).flat(), ...OTHER_SCOPES]),
].sort();

/** Events that the bot listens to. */
export const EVENTS = [
  'agent_session_stopped',
  'app_home_opened',
  'app_mention',
  'app_uninstalled',
  'channel_unarchive',
  'group_unarchive',
  'member_joined_channel',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'tokens_revoked',
] as const;

/** Events that only older apps have, which have an assistant panel and are no agents. */
export const OLDER_EVENTS: readonly string[] = ['assistant_thread_started'];

/** The slash command. */
export const SLASH = '/ml-intern';

export type ManifestOptions = {
  /** Where Slack reaches the bot over HTTP; without it the app uses Socket Mode. */
  url?: string;
  /**
   * For installs in many workspaces: tokens are renewed, and people come back to the bot after installing.
   */
  isDistributed?: boolean;
};

/** The app's manifest: https://docs.slack.dev/reference/app-manifest. */
export function manifestOf({ url, isDistributed = false }: ManifestOptions = {}): object {
  const events = url === undefined ? {} : { request_url: `${url}/slack/events` };
  return {
    display_information: {
      name: 'ML Intern',
      description: ABOUT,
      background_color: '#1d1c1d',
    },
    features: {
      app_home: {
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
        home_tab_enabled: true,
      },
      agent_view: {
        agent_description: 'Researches, trains and ships models on Hugging Face, and asks before it spends.',
        suggested_prompts: BEGINNINGS,
      },
      bot_user: { display_name: 'ml-intern', always_online: true },
      slash_commands: [
        {
          command: SLASH,
          description: 'Begin a session; see your sessions, jobs, usage, models and settings',
          usage_hint: 'new … | status | jobs | experiments | usage | models | settings | help',
          should_escape: false,
          ...(url === undefined ? {} : { url: `${url}/slack/events` }),
        },
      ],
      shortcuts: [
        {
          name: ASK_ABOUT,
          type: 'message',
          callback_id: SHORTCUT,
          description: 'Begins a session in the thread of a message',
        },
      ],
    },
    oauth_config: {
      ...(isDistributed && url !== undefined ? { redirect_urls: [`${url}/slack/oauth_redirect`] } : {}),
      scopes: { bot: SCOPES },
    },
    settings: {
      event_subscriptions: { ...events, bot_events: EVENTS },
      interactivity: { is_enabled: true, ...events },
      org_deploy_enabled: false,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: isDistributed,
    },
  };
}
