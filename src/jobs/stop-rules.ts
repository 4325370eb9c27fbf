import type { Progress } from '../session/progress.ts';
import type { Broken } from '../session/stop-rules.ts';
import { costSoFar, isFinal, type Watch } from '../session/watches.ts';
import { brokenLoss, type Heard } from './alarms.ts';

/**
 * The rule by which a job that runs is to be stopped now, of those that were approved with it. What its log
 * says counts once all of it was read; what it has cost always does.
 */
export function brokenRule(
  watch: Watch,
  now: Date,
  { isUpToDate }: Pick<Heard, 'isUpToDate'>,
): Broken | undefined {
  const { snapshot, stopWhen } = watch;
  if (stopWhen === undefined || snapshot.stop !== undefined || isFinal(snapshot)) return undefined;
  if (snapshot.startedAt === undefined) return undefined;
  const { usd } = stopWhen;
  if (usd !== undefined && (costSoFar({ ...watch, lookedAt: now }) ?? 0) >= usd) return { rule: 'usd', usd };
  if (snapshot.progress === undefined || !isUpToDate) return undefined;
  return (stopWhen.on_nan ? onNaN(snapshot.progress) : undefined) ?? noBetter(watch, now);
}

function onNaN(progress: Progress): Broken | undefined {
  const [found] = brokenLoss(progress);
  if (found === undefined) return undefined;
  const { value, step } = found;
  return { rule: 'nan', value, ...(step === undefined ? {} : { step }) };
}

/** Time alone says nothing: some later value has to be no better. */
function noBetter({ stopWhen, snapshot: { pace } }: Watch, now: Date): Broken | undefined {
  const rule = stopWhen?.no_improvement;
  if (rule === undefined || pace?.best === undefined || pace.best.worse === 0) return undefined;
  if (now.getTime() - pace.best.at < rule.minutes * 60_000) return undefined;
  return { rule: 'no_improvement', metric: rule.metric, minutes: rule.minutes, best: pace.best.value };
}
