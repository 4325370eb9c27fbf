import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { Person } from './address.ts';

/** What a person asks of a session, or (`job_ended`) what a watch has to tell it. */
export const Operation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user_input'),
    text: z.string(),
    author: Person,
    /** The platform's id of the message, for edits, deletions and reactions. */
    messageId: z.string(),
    /** Files of pictures that came with it. */
    images: z.array(z.string()).optional(),
    /** What the model is told of other files that came with it. */
    attached: z.string().optional(),
    /** Leaves open approvals open, whatever it says. */
    isAside: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('exec_approval'),
    decisions: z
      .array(z.object({ toolCallId: z.string(), verdict: z.enum(['approved', 'rejected', 'lapsed']) }))
      .min(1),
  }),
  z.object({ kind: z.literal('compact'), by: Person }),
  z.object({ kind: z.literal('interrupt'), by: Person, keepsJobs: z.boolean().optional() }),
  z.object({ kind: z.literal('undo'), by: Person }),
  z.object({ kind: z.literal('new'), by: Person }),
  z.object({
    kind: z.literal('resume'),
    by: Person,
    /** Said by the server, never by a person: whether `by` may let models go on past a budget. */
    mayPassBudgets: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('shutdown'), by: Person }),
  /** Without an id it only shows what there is; `default` goes back to what the config says. */
  z.object({ kind: z.literal('model'), by: Person, id: z.string().optional() }),
  z.object({ kind: z.literal('effort'), by: Person, level: Effort.or(z.literal('default')).optional() }),
  z.object({ kind: z.literal('export'), by: Person, format: z.enum(['markdown', 'jsonl']) }),
  z.object({ kind: z.literal('share'), by: Person }),
  z.object({ kind: z.literal('job_ended'), watchId: z.string() }),
  z.object({ kind: z.literal('cancel_job'), watchId: z.string(), by: Person }),
  z.object({
    kind: z.literal('job_file'),
    watchId: z.string(),
    what: z.enum(['log', 'curve']),
    by: Person,
  }),
  z.object({ kind: z.literal('rerun_job'), watchId: z.string(), by: Person }),
  z.object({
    kind: z.literal('watch_job'),
    namespace: z.string().optional(),
    jobId: z.string(),
    by: Person,
  }),
]);
export type Operation = z.infer<typeof Operation>;
export type OperationKind = Operation['kind'];
