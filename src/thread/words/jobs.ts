import { figure } from '../../lib/numbers.ts';
import { jobName, type Watch } from '../../session/watches.ts';
import { stageText } from './stages.ts';

/* What people are told of jobs besides how they ended: what is shown of one, and why it can't be. */

type Called = Pick<Watch, 'name'>;

/** Said of a job that does not exist, and of one of somebody else's, alike. */
export const unknownJob = (jobId: string): string =>
  `I know no job ${jobId} there that this channel could follow. Give me its link, or namespace/id.`;

export const jobNotSeen = (jobId: string, why: string): string => `I could not look at job ${jobId}: ${why}`;

export const tooFewLosses = (job: Called): string =>
  `${jobName(job)} has not printed enough losses to draw a curve.`;

export const curveTitle = (job: Called): string => `Loss of ${jobName(job)}`;

/** Beside the picture of a job's losses: from where to where they went. */
export const curveText = (job: Called, { losses, loss }: Losses): string =>
  `${curveTitle(job)}: ${figure(losses[0] ?? NaN)} → ${figure(loss ?? losses.at(-1) ?? NaN)}`;

type Losses = { losses: readonly number[]; loss?: number | undefined };

/** What the picture shows, for those who can't see it. */
export const curveAlt = (job: Called, { losses, loss }: Losses): string =>
  `A line that shows the loss of ${jobName(job)} over its run: it begins at ${figure(losses[0] ?? NaN)}, is ${figure(Math.min(...losses))} at its lowest, and ends at ${figure(loss ?? losses.at(-1) ?? NaN)}.`;

export const nothingPrinted = (job: Called): string => `${jobName(job)} has printed nothing yet.`;

/** Beside a job's log: its stage, and how much of it is shown. */
export const logTitle = (
  { name, snapshot }: Pick<Watch, 'name' | 'snapshot'>,
  { lines, newestMb }: { lines: string; newestMb: number | undefined },
): string =>
  `Log of ${jobName({ name })} (${stageText(snapshot)}, ${newestMb ? `the newest ${newestMb} MB of ${lines}` : lines})`;

export const logNotRead = (job: Called, why: string): string =>
  `The log of ${jobName(job)} can't be read: ${why}`;

/** What a job's card says where its state can't be seen as the Hub tells it. */
export const OUT_OF_SIGHT = {
  gone: 'The Hub no longer knows this job.',
  ended: 'The Hub does not tell when it ended.',
  token:
    'Hugging Face refuses the token that this job runs under: it was revoked, has run out, or may no longer see it.',
  own: 'Hugging Face refuses my token, so I can’t see how this job stands.',
} as const;
