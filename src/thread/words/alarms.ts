import { dollars, dollarsAtMost } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { counted, figure } from '../../lib/numbers.ts';
import type { Person } from '../../session/address.ts';
import type { Finding } from '../../session/alarms.ts';
import { costAtMost, costSoFar, durationOf, jobName, type Watch } from '../../session/watches.ts';

/* What people are told in the middle of a job. */

/**
 * What is wrong, with which job, and what it costs to let it run: a sentence that a phone shows, and below it
 * what can be done.
 */
export const alarmText = (watch: Watch, finding: Finding): string =>
  `🔴 ${wrongText(finding)}: ${jobName(watch)}${factsOf(watch)}.\n${adviceOn(finding)}`;

function wrongText(finding: Finding): string {
  switch (finding.cause) {
    case 'loss_not_finite':
      return `Loss is ${finding.value}${finding.step === undefined ? '' : ` since step ${counted(finding.step)}`}`;
    case 'loss_jumped':
      return `Loss jumped to ${figure(finding.loss)} from about ${figure(finding.usual)}${atStep(finding.step)}`;
    case 'out_of_memory':
    case 'disk_full': {
      const { failure, seconds } = finding;
      return `${failure.charAt(0).toUpperCase()}${failure.slice(1)} ${durationText(seconds)} ago, and the job has not ended`;
    }
    case 'stalled':
      return `No progress for ${durationText(finding.seconds)}${finding.step === undefined ? '' : ` after step ${counted(finding.step)}`}`;
    case 'cut_off': {
      const { step, steps, share } = finding;
      const where =
        step === undefined || steps === undefined
          ? `${Math.floor(share * 100)} % of its training`
          : `step ${counted(step)} of ${counted(steps)}`;
      return `Will be cut off by its time limit at about ${where}`;
    }
    default:
      return finding satisfies never;
  }
}

function adviceOn(finding: Finding): string {
  switch (finding.cause) {
    case 'loss_not_finite':
      return 'It will hardly recover. What helps: a lower learning rate, gradient clipping, or bf16 instead of fp16.';
    case 'loss_jumped':
      return 'It may have diverged: the last three losses are more than five times what they were. What helps: a lower learning rate, or gradient clipping.';
    case 'out_of_memory':
    case 'disk_full':
      return finding.advice === undefined ? 'Its log says more.' : `What helps: ${finding.advice}.`;
    case 'stalled':
      return `It used to print its progress about every ${durationText(finding.usualSeconds)}. It may hang; an evaluation that prints nothing looks the same.`;
    case 'cut_off':
      return 'At the pace it has had so far. What it has not pushed or saved by then is lost.';
    default:
      return finding satisfies never;
  }
}

/** How long it has run, for how much, and what it may cost yet. */
function factsOf(watch: Watch): string {
  const [seconds, usd, most] = [durationOf(watch), costSoFar(watch), costAtMost(watch)];
  const ran = seconds === undefined ? [] : [durationText(seconds)];
  const cost = usd === undefined ? [] : [dollars(usd)];
  const more = usd === undefined || !most ? '' : `; up to ${dollarsAtMost(Math.max(0, most - usd))} more`;
  return ran.length === 0 ? '' : ` (${[...ran, ...cost].join(', ')}${more})`;
}

const atStep = (step: number | undefined): string => (step === undefined ? '' : ` at step ${counted(step)}`);

export const NO_ALARM = 'I no longer know this alarm, so nothing was changed.';

export const LET_RUN_ALREADY = ({ name }: Person): string => `${name} has said already that it may run on.`;
