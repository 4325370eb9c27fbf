import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { Gate } from '../../src/controller/gate.ts';
import type { Logger } from '../../src/lib/log.ts';
import { readPayload } from './read-payload.ts';
import { whoIs } from './who.ts';
import type { In, Workspace } from './workspaces.ts';

/** https://docs.slack.dev/reference/events/assistant_thread_started */
const ThreadStarted = z.object({
  assistant_thread: z.object({ user_id: z.string(), channel_id: z.string(), thread_ts: z.string() }),
});

/** What people are offered to begin with: one of each kind of work. */
const PROMPTS = [
  {
    title: 'Fine-tune a model',
    message:
      'Fine-tune a small model on stanfordnlp/imdb and tell me how good it is. Ask before it costs money.',
  },
  {
    title: 'Look at a dataset',
    message: 'Look at HuggingFaceH4/ultrafeedback_binarized: what is in it, and what can it be used for?',
  },
  {
    title: 'Find a recipe',
    message: 'Find out which recipe works best for fine-tuning a 1B model to call tools, with sources.',
  },
  { title: 'My running jobs', message: 'status' },
];

type AssistantDeps = Pick<Workspace, 'client' | 'people' | 'teamId'> & { gate: Pick<Gate, 'refusal'> };

/**
 * Offers something to begin with when somebody opens the assistant panel, as far as they may use the bot:
 * whoever may not is told so once they write.
 */
export function listenToAssistant(app: App, depsIn: In<AssistantDeps>, log: Logger): void {
  app.event('assistant_thread_started', async ({ event, context }) => {
    const started = readPayload(ThreadStarted, event, log);
    if (started === undefined) return;
    const { user_id, channel_id, thread_ts } = started.assistant_thread;
    const { client, gate, people, teamId } = await depsIn(context.teamId);
    const place = { platform: 'slack' as const, workspace: teamId, channel: channel_id };
    if ((await gate.refusal(place, whoIs(people, user_id))) !== undefined) return;
    const args = { channel_id, thread_ts, title: 'What shall I do?', prompts: PROMPTS };
    // An offer that is not made is nothing to be told of, nor to be delivered again.
    await client
      .apiCall('assistant.threads.setSuggestedPrompts', args)
      .catch((error: unknown) => log.warn({ err: error }, 'nothing could be offered to begin with'));
  });
}
