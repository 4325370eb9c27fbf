import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Logger } from '../../src/lib/log.ts';
import { HomeOpened } from './payloads.ts';
import { readPayload } from './read-payload.ts';
import { whoIs } from './who.ts';
import type { In, Workspace } from './workspaces.ts';

/** https://docs.slack.dev/reference/events/assistant_thread_started */
const ThreadStarted = z.object({
  assistant_thread: z.object({ user_id: z.string(), channel_id: z.string(), thread_ts: z.string() }),
});

type AssistantDeps = Pick<Workspace, 'client' | 'people' | 'teamId'> & {
  controller: Pick<Controller, 'offers'>;
};

/**
 * Offers something to begin with when somebody opens their messages with the bot, as far as they may use it:
 * whoever may not is told so once they write. An app that is no agent yet has a panel instead, each time with
 * a thread (https://docs.slack.dev/ai/migrating-to-agent-messaging).
 */
export function listenToAssistant(app: App, depsIn: In<AssistantDeps>, log: Logger): void {
  async function offer(teamId: string | undefined, channel: string, user: string, thread?: string) {
    const deps = await depsIn(teamId);
    const place = { platform: 'slack' as const, workspace: deps.teamId, channel };
    const who = whoIs(deps.people, user);
    const from: From = { who, place, thread: undefined, sourceId: '', isFromList: true };
    const prompts = await deps.controller.offers(from);
    if (prompts.length === 0) return;
    const at = { channel_id: channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
    // An offer that is not made is nothing to be told of, nor to be delivered again.
    await deps.client
      .apiCall('assistant.threads.setSuggestedPrompts', {
        ...at,
        title: 'What shall I do?',
        prompts,
      })
      .catch((error: unknown) => log.warn({ err: error }, 'nothing could be offered to begin with'));
  }
  app.event('app_home_opened', async ({ event, context }) => {
    const opened = readPayload(HomeOpened, event, log);
    if (opened?.tab !== 'messages' || !opened.channel) return;
    await offer(context.teamId, opened.channel, opened.user);
  });
  app.event('assistant_thread_started', async ({ event, context }) => {
    const started = readPayload(ThreadStarted, event, log);
    if (started === undefined) return;
    const { user_id, channel_id, thread_ts } = started.assistant_thread;
    await offer(context.teamId, channel_id, user_id, thread_ts);
  });
}
