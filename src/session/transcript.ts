import { z } from 'zod';
import { Person } from './address.ts';
import { Menu, Table } from './tables.ts';

/** What somebody may have meant, as a button: what they would have written, and what the button says. */
export const Offer = z.object({
  text: z.string(),
  label: z.string(),
  /** It is no command but words for the agent, whatever they look like. */
  isMessage: z.boolean().optional(),
});
export type Offer = z.infer<typeof Offer>;

/**
 * One entry of the transcript. `note` is told to the model as coming from the product (a job's end, a
 * correction); `notice` is shown in the thread and never told to the model, and mentions who is named in it;
 * `summary` stands for the entries after `after` up to `upTo`, which the model is no longer told.
 */
export const Entry = z.discriminatedUnion('role', [
  z.object({
    role: z.literal('user'),
    text: z.string(),
    author: Person,
    messageId: z.string(),
    /** Files of pictures that came with it. */
    images: z.array(z.string()).optional(),
  }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    /** What the model thought, given back to it while the same request goes on; never shown. */
    reasoning: z.string().optional(),
    model: z.string().optional(),
    /** What its provider wants back with its calls, by the place of each. */
    extras: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    /** What the provider counted: the whole request, and this answer. */
    tokens: z.object({ input: z.number(), output: z.number() }).optional(),
  }),
  z.object({
    role: z.literal('note'),
    text: z.string(),
    /** Set for what guards say; the thread shows it as a line. */
    guard: z.string().optional(),
    /** It asks for nothing: what a model has answered stays answered. */
    isBackground: z.boolean().optional(),
  }),
  z.object({
    role: z.literal('notice'),
    text: z.string(),
    mentions: z.array(z.string()).optional(),
    /** It tells of work that has stopped, and offers to go on with it while that stands. */
    isStop: z.boolean().optional(),
    /** Posted with the text as what it says about the file; `alt` is what those are told who can't see it. */
    file: z.object({ id: z.string(), name: z.string(), alt: z.string().optional() }).optional(),
    /** What `to` may have meant: theirs alone to press, once. */
    offered: z.object({ to: Person, offers: z.array(Offer) }).optional(),
    /** Shown below the text. */
    tables: z.array(Table).optional(),
    /** Below the tables. */
    menus: z.array(Menu).optional(),
    /** Times in the text, by their words. */
    times: z.array(z.object({ words: z.string(), at: z.coerce.date() })).optional(),
    /** It tells how a job has ended, and offers what can be done then. */
    job: z.object({ watchId: z.string() }).optional(),
    /** It is an alarm of a job. */
    alarm: z.object({ watchId: z.string(), cause: z.string() }).optional(),
  }),
  z.object({
    role: z.literal('summary'),
    text: z.string(),
    after: z.number().int(),
    upTo: z.number().int(),
    replaced: z.number().int(),
    /** Entries (`m1`) and calls (`c_…`) that stay but are too long to be told: a word stands for each. */
    omitted: z.array(z.string()).optional(),
    /** Nobody asked for it: the conversation had become too long. */
    isAutomatic: z.boolean().optional(),
  }),
]);
export type Entry = z.infer<typeof Entry>;

/** An entry with its place. Ids grow within a session; tool calls name the assistant entry they belong to. */
export type TranscriptMessage = { id: number; exchange: number; entry: Entry; createdAt: Date };
