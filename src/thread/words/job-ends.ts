import { cut } from '../../lib/cut.ts';
import { dollars, dollarsAtMost } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { destination, literal } from '../../lib/markdown/common-mark.ts';
import { figure } from '../../lib/numbers.ts';
import { onOneLine } from '../../lib/output.ts';
import { valueText } from '../../session/experiments/metrics.ts';
import type { NewBest } from '../../session/experiments/records.ts';
import { headlineFigure, spokenName } from '../../session/progress/headline.ts';
import { stepText } from '../../session/progress.ts';
import { costAtMost, costSoFar, durationOf, isCutOff, jobName, type Watch } from '../../session/watches.ts';
import { stageText } from './stages.ts';

/*
 * What people are told when a job has ended. The first line is all that a phone shows: how it went, what came
 * of it, for how long and for how much.
 */

/** That a run was not begun because its smoke test did not pass, with the end of the test's log. */
export function smokeFailedText(watch: Watch, report: string): string {
  const lines = report.split('\n').filter((line) => line.trim() !== '');
  const end = lines.slice(-4).map((line) => `> ${literal(cut(line.trim(), 200))}`);
  const begin = `The smoke test ${literal(jobName(watch))} did not pass, so the run was not begun, and its approval has ended.`;
  return [begin, ...end].join('\n');
}

/**
 * Of a job that was seen to end, as markdown; `best` where it, or one of its sweep, is the best so far. Its
 * first line leads to what it has pushed; else its name does to its dashboard, or to the job: those addresses
 * have ids, which no phone shows behind a name.
 */
export function endText(ended: Watch, best?: NewBest): string {
  const [first, ...more] = ended.snapshot.pushed ?? [];
  const seconds = durationOf(ended);
  const usd = costSoFar(ended);
  const facts = [
    howItEnded(ended, first === undefined ? linkedName(ended) : literal(jobName(ended))),
    ...(seconds === undefined ? [] : [durationText(seconds)]),
    ...(usd === undefined ? [] : [dollars(usd)]),
    ...(first === undefined ? [] : [first]),
  ];
  const record = best === undefined ? [] : [recordText(ended, best)];
  return [facts.join(' · '), ...record, ...adviceOf(ended), ...linksOf(ended, more)].join('\n');
}

/** What a job is called, as a link to where more of it is. */
const linkedName = (job: Watch): string =>
  `[${literal(jobName(job))}](${destination(job.dashboardUrl ?? job.url)})`;

const DATA_CHARACTERS = 100;

function recordText(ended: Watch, { run, experiment: { data, split }, metric, value, was }: NewBest): string {
  const on = /^\w{1,30}$/.test(split) ? `${data} (${split})` : data;
  const by = run.id === ended.id ? '' : ` by ${literal(jobName(run))}`;
  const figures = `${valueText(value, was)}${by}, was ${valueText(was, value)}`;
  return `🏆 New best on ${literal(cut(on, DATA_CHARACTERS))}: ${literal(spokenName(metric))} ${figures}`;
}

const PHRASE_CHARACTERS = 200;

/** How the Hub's reason begins on a card; what people have cancelled is told to nobody. */
const BY_HUB = /^The Hub ended it: /;

/** `name` is markdown. */
function howItEnded(ended: Watch, name: string): string {
  const { stage, message = '', progress } = ended.snapshot;
  switch (stage) {
    case 'COMPLETED': {
      const best = progress && headlineFigure(progress);
      return `✅ ${name} is done${best ? `: ${literal(best.name)} ${figure(best.value)}` : ''}`;
    }
    case 'ERROR':
      return `❌ ${name} ${literal(failureText(ended))}`;
    case 'CANCELED':
      return `⏹️ ${name} was cancelled by Hugging Face: ${literal(phrase(message.replace(BY_HUB, '')))}`;
    default:
      return `⏹️ ${name} has ended: ${literal(stageText(ended.snapshot))}`;
  }
}

/** What has gone wrong with a job that failed, and how far it had come by then: what follows its name. */
export function failureText(ended: Watch): string {
  const { message, progress } = ended.snapshot;
  const step = stepText(progress ?? {});
  const at = step === '' ? '' : ` at ${step}`;
  if (isCutOff(ended)) return `was stopped at its time limit of ${durationText(ended.timeoutSeconds)}${at}`;
  const { failure } = progress ?? {};
  if (failure === undefined) return `failed${at}${message ? `: ${phrase(message)}` : ''}`;
  const ranOut = /^out of ([\w ]+)$/.exec(failure);
  return ranOut ? `ran out of ${ranOut[1]}${at}` : `failed${at}: ${phrase(failure)}`;
}

/** What a program or the Hub says, within a sentence. */
const phrase = (text: string): string => onOneLine(cut(text.trim().replace(/\.$/, ''), PHRASE_CHARACTERS));

/** What may help; the buttons for that are below. */
function adviceOf(ended: Watch): string[] {
  const { stage, progress } = ended.snapshot;
  const { failure, advice } = progress ?? {};
  const shown = stage === 'ERROR' && failure !== undefined && !isCutOff(ended) ? advice : undefined;
  return shown === undefined ? [] : [`What may help: ${literal(shown)}.`];
}

/** Of a job that nobody saw end: why not, what is known of it, and what it may have come to. */
export function lossText(lost: Watch): string {
  const { seenAt, message } = lost.snapshot;
  const [seconds, usd, most] = [durationOf(lost), costSoFar(lost), costAtMost(lost)];
  const when = seenAt ? `${seenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'last';
  const ran =
    seconds === undefined
      ? 'had not begun to run'
      : `had run for ${durationText(seconds)}${usd === undefined ? '' : `, for ${dollars(usd)}`}`;
  const limit = `Its time limit is ${durationText(lost.timeoutSeconds)}${most === undefined ? '' : `, for at most ${dollarsAtMost(most)}`}`;
  return [
    `I can no longer follow the job ${literal(jobName(lost))} on ${lost.flavor}. ${message ?? ''}`.trim(),
    `When it was seen last (${when}) it ${ran}. What it has done since is not known. ${limit}. Look at it, or stop it, [on Hugging Face](${destination(lost.url)}).`,
    ...linksOf(lost, lost.snapshot.pushed ?? []),
  ].join('\n');
}

function linksOf(
  { snapshot: { pushed, progress }, dashboardUrl }: Watch,
  named: readonly string[],
): string[] {
  return [
    ...named.map((link) => `Pushed to ${link}`),
    ...(pushed === undefined ? unsure(progress?.links ?? []) : []),
    ...(dashboardUrl ? [`Dashboard: ${dashboardUrl}`] : []),
  ];
}

/** The Hub could not be asked. */
const unsure = (links: readonly string[]): string[] =>
  links.map((link) => `Its log names ${link}: whether it was pushed to I could not find out.`);
