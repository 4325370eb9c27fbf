import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { Person } from './address.ts';
import { Outage } from './state.ts';

/** Whether calls that cost money may run without a click: not at all, always, or up to a sum from `at` on. */
export const Yolo = z.discriminatedUnion('kind', [
  /** `isSaid`: somebody has said so, and is asked about what the config waives, too. */
  z.object({ kind: z.literal('off'), isSaid: z.boolean().optional() }),
  z.object({ kind: z.literal('on'), by: Person, at: z.coerce.date() }),
  z.object({ kind: z.literal('cap'), usd: z.number().positive(), by: Person, at: z.coerce.date() }),
]);
export type Yolo = z.infer<typeof Yolo>;

/** What people have set for one session. */
export const Settings = z.object({
  yolo: Yolo.default({ kind: 'off' }),
  /** Who let models go on past a budget, and in which exchange; the next one asks again. */
  overBudget: z.object({ by: Person, exchange: z.number().int() }).optional(),
  /** The outage that its last model calls met; gone with the next answer. */
  outage: Outage.optional(),
  /** What the session had spent, in USD, when somebody last said that it may go on. */
  acknowledgedUsd: z.number().nonnegative().optional(),
  model: z.string().optional(),
  effort: Effort.optional(),
  title: z.string().optional(),
  /** The session that it goes on from, and how its thread begins, as markdown. */
  branch: z.object({ from: z.string(), opener: z.string() }).optional(),
  /**
   * Where what the session made on the Hub is kept together; `items` are the addresses that are done with.
   */
  collection: z
    .object({ slug: z.string(), url: z.string(), items: z.array(z.string()).default([]) })
    .optional(),
  /** False while `title` is only the first words of the request. */
  isTitleFound: z.boolean().optional(),
  /**
   * Results of calls up to entry `upTo` are told to the model in short; decided when the newest entry was
   * `at`.
   */
  trim: z.object({ upTo: z.number().int(), at: z.number().int() }).optional(),
});
export type Settings = z.infer<typeof Settings>;
