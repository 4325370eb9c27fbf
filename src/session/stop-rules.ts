import { z } from 'zod';

/* When a job is to be stopped without anybody being asked: approved with it, and kept by who follows it. */

/** A month, which no job runs for longer than. */
const MOST_MINUTES = 31 * 1_440;

export const StopRules = z
  .strictObject({
    on_nan: z.boolean().optional().describe('Once the loss is NaN or infinite, twice in a row.'),
    no_improvement: z
      .strictObject({
        minutes: z.number().positive().max(MOST_MINUTES),
        metric: z
          .string()
          .regex(/^[\w./@ -]{1,60}$/, 'must be the name of a metric as the log prints it')
          .describe('As the log prints it, such as eval_loss; "loss" is that of training.'),
        direction: z.enum(['lower', 'higher']).describe('Which values are better.'),
      })
      .optional()
      .describe('So long after the best value, where a later one was no better.'),
    usd: z.number().positive().max(1_000_000).optional().describe('Once it has cost so much, in USD.'),
  })
  .refine(
    ({ on_nan, no_improvement, usd }) => on_nan || no_improvement !== undefined || usd !== undefined,
    'names no rule',
  );
export type StopRules = z.infer<typeof StopRules>;

/** The rule by which a job is stopped, with what was seen. */
const Broken = z.discriminatedUnion('rule', [
  z.object({ rule: z.literal('nan'), value: z.enum(['NaN', 'infinite']), step: z.number().optional() }),
  z.object({
    rule: z.literal('no_improvement'),
    metric: z.string(),
    minutes: z.number(),
    best: z.number(),
  }),
  z.object({ rule: z.literal('usd'), usd: z.number() }),
]);
export type Broken = z.infer<typeof Broken>;

/** A job that is being stopped, or was, by one of its rules. */
export const JobStop = z.object({
  broken: Broken,
  at: z.coerce.date(),
  /** Whether people were told that the Hub would not stop it. */
  isRefusalTold: z.boolean().default(false),
});
export type JobStop = z.infer<typeof JobStop>;
