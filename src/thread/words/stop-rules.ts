import { dollars, exactDollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { destination, literal } from '../../lib/markdown/common-mark.ts';
import { counted, figure } from '../../lib/numbers.ts';
import { onOneLine } from '../../lib/output.ts';
import type { Broken, StopRules } from '../../session/stop-rules.ts';
import { costSoFar, durationOf, jobName, type Watch } from '../../session/watches.ts';

/* What people are told of the rules by which a job stops itself. */

/** The rules, as a card that asks for approval has them. */
export function rulesText({ on_nan, no_improvement, usd }: StopRules): string {
  const rules = [
    ...(on_nan ? ['on NaN'] : []),
    ...(no_improvement
      ? [
          `after ${durationText(60 * no_improvement.minutes)} without a better ${no_improvement.metric} (${no_improvement.direction} is better)`,
        ]
      : []),
    ...(usd === undefined ? [] : [`at ${exactDollars(usd)}`]),
  ];
  return rules.join(', ');
}

/** Which rule stopped a job, and by what. */
export function brokenText(broken: Broken): string {
  switch (broken.rule) {
    case 'nan':
      return `loss ${broken.value}${broken.step === undefined ? '' : ` since step ${counted(broken.step)}`}`;
    case 'no_improvement':
      return `${durationText(60 * broken.minutes)} without a better ${broken.metric} than ${figure(broken.best)}`;
    case 'usd':
      return `${exactDollars(broken.usd)} spent`;
    default:
      return broken satisfies never;
  }
}

/** What a job's card says of the rule that stops it. */
export const stopLine = (broken: Broken, isOver: boolean): string =>
  `${isOver ? 'Stopped' : 'Being stopped'} by its rule: ${brokenText(broken)}`;

/** That a job was stopped by one of its rules, for how long it ran and what it cost, as markdown. */
export function stoppedText(ended: Watch, broken: Broken): string {
  const [seconds, usd] = [durationOf(ended), costSoFar(ended)];
  const facts = [
    `⏹️ [${literal(jobName(ended))}](${destination(ended.dashboardUrl ?? ended.url)}) was stopped by its rule: ${literal(brokenText(broken))}`,
    ...(seconds === undefined ? [] : [durationText(seconds)]),
    ...(usd === undefined ? [] : [dollars(usd)]),
  ];
  return facts.join(' · ');
}

/** That the Hub does not stop a job that its rule would have stopped, as markdown. */
export const notStoppedText = (job: Watch, broken: Broken, why: string): string =>
  [
    `🔴 ${literal(jobName(job))} should stop by its rule (${literal(brokenText(broken))}), and Hugging Face does not cancel it.`,
    `I go on trying. It costs money meanwhile: [cancel it yourself](${destination(job.url)}) if you can. The reason given: ${literal(onOneLine(why))}`,
  ].join('\n');
