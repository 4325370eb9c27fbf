import { dollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { figure } from '../../lib/numbers.ts';
import { forecastOf } from '../../session/progress/forecast.ts';
import { stepText } from '../../session/progress.ts';
import { costSoFar, durationOf, type Watch } from '../../session/watches.ts';
import { forecastText } from './forecasts.ts';
import { stageText } from './stages.ts';

/* What people are told of pings, and by them. */

export const PINGS_USAGE =
  'Say `pings 30m`, `pings 2h quiet` (only when something changed), `pings daily 9:00 Europe/Paris`, `pings channel 1h` (all jobs of this channel) or `pings off`.';

export const NO_PINGS = `No pings are set in this thread. ${PINGS_USAGE}`;

export const PINGS_OFF = {
  channel: 'Pings about this channel’s jobs are off.',
  thread: 'Pings are off in this thread.',
} as const;

export const WRONG_PINGS = {
  tooOften: 'Pings come at most once a minute.',
  tooSeldom: 'Pings come at least once in 31 days: `pings 31d`.',
} as const;

export const unknownTimeZone = (name: string): string =>
  `I know no time zone "${name}"; it is one like Europe/Paris or UTC.`;

type Pings = { scope: 'channel' | 'thread'; rhythm: { words: string; isQuiet: boolean } };

/** What is reported on, and when. */
export function pingsText({ scope, rhythm }: Pings): string {
  const whose = scope === 'channel' ? 'this channel’s running jobs' : 'the running jobs of this thread';
  return `I report on ${whose} ${rhythm.words}${rhythm.isQuiet ? ', when something has changed' : ''}.`;
}

const LISTED = 25;

/** How the jobs stand that run. */
export function runningText(running: readonly Watch[]): string {
  if (running.length === 0) return '⏰ No job is running.';
  const lines = running.slice(0, LISTED).map((watch) => {
    const seconds = durationOf(watch);
    const usd = costSoFar(watch);
    const { loss } = watch.snapshot.progress ?? {};
    const forecast = forecastOf(watch, watch.lookedAt);
    const step = stepText(watch.snapshot.progress ?? {});
    return [
      `- [${watch.name ?? watch.jobId}](${watch.url}) on ${watch.flavor}: ${stageText(watch.snapshot)}`,
      seconds === undefined
        ? 'not started'
        : `${durationText(seconds)} of ${durationText(watch.timeoutSeconds)}`,
      ...(usd === undefined ? [] : [dollars(usd)]),
      ...(step === '' ? [] : [step]),
      ...(loss === undefined ? [] : [`loss ${figure(loss)}`]),
      ...(forecast === undefined ? [] : [forecastText(forecast)]),
    ].join(', ');
  });
  const more = running.length > LISTED ? [`… and ${running.length - LISTED} more`] : [];
  const total = running.length === 1 ? '1 job is' : `${running.length} jobs are`;
  return [`⏰ ${total} running:`, '', ...lines, ...more].join('\n');
}
