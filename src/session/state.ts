import { z } from 'zod';
import { Deciders } from './deciders.ts';

/** A model provider that did not answer a session: since when, and how often it was tried. */
export const Outage = z.object({ provider: z.string(), since: z.coerce.date(), tries: z.number().int() });
export type Outage = z.infer<typeof Outage>;

/** Why a turn could not go on. `retryable` puts a Retry button under it. */
export const Failure = z.object({
  message: z.string(),
  retryable: z.boolean(),
  /** Only somebody who may pass budgets can let it go on. */
  isOverBudget: z.boolean().optional(),
  /** Who those are. */
  deciders: Deciders.optional(),
  /** Nothing went wrong: it asks whether to go on. */
  pause: z.enum(['steps', 'spend']).optional(),
  /** Its model provider is out, and the request waits for it; missing where nothing is tried by itself. */
  outage: Outage.extend({ retryAt: z.coerce.date() }).optional(),
});
export type Failure = z.infer<typeof Failure>;

/** What a session is doing now. `parked` and everything below it hold no worker and no timer. */
export const SessionState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('parked'), on: z.enum(['approval', 'job']) }),
  z.object({ kind: z.literal('idle') }),
  z.object({ kind: z.literal('interrupted'), by: z.string() }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
  z.object({ kind: z.literal('closed'), by: z.string() }),
]);
export type SessionState = z.infer<typeof SessionState>;

export const PlanItem = z.strictObject({
  id: z.string().min(1),
  content: z.string().min(1),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
export type PlanItem = z.infer<typeof PlanItem>;

/** The answer that a model is writing right now; replaced as it grows, gone when it is committed. */
export const Draft = z.object({ text: z.string() });
export type Draft = z.infer<typeof Draft>;
