import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Manifest = z.object({
  features: z.object({
    slash_commands: z.array(z.object({ command: z.string() })),
    shortcuts: z.array(z.object({ type: z.string(), callback_id: z.string() })),
    agent_view: z
      .object({
        agent_description: z.string().min(1).max(300),
        suggested_prompts: z.array(z.object({ title: z.string(), message: z.string() })).max(4),
      })
      .optional(),
    app_home: z.object({ home_tab_enabled: z.boolean() }),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.boolean() }),
  }),
});

const manifest = Manifest.parse(
  JSON.parse(readFileSync(new URL('../../../configs/slack.manifest.json', import.meta.url), 'utf8')),
);

/** The scope that a method needs, each from its page; one of several for conversations.replies. */
const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'users.conversations': ['channels:read', 'groups:read'],
  'users.info': ['users:read'],
  'conversations.info': ['channels:read', 'groups:read'],
  'files.info': ['files:read'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'agents.sessions.setStatus': ['chat:write'],
  'agents.sessions.rename': ['chat:write'],
  'assistant.threads.setSuggestedPrompts': ['assistant:write'],
  'assistant.threads.setTitle': ['assistant:write'],
  'chat.startStream': ['chat:write'],
  'chat.appendStream': ['chat:write'],
  'chat.stopStream': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'reactions.add': ['reactions:write'],
  'reactions.remove': ['reactions:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
};

/**
 * Whether an app installed with our manifest may call a method: the double grants what the manifest asks for.
 */
export function mayCall(method: string): boolean {
  const scopes = METHOD_SCOPES[method];
  return scopes === undefined || scopes.some((scope) => manifest.oauth_config.scopes.bot.includes(scope));
}

/** Whether our manifest subscribes to an event; `message` events are subscribed to by kind of channel. */
export function isSubscribed(event: { type?: unknown; channel_type?: unknown }, isAgent: boolean): boolean {
  const kinds: Record<string, string> = { channel: 'channels', group: 'groups', im: 'im', mpim: 'mpim' };
  const name =
    event.type === 'message'
      ? `message.${kinds[String(event.channel_type ?? 'channel')]}`
      : String(event.type);
  if (name === 'app_home_opened' && !manifest.features.app_home.home_tab_enabled) return false;
  if (name.startsWith('assistant_')) return !isAgent; // older apps were subscribed to it by their own manifest
  if (name.startsWith('agent_') && !isAgent) return false;
  return manifest.settings.event_subscriptions.bot_events.includes(name);
}

export const hasCommand = (command: string): boolean =>
  manifest.features.slash_commands.some((item) => item.command === command) &&
  manifest.oauth_config.scopes.bot.includes('commands');

export const hasShortcut = (callbackId: string): boolean =>
  manifest.features.shortcuts.some((item) => item.type === 'message' && item.callback_id === callbackId) &&
  manifest.oauth_config.scopes.bot.includes('commands');

/** Whether the app is declared as an agent. */
export const IS_AGENT = manifest.features.agent_view !== undefined;

/** Whether the app hears of Slack's own button that stops a session. */
export const listensToStops =
  manifest.settings.event_subscriptions.bot_events.includes('agent_session_stopped');

export const isInteractive = manifest.settings.interactivity.is_enabled;
