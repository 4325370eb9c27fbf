import { z } from 'zod';
import { Person } from './address.ts';

/**
 * One entry of the transcript. `note` is told to the model as coming from the product (a job's end, a
 * correction); `notice` is shown in the thread and never told to the model, and mentions who is named in it;
 * `summary` stands for the entries after `after` up to `upTo`, which the model is no longer told.
 */
export const Entry = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string(), author: Person, messageId: z.string() }),
  z.object({ role: z.literal('assistant'), text: z.string() }),
  z.object({ role: z.literal('note'), text: z.string() }),
  z.object({
    role: z.literal('notice'),
    text: z.string(),
    mentions: z.array(z.string()).optional(),
    /** Posted with the text as what it says about the file. */
    file: z.object({ id: z.string(), name: z.string() }).optional(),
  }),
  z.object({
    role: z.literal('summary'),
    text: z.string(),
    after: z.number().int(),
    upTo: z.number().int(),
    replaced: z.number().int(),
  }),
]);
export type Entry = z.infer<typeof Entry>;

/** An entry with its place. Ids grow within a session; tool calls name the assistant entry they belong to. */
export type TranscriptMessage = { id: number; exchange: number; entry: Entry; createdAt: Date };
