import { z } from 'zod';
import type { Methods } from './method.ts';

/** The assistant panel. */
export const assistant: Methods = {
  'assistant.threads.setSuggestedPrompts'({ workspace, prompts }, args) {
    const key = `${args.channel_id}/${args.thread_ts}`;
    if (!workspace.panels.has(key)) return { ok: false, error: 'invalid_thread_ts' };
    const wanted = typeof args.prompts === 'string' ? JSON.parse(args.prompts) : args.prompts;
    const parsed = Prompts.safeParse(wanted);
    if (!parsed.success) return { ok: false, error: 'invalid_arguments' };
    prompts.set(key, parsed.data);
    return { ok: true };
  },

  'assistant.threads.setTitle'({ workspace }, args) {
    const key = `${args.channel_id}/${args.thread_ts}`;
    if (!workspace.panels.has(key)) return { ok: false, error: 'invalid_thread_ts' };
    workspace.panels.set(key, String(args.title));
    return { ok: true };
  },
};

/** https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts: four at most. */
const Prompts = z
  .array(z.strictObject({ title: z.string().min(1), message: z.string().min(1) }))
  .min(1)
  .max(4);
