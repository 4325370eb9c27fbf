import { cut, printedWithin } from '../../lib/cut.ts';
import { dollars, dollarsAtMost, exactDollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { plainWords } from '../../lib/markdown/words.ts';
import { compact, figure } from '../../lib/numbers.ts';
import type { ThreadAddress } from '../../session/address.ts';
import { spokenFigures } from '../../session/progress/headline.ts';
import { sparkline, stepText } from '../../session/progress.ts';
import { type JobControl, jobName } from '../../session/watches.ts';
import { cutOffText, forecastText } from '../words/forecasts.ts';
import type { JobView, QuestionView, StatusView, TimelineLine } from './view-message.ts';

/*
 * What cards and status messages say, the same on every platform. How a platform marks text is its `Style`.
 */

/** A platform's markup. What is given to it may be anything that a model or a person wrote. */
export type Style = {
  /** Text that means nothing to the platform and notifies nobody. */
  plain(text: string): string;
  /** The same for a sentence of its own, which a phone shows as it is: as few signs in it as can be. */
  sentence(text: string): string;
  /** Of text that is plain already. */
  bold(text: string): string;
  italic(text: string): string;
  code(text: string): string;
  link(url: string, label: string): string;
  person(id: string): string;
  group(id: string): string;
  /** Where a thread is, to be clicked on. */
  thread(address: Pick<ThreadAddress, 'channel' | 'thread'>): string;
  moment(at: Date): string;
};

/** As many lines as fit, then how many are left. */
function fitting(lines: readonly string[], limit: number, rest: (left: number) => string): string {
  let text = '';
  for (const [i, line] of lines.entries()) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (next.length > limit - 30) return cut(`${text}\n${rest(lines.length - i)}`, limit);
    text = next;
  }
  return text;
}

const PHASES: Record<StatusView['phase'], readonly [mark: string, words: string]> = {
  working: ['⏳', 'Working'],
  needs_approval: ['✋', 'Waiting for approval'],
  waiting_for_job: ['🚂', 'Waiting for the job'],
  done: ['✅', 'Done'],
  failed: ['⚠️', 'Stuck'],
  paused: ['⏸', 'Shall I go on?'],
  waiting_for_model: ['⏸', 'Waiting for the model provider'],
  stopped: ['⏹️', 'Stopped'],
  undone: ['↩️', 'Undone'],
  closed: ['🔒', 'Closed'],
};

/** How it stands, how long it took and what it used. */
export function statusLine(status: StatusView, style: Style): string {
  const [mark, words] = PHASES[status.phase];
  const facts = [
    ...(status.phase === 'undone' ? [] : [durationText(status.elapsedSeconds)]),
    ...(status.tokens > 0 ? [`${compact(status.tokens)} tokens`] : []),
    ...(status.usd === undefined ? [] : [dollars(status.usd)]),
    ...(status.autoApproval ? [autoApprovalText(status.autoApproval)] : []),
  ];
  return [`${mark} ${style.bold(words)}`, ...facts].join(' · ');
}

function autoApprovalText({ capUsd, usedUsd }: NonNullable<StatusView['autoApproval']>): string {
  return `⚡ auto-approval ${dollarsAtMost(usedUsd)} of ${capUsd === undefined ? 'any sum' : exactDollars(capUsd)}`;
}

const CHECKS = { completed: '☑', in_progress: '▶', pending: '☐' } as const;

export function planText({ plan }: StatusView, style: Style, limit: number): string {
  const lines = plan.map(({ status, content }) => {
    const text = style.plain(cut(content, 160));
    return `${CHECKS[status]} ${status === 'in_progress' ? style.bold(text) : text}`;
  });
  return fitting(lines, limit, (left) => `… and ${left} more`);
}

/** A web address that text may link to, without anything that mentions somebody; undefined for any other. */
export function linkable(url: string): string | undefined {
  const { protocol, href } = URL.parse(url) ?? {};
  if (href === undefined || !/^https?:$/.test(protocol ?? '') || href.length > 500) return undefined;
  return href.replaceAll('@', '%40');
}

/** What a link to the Hub is called: the repository. */
const repositoryOf = (url: string): string => URL.parse(url)?.pathname.slice(1) || url;

export function linksText(links: readonly string[], style: Style, limit: number): string {
  const lines = links.map((url) => `📦 ${style.link(url, repositoryOf(url))}`);
  return fitting(lines, limit, (left) => `… and ${left} more`);
}

export function timelineText({ timeline, earlier }: StatusView, style: Style, limit: number): string {
  const lines = [
    ...(earlier > 0 ? [`… ${earlier} earlier`] : []),
    ...timeline.map((line) => timelineLine(line, style)),
  ];
  return fitting(lines, limit, (left) => `… ${left} more`);
}

const MARKS = {
  running: '⏳',
  asked: '✋',
  waiting: '⏸',
  done: '✓',
  failed: '✗',
  skipped: '–',
  unknown: '?',
} as const;

export function timelineLine(line: TimelineLine, style: Style): string {
  if (line.kind === 'guarded') return `↻ ${style.plain(line.text)}`;
  if (line.kind === 'said') return style.italic(style.plain(cut(plainWords(line.text), 280)));
  const time = line.seconds === undefined || line.seconds < 1 ? '' : ` · ${durationText(line.seconds)}`;
  const note = line.note ? ` · ${style.plain(cut(line.note.replace(/\s+/g, ' '), 140))}` : '';
  return `${MARKS[line.outcome]} ${stepSaid(line, style)}${time}${note}`;
}

/** What a call does or did, in words; one that has none is told by its name. */
function stepSaid(
  { name, summary, step, outcome }: Extract<TimelineLine, { kind: 'call' }>,
  { code, plain }: Style,
): string {
  if (step === undefined) return `${code(name)}${summary ? ` ${plain(cut(summary, 100))}` : ''}`;
  switch (outcome) {
    case 'running':
    case 'waiting':
      return plain(step.doing);
    case 'asked':
      return plain(`Asked to ${step.todo}`);
    case 'done':
      return plain(step.did);
    case 'failed':
      return plain(`Could not ${step.todo}`);
    case 'skipped':
      return plain(`Did not ${step.todo}`);
    case 'unknown':
      return plain(`Tried to ${step.todo}: what came of it is not known`);
    default:
      return outcome satisfies never;
  }
}

const TAIL_LINES = 4;
const TAILS = 3;

/** What the running calls have printed last. */
export function tailsOf({ timeline }: StatusView): string[] {
  return timeline
    .flatMap((line) => (line.kind === 'call' && line.tail?.trim() ? [line.tail] : []))
    .slice(-TAILS)
    .map((tail) => tail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n'));
}

const TONES: Record<JobView['tone'], string> = {
  waiting: '🟡',
  running: '🟢',
  good: '✅',
  bad: '❌',
  stopped: '⏹️',
};

export function jobHeadline(
  job: Pick<JobView, 'tone' | 'name' | 'jobId' | 'stage' | 'cause' | 'flavor'>,
  { sentence }: Pick<Style, 'sentence'>,
): string {
  return `${TONES[job.tone]} ${sentence(`${jobName(job)} ${job.cause ?? job.stage} · ${job.flavor}`)}`;
}

/**
 * A job in two lines: its link and stage, or why it failed, then what it runs on, for how long and for how
 * much.
 */
export function jobLines(job: JobView, style: Style): string {
  const atLeast = job.isEndUnknown ? 'at least ' : '';
  const elapsed =
    job.elapsedSeconds === undefined
      ? neverRan(job)
      : job.isFinal
        ? `ran ${atLeast}${durationText(job.elapsedSeconds)}`
        : `${durationText(job.elapsedSeconds)} of at most ${durationText(job.timeoutSeconds)}`;
  const cost = job.usd === undefined ? [] : [costText(job.usd, job)];
  const name = style.bold(style.link(job.url, jobName(job)));
  const facts = [style.plain(job.flavor), elapsed, ...cost].join(' · ');
  const standing = job.cause === undefined ? `· ${style.plain(job.stage)}` : style.plain(job.cause);
  return `${TONES[job.tone]} ${name} ${standing}\n${facts}`;
}

const costText = (usd: number, { isFinal, isEndUnknown }: JobView): string =>
  `${isEndUnknown && usd >= 0.01 ? 'at least ' : ''}${dollars(usd)}${isFinal ? '' : ' so far'}`;

const neverRan = ({ isFinal, isEndUnknown }: JobView): string =>
  isFinal ? (isEndUnknown ? 'not seen to run' : 'did not run') : 'queued';

/** Where its metrics are drawn, and what it has pushed; '' where there is nothing. */
export function jobLinks({ dashboardUrl, pushed }: JobView, style: Style, limit = 3_000): string {
  const links = [
    ...(dashboardUrl ? [`📈 ${style.link(dashboardUrl, 'Dashboard')}`] : []),
    ...pushed.map((url) => `📦 ${style.link(url, repositoryOf(url))}`),
  ];
  let text = '';
  for (const link of links) {
    const next = text === '' ? link : `${text} · ${link}`;
    if (next.length > limit) break;
    text = next;
  }
  return text;
}

/** What is to be expected of a job, in a line or two; '' where its log does not tell. */
export function jobForecast({ forecast, elapsedSeconds = 0, timeoutSeconds }: JobView, style: Style): string {
  if (forecast === undefined) return '';
  const warning = cutOffText(forecast, { elapsedSeconds, timeoutSeconds });
  const expected = style.plain(forecastText(forecast));
  return warning === undefined ? expected : `${expected}\n⚠️ ${style.bold(style.plain(warning))}`;
}

const BAR = 16;

/** How far a job is and how it goes, as far as its log tells; '' where that is nothing. */
export function progressText({ progress, cause }: JobView, style: Style, limit = 3_000): string {
  if (progress === undefined) return '';
  const { step, steps, epoch, epochs, loss, losses, metrics, alerts, failure, advice } = progress;
  const { reward, ...others } = metrics;
  const share = step !== undefined && steps ? Math.min(1, step / steps) : undefined;
  const bar =
    share === undefined
      ? ''
      : `${'█'.repeat(Math.round(share * BAR))}${'░'.repeat(BAR - Math.round(share * BAR))} `;
  const facts = [
    ...(step === undefined ? [] : [`${bar}${stepText(progress)}`]),
    ...(epoch === undefined ? [] : [`epoch ${figure(epoch)}${epochs === undefined ? '' : ` of ${epochs}`}`]),
    ...(loss === undefined ? [] : [`loss ${figure(loss)} ${sparkline(losses)}`.trim()]),
    ...(reward === undefined ? [] : [`reward ${figure(reward)}`]),
  ];
  const evaluated = spokenFigures(byWeight(others)).map(
    ([name, value]) => `${style.plain(name)} ${style.bold(figure(value))}`,
  );
  const lines = [
    ...(facts.length > 0 ? [facts.join(' · ')] : []),
    ...(evaluated.length > 0 ? [evaluated.slice(0, 8).join(' · ')] : []),
    ...alerts.map((alert) => `🔔 ${style.plain(alert)}`),
    ...(failure === undefined ? [] : failureLine(failure, { advice, isSaid: cause !== undefined }, style)),
  ];
  return fitting(lines, limit, (left) => `… and ${left} more`);
}

/** Evaluations before what training says of itself: a card has room for a few. */
const byWeight = (metrics: Readonly<Record<string, number>>): [string, number][] => {
  const isEvaluation = ([name]: [string, number]) => /^(?:eval|val|test|m?AP)/i.test(name);
  const entries = Object.entries(metrics);
  return [...entries.filter(isEvaluation), ...entries.filter((entry) => !isEvaluation(entry))];
};

/** `isSaid`: the first line of the card says what went wrong. */
function failureLine(
  failure: string,
  { advice, isSaid }: { advice: string | undefined; isSaid: boolean },
  style: Style,
): string[] {
  if (isSaid) return advice === undefined ? [] : [`❗ What may help: ${style.plain(advice)}`];
  const told = `❗ ${style.bold(style.plain(failure))}`;
  return [advice === undefined ? told : `${told}: ${style.plain(advice)}`];
}

/** The newest lines of a job that runs. */
export const jobTail = ({ progress, isFinal }: JobView): string =>
  isFinal ? '' : (progress?.tail ?? []).join('\n');

/** Fewer losses are no curve: the text of the card shows them. */
const DRAWN_LOSSES = 6;

/** What can be done with a job from its card, in order. */
export function jobControls({
  isFinal,
  isOwn,
  tone,
  progress,
  remedies = [],
}: Pick<JobView, 'isFinal' | 'isOwn' | 'tone' | 'progress' | 'remedies'>): JobControl[] {
  // At its end it is posted anyway, unless people have ended it.
  const hasCurve = (!isFinal || tone === 'stopped') && (progress?.losses.length ?? 0) >= DRAWN_LOSSES;
  const helps = remedies.map(({ kind }) => kind);
  return [
    ...helps,
    'log',
    ...(hasCurve ? (['curve'] as const) : []),
    ...(isFinal && isOwn && helps.length === 0 ? (['rerun'] as const) : []), // it would fail the same way
    ...(isFinal ? [] : (['cancel'] as const)),
  ];
}

/** What a server asks, and for what. */
export function questionText(
  { from, text, fields, called }: QuestionView,
  style: Style,
  limit = 3_000,
): string {
  const about =
    fields.length > 0
      ? `\n${fields
          .slice(0, 10)
          .map((label) => printedWithin(label, 120, style.plain))
          .join(' · ')}`
      : '';
  const people = called.map((id) => `${style.person(id)} `).join('');
  const begun = `${people}${style.plain(cut(from, 60))} asks: `;
  const room = Math.max(0, limit - begun.length - about.length);
  return `${begun}${printedWithin(cut(text, 1_200), room, style.plain)}${about}`;
}

/** What is said of somebody's own Hugging Face account. `name` is undefined where they have not signed in. */
export const accountText = (name: string | undefined): string =>
  name === undefined
    ? 'Sign in with a token of your own, and jobs, uploads and repositories of sessions that you begin run under your account, once you have approved each. Until then they run under the bot’s.'
    : `You are signed in as ${name}: jobs, uploads and repositories of sessions that you begin run under your account, once you have approved each. Nobody else can approve them.`;

/** How to get a token, and what becomes of it. */
export const TOKEN_HELP =
  'From https://huggingface.co/settings/tokens, with write access and "Jobs: write". It is kept encrypted, shown to nobody, and used for what you approve.';
