import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ChannelKind } from './workspace.ts';

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

/** The scopes of which a method needs one, each from its page. */
const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'users.info': ['users:read'],
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
};

/** What scopes call each kind of channel, and what each of these methods does with it. */
const KINDS: Readonly<Record<ChannelKind, string>> = {
  channel: 'channels',
  group: 'groups',
  im: 'im',
  mpim: 'mpim',
};
const BY_KIND: Readonly<Record<string, 'read' | 'history'>> = {
  'users.conversations': 'read',
  'conversations.info': 'read',
  'conversations.history': 'history',
  'conversations.replies': 'history',
};

/** What Slack says of a scope that an app lacks: https://docs.slack.dev/reference/scopes. */
export type MissingScope = { ok: false; error: 'missing_scope'; needed: string; provided: string };

/**
 * Why an app installed with our manifest may not call a method, about channels of these kinds; undefined
 * where it may: the double grants what the manifest asks for.
 */
export function missingScope(
  method: string,
  kinds: readonly ChannelKind[] = ['channel'],
): MissingScope | undefined {
  const granted = manifest.oauth_config.scopes.bot;
  const does = BY_KIND[method];
  const needed =
    does === undefined ? [METHOD_SCOPES[method] ?? []] : kinds.map((kind) => [`${KINDS[kind]}:${does}`]);
  const lacks = needed.filter(
    (scopes) => scopes.length > 0 && !scopes.some((scope) => granted.includes(scope)),
  );
  if (lacks.length === 0) return undefined;
  return { ok: false, error: 'missing_scope', needed: lacks.flat().join(','), provided: granted.join(',') };
}

/** Whether our manifest subscribes to an event; `message` events are subscribed to by kind of channel. */
export function isSubscribed(event: { type?: unknown; channel_type?: unknown }, isAgent: boolean): boolean {
  const name =
    event.type === 'message'
      ? `message.${KINDS[(event.channel_type ?? 'channel') as ChannelKind]}`
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
