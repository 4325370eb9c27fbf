import { z } from 'zod';
import { Person } from './address.ts';

/** What a person asks of a session, or (`job_ended`) what a watch has to tell it. */
export const Operation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user_input'),
    text: z.string(),
    author: Person,
    /** The platform's id of the message, for edits, deletions and reactions. */
    messageId: z.string(),
  }),
  z.object({
    kind: z.literal('exec_approval'),
    toolCallId: z.string(),
    decision: z.enum(['approved', 'rejected']),
    feedback: z.string().optional(),
    by: Person,
  }),
  z.object({ kind: z.literal('interrupt'), by: Person }),
  z.object({ kind: z.literal('undo'), by: Person }),
  z.object({ kind: z.literal('new'), by: Person }),
  z.object({ kind: z.literal('resume'), by: Person }),
  z.object({ kind: z.literal('shutdown'), by: Person }),
  z.object({ kind: z.literal('job_ended'), watchId: z.string() }),
]);
export type Operation = z.infer<typeof Operation>;
export type OperationKind = Operation['kind'];
