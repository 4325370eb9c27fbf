import type { HubJobs } from '../../hub/jobs.ts';
import { messageOf } from '../../ops/errors.ts';
import { costSoFar, type Watch } from '../../session/watches.ts';
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
  return [statusLine(watch), `Link: ${watch.url}`, '', 'Log:', '```', log, '```'].join('\n');
}

/** One line on where a job stands. */
export function statusLine(watch: Watch): string {
  const { snapshot } = watch;
  const end = snapshot.finishedAt ?? watch.endedAt ?? watch.lookedAt;
  const seconds = snapshot.startedAt
    ? Math.round((end.getTime() - snapshot.startedAt.getTime()) / 1000)
    : undefined;
  const cost = costSoFar(watch);
  return [
    `Job ${watch.jobId} on ${watch.flavor}: ${snapshot.stage}`,
    ...(snapshot.message ? [`(${snapshot.message})`] : []),
    ...(seconds === undefined
      ? ['not started yet']
      : [`after ${seconds} s of at most ${watch.timeoutSeconds} s`]),
    ...(cost === undefined ? [] : [`about $${cost.toFixed(4)}`]),
    ...(watch.endedAt === undefined && snapshot.lastLogLine ? [`last line: ${snapshot.lastLogLine}`] : []),
  ].join(', ');
}
