import type { App } from '@slack/bolt';
import { z } from 'zod';
import type { In, Workspace } from './workspaces.ts';

/** https://docs.slack.dev/reference/events/assistant_thread_started */
const ThreadStarted = z.object({
  assistant_thread: z.object({ channel_id: z.string(), thread_ts: z.string() }),
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

/** Offers something to begin with when somebody opens the assistant panel. */
export function listenToAssistant(app: App, workspaceIn: In<Pick<Workspace, 'client'>>): void {
  app.event('assistant_thread_started', async ({ event, context }) => {
    const { channel_id, thread_ts } = ThreadStarted.parse(event).assistant_thread;
    const { client } = await workspaceIn(context.teamId);
    await client.apiCall('assistant.threads.setSuggestedPrompts', {
      channel_id,
      thread_ts,
      title: 'What shall I do?',
      prompts: PROMPTS,
    });
  });
}
