import { z } from 'zod';
import type { Methods } from './method.ts';

/** The assistant panel, and what an agent's messages offer to begin with. */
export const assistant: Methods = {
  'assistant.threads.setSuggestedPrompts'({ workspace, prompts, isAgent }, args) {
    // Of an agent's messages; it says of a thread that it has done it, and does nothing.
    if (isAgent && args.thread_ts !== undefined) return { ok: true };
    const key = isAgent ? String(args.channel_id) : `${args.channel_id}/${args.thread_ts}`;
    const isThere = isAgent ? workspace.channels.has(key) : workspace.panels.has(key);
    if (!isThere) return { ok: false, error: isAgent ? 'channel_not_found' : 'invalid_thread_ts' };
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
