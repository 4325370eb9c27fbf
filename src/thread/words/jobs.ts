import { dollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { failureText } from '../../session/progress.ts';
import { costAtMost, costSoFar, durationOf, jobName, type Watch } from '../../session/watches.ts';

/* What people are told of jobs: how they ended, and why one can't be followed, read or drawn. */

/** Of a job that was seen to end. */
export function endText(ended: Watch): string {
  const { snapshot: seen } = ended;
  const usd = costSoFar(ended);
  const seconds = durationOf(ended);
  const facts = [
    ...(seconds === undefined ? [] : [`after ${durationText(seconds)}`]),
    ...(usd === undefined ? [] : [`about ${dollars(usd)}`]),
    ...(seen.progress?.failure ? [failureText(seen.progress)] : []),
  ].join(', ');
  return [
    `${jobName(ended)} on ${ended.flavor} has ended: ${seen.stage}${facts ? ` ${facts}` : ''}.`,
    ...linksOf(ended),
  ].join('\n');
}

/** Of a job that nobody saw end: why not, what is known of it, and what it may have come to. */
export function lossText(lost: Watch): string {
  const { seenAt, message } = lost.snapshot;
  const [seconds, usd, most] = [durationOf(lost), costSoFar(lost), costAtMost(lost)];
  const when = seenAt ? `${seenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'last';
  const ran =
    seconds === undefined
      ? 'had not begun to run'
      : `had run for ${durationText(seconds)}${usd === undefined ? '' : `, for about ${dollars(usd)}`}`;
  const limit = `Its time limit is ${durationText(lost.timeoutSeconds)}${most === undefined ? '' : `, for at most ${dollars(most)}`}`;
  return [
    `I can no longer follow ${lost.name ?? `job ${lost.jobId}`} on ${lost.flavor}. ${message ?? ''}`.trim(),
    `When it was seen last (${when}) it ${ran}. What it has done since is not known. ${limit}. Look at it, or stop it, at ${lost.url}.`,
    ...linksOf(lost),
  ].join('\n');
}

const linksOf = ({ snapshot: { pushed, progress }, dashboardUrl }: Watch): string[] => [
  ...(pushed ?? []).map((link) => `Pushed to ${link}`),
  ...(pushed === undefined ? unsure(progress?.links ?? []) : []),
  ...(dashboardUrl ? [`Dashboard: ${dashboardUrl}`] : []),
];

/** The Hub could not be asked. */
const unsure = (links: readonly string[]): string[] =>
  links.map((link) => `Its log names ${link}: whether it was pushed to I could not find out.`);

type Called = Pick<Watch, 'name' | 'jobId'>;

/** Said of a job that does not exist, and of one of somebody else's, alike. */
export const unknownJob = (jobId: string): string =>
  `I know no job ${jobId} there that this channel could follow. Give me its link, or namespace/id.`;

export const jobNotSeen = (jobId: string, why: string): string => `I could not look at job ${jobId}: ${why}`;

export const tooFewLosses = (job: Called): string =>
  `${jobName(job)} has not printed enough losses to draw a curve.`;

export const curveTitle = ({ name, jobId }: Called): string => `Loss of ${name ?? `job ${jobId}`}`;

export const nothingPrinted = (job: Called): string => `${jobName(job)} has printed nothing yet.`;

/** Beside a job's log: its stage, and how much of it is shown. */
export const logTitle = (
  { name, jobId, snapshot: { stage } }: Pick<Watch, 'name' | 'jobId' | 'snapshot'>,
  { lines, newestMb }: { lines: string; newestMb: number | undefined },
): string =>
  `Log of ${name ?? `job ${jobId}`} (${stage}, ${newestMb ? `the newest ${newestMb} MB of ${lines}` : lines})`;

export const logNotRead = ({ name, jobId }: Called, why: string): string =>
  `The log of ${name ?? `job ${jobId}`} can't be read: ${why}`;

/** What a job's card says where its state can't be seen as the Hub tells it. */
export const OUT_OF_SIGHT = {
  gone: 'The Hub no longer knows this job.',
  ended: 'The Hub does not tell when it ended.',
  token:
    'Hugging Face refuses the token that this job runs under: it was revoked, has run out, or may no longer see it.',
  own: 'Hugging Face refuses my token, so I can’t see how this job stands.',
} as const;
