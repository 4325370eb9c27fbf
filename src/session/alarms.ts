import { z } from 'zod';
import { Person } from './address.ts';

/* What is called out in the middle of a job: each cause once a job. */

const AlarmCause = z.enum([
  'loss_not_finite',
  'loss_jumped',
  'out_of_memory',
  'disk_full',
  'stalled',
  'cut_off',
]);

/** An alarm that was told. */
export const Alarm = z.object({
  cause: AlarmCause,
  at: z.coerce.date(),
  /** Who has said that the job may run on. */
  letRunBy: Person.optional(),
});
export type Alarm = z.infer<typeof Alarm>;

/** What is wrong with a job that runs, with what is told of it. */
export type Finding =
  | { cause: 'loss_not_finite'; value: 'NaN' | 'infinite'; step: number | undefined }
  | { cause: 'loss_jumped'; loss: number; usual: number; step: number | undefined }
  | { cause: 'out_of_memory' | 'disk_full'; failure: string; advice: string | undefined; seconds: number }
  /** `usualSeconds` is the median time between two lines that tell of progress. */
  | { cause: 'stalled'; seconds: number; usualSeconds: number; step: number | undefined }
  | { cause: 'cut_off'; share: number; step: number | undefined; steps: number | undefined };
