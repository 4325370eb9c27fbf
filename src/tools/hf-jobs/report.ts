import type { HubJobs } from '../../hub/jobs.ts';
import { dollars } from '../../ops/dollars.ts';
import { messageOf } from '../../ops/errors.ts';
import { costSoFar, durationOf, type Watch } from '../../session/watches.ts';
import { capped, withoutAnsi } from '../output.ts';

const LOG_CHARACTERS = 8_000;

/** A job's log as a model should read it: no terminal codes, no lines of uv's installation. */
export function readableLog(lines: readonly string[], limit = LOG_CHARACTERS): string {
  const plain = lines.map((line) => withoutAnsi(line).trimEnd());
  const installed = plain.findIndex((line) => /^\s*Installed \d+ packages? in /.test(line));
  const kept = installed > 0 ? ['[installation left out]', ...plain.slice(installed)] : plain;
  return capped(kept.join('\n'), limit) || '(the log is empty)';
}

/** What the model is told when a watched job has ended: stage, duration, cost and the log. */
export async function endReport(jobs: HubJobs, watch: Watch, signal: AbortSignal): Promise<string> {
  const log = await jobs
    .logs(watch.namespace, watch.jobId, signal)
    .then((lines) => readableLog(lines))
    .catch((error: unknown) => {
      signal.throwIfAborted();
      return `(the log can't be read: ${messageOf(error)})`;
    });
  const links = [
    `Link: ${watch.url}`,
    ...(watch.dashboardUrl ? [`Dashboard: ${watch.dashboardUrl}`] : []),
    ...(watch.snapshot.progress?.links ?? []).map((link) => `Pushed to: ${link}`),
  ];
  return [statusLine(watch), ...links, '', 'Log:', '```', log, '```'].join('\n');
}

function progressWords(progress: Watch['snapshot']['progress']): string[] {
  if (progress === undefined) return [];
  const { step, steps, epoch, loss, metrics, alerts, failure, tail } = progress;
  return [
    ...(step === undefined ? [] : [`step ${step} of ${steps}`]),
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(loss === undefined ? [] : [`loss ${loss}`]),
    ...Object.entries(metrics).map(([name, value]) => `${name} ${value}`),
    ...alerts.map((alert) => `alert: ${alert}`),
    ...(failure === undefined ? [] : [`the log shows: ${failure}`]),
    ...(tail.length > 0 ? [`last line: ${tail.at(-1)}`] : []),
  ];
}

/** One line on where a job stands. */
export function statusLine(watch: Watch): string {
  const { snapshot } = watch;
  const seconds = durationOf(watch);
  const cost = costSoFar(watch);
  return [
    `Job ${watch.jobId} on ${watch.flavor}: ${snapshot.stage}`,
    ...(snapshot.message ? [`(${snapshot.message})`] : []),
    ...(seconds === undefined
      ? ['not started yet']
      : [`after ${seconds} s of at most ${watch.timeoutSeconds} s`]),
    ...(cost === undefined ? [] : [`about ${dollars(cost)}`]),
    ...progressWords(snapshot.progress),
  ].join(', ');
}
