import type { JobLog } from '../hub/job-logs.ts';
import type { HubJobs } from '../hub/jobs.ts';
import { exactDollars } from '../lib/dollars.ts';
import { durationText } from '../lib/duration.ts';
import { messageOf } from '../lib/errors.ts';
import { capped, withoutAnsi } from '../lib/output.ts';
import { fenced } from '../lib/speech.ts';
import { failureText, stepText } from '../session/progress.ts';
import { costSoFar, durationOf, type Watch } from '../session/watches.ts';
import { brokenText } from '../thread/words/stop-rules.ts';

const LOG_CHARACTERS = 8_000;

/** More of a line is not read, with terminal codes. */
const LINE_CHARACTERS = 20_000;

/** More than is shown of a log, with terminal codes and lines of an installation. */
const READ_CHARACTERS = 200_000;

/**
 * A job's log as a model should read it, its beginning and its end: no terminal codes, no lines of uv's
 * installation. However much a job has printed, little of it is looked at.
 */
export function readableLog({ lines, leftOut }: JobLog, limit = LOG_CHARACTERS): string {
  const begin = countUpTo(lines, READ_CHARACTERS);
  const end = Math.max(begin, lines.length - countUpTo(lines.toReversed(), READ_CHARACTERS));
  const plain = (part: readonly string[]) =>
    part.map((line) => withoutAnsi(capped(line, LINE_CHARACTERS)).trimEnd());
  const first = plain(lines.slice(0, begin));
  const installed = first.findIndex((line) => /^\s*Installed \d+ packages? in /.test(line));
  const kept = [
    ...(leftOut > 0 ? [`[${lineCount(leftOut)} before this left out]`] : []),
    ...(installed > 0 ? ['[installation left out]', ...first.slice(installed)] : first),
    ...(end > begin ? [`[${lineCount(end - begin)} left out]`] : []),
    ...plain(lines.slice(end)),
  ];
  return capped(kept.join('\n'), limit) || '(the log is empty)';
}

/** How many of the first lines have so many characters together; at least one. */
function countUpTo(lines: readonly string[], characters: number): number {
  let sum = 0;
  const past = lines.findIndex((line) => {
    sum += Math.min(line.length, LINE_CHARACTERS) + 1;
    return sum > characters;
  });
  return past === -1 ? lines.length : Math.max(1, past);
}

export const lineCount = (lines: number): string =>
  `${lines.toLocaleString('en')} ${lines === 1 ? 'line' : 'lines'}`;

/** How a job ended: in figures, and with what it printed, which is not the product's to say. */
export type EndReport = { figures: string; whole: string };

/** What the model is told when a watched job has ended: stage, duration, cost and the log. */
export async function endReport(
  jobs: HubJobs | { reason: string },
  watch: Watch,
  signal: AbortSignal,
): Promise<EndReport> {
  const log =
    'reason' in jobs
      ? `(the log can't be read: ${jobs.reason})`
      : await jobs
          .logs(watch.namespace, watch.jobId, signal)
          .then((read) => readableLog(read))
          .catch((error: unknown) => {
            signal.throwIfAborted();
            return `(the log can't be read: ${messageOf(error)})`;
          });
  const links = [
    `Link: ${watch.url}`,
    ...(watch.dashboardUrl ? [`Dashboard: ${watch.dashboardUrl}`] : []),
    ...pushesOf(watch).map((pushed) => `Pushed to: ${pushed}`),
  ];
  return {
    figures: [figuresLine(watch), ...links].join('\n'),
    whole: [statusLine(watch), ...links, '', 'Log:', fenced(log)].join('\n'),
  };
}

/** What a job has pushed to, each with its commit where that is known. */
export const pushesOf = ({ snapshot: { pushed = [], commits = {} } }: Pick<Watch, 'snapshot'>): string[] =>
  pushed.map((url) => {
    const commit = Object.hasOwn(commits, url) ? commits[url] : undefined;
    return commit === undefined ? url : `${url} (commit ${commit})`;
  });

/** One line on where a job stands. */
export const statusLine = (watch: Watch): string => [...figuresOf(watch), ...printedBy(watch)].join(', ');

/** The same without anything that the job itself has printed. */
export const figuresLine = (watch: Watch): string => figuresOf(watch).join(', ');

function figuresOf(watch: Watch): string[] {
  const { snapshot } = watch;
  const seconds = durationOf(watch);
  const cost = costSoFar(watch);
  const atLeast = snapshot.isEndUnknown ? 'at least ' : ''; // it may have gone on unseen
  const { epoch, loss } = snapshot.progress ?? {};
  const step = stepText(snapshot.progress ?? {});
  return [
    `Job ${watch.jobId}${watch.name ? ` (${watch.name})` : ''} on ${watch.flavor}: ${snapshot.stage}`,
    ...(snapshot.message ? [`(${snapshot.message})`] : []),
    ...(snapshot.stop ? [`by its rule: ${brokenText(snapshot.stop.broken)}`] : []),
    ...(seconds === undefined
      ? ['not started yet']
      : [`after ${atLeast}${durationText(seconds)} of at most ${durationText(watch.timeoutSeconds)}`]),
    ...(cost === undefined ? [] : [`about ${atLeast}${exactDollars(cost)}`]),
    ...(step === '' ? [] : [step]),
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(loss === undefined ? [] : [`loss ${loss}`]),
  ];
}

/** What its log says in its own words. */
function printedBy({ snapshot: { progress } }: Watch): string[] {
  if (progress === undefined) return [];
  const { metrics, alerts, failure, tail } = progress;
  return [
    ...Object.entries(metrics).map(([name, value]) => `${name} ${value}`),
    ...alerts.map((alert) => `alert: ${alert}`),
    ...(failure === undefined ? [] : [`the log shows: ${failureText(progress)}`]),
    ...(tail.length > 0 ? [`last line: ${tail.at(-1)}`] : []),
  ];
}
