import { cut, wholeBeginning } from '../lib/cut.ts';
import { counted } from '../lib/numbers.ts';
import { printedParts } from '../lib/output.ts';
import { isBar } from './progress/bars.ts';
import { afterBlank, withFailures, withNothingTold } from './progress/failures.ts';
import { readingOf } from './progress/forms.ts';
import { type Line, lineOf } from './progress/line.ts';
import { afterReading } from './progress/run.ts';
import { type Known, known, Progress } from './progress/state.ts';
import { afterRow } from './progress/tables.ts';

export { Progress };

const MAX_ALERTS = 3;
const TAIL_LINES = 3;
const LINE_CHARACTERS = 200;

/** Longer lines are no words of a trainer, and patterns would take seconds over them. */
const READ_CHARACTERS = 2_000;

/** Of a line on which bars are drawn again and again, the newest parts are read. */
export const READ_PARTS = 40;

/**
 * What is known after one more line of the log. A line may have been printed over: each of its parts is read.
 * Lines that say nothing only move the tail.
 */
export function advance(before: Progress, raw: string): Progress {
  return (raw.endsWith('\n') ? raw.slice(0, -1) : raw).split('\n').reduce(afterPrinted, known(before));
}

function afterPrinted(before: Known, raw: string): Known {
  const { rank } = lineOf(raw.slice(0, READ_CHARACTERS));
  const lines = printedParts(raw, READ_PARTS, READ_CHARACTERS)
    .map(lineOf)
    .filter(({ text }) => text.trim() !== '')
    .map((line) => ({ ...line, rank: line.rank ?? rank })); // the first part alone names the process
  if (lines.length === 0) return afterBlank(before);
  const next = lines.reduce(afterLine, before);
  const shown = lines.findLast(({ text }) => !isBar(text))?.shown;
  return shown === undefined ? next : { ...next, tail: withTail(next.tail, shown) };
}

/** Whatever is wrong, in words: what it is and what to do. */
export const failureText = ({ failure, advice }: Pick<Progress, 'failure' | 'advice'>): string =>
  [failure, advice].filter((text) => text !== undefined).join(': ');

/** Where the job is, as "step 620 of 1,000"; '' where its log does not tell. */
export const stepText = ({ step, steps }: Pick<Progress, 'step' | 'steps'>): string =>
  step === undefined ? '' : `step ${counted(step)}${steps === undefined ? '' : ` of ${counted(steps)}`}`;

function afterLine(before: Known, line: Line): Known {
  const alert = /^\[TRACKIO (INFO|WARN|ERROR)\] (.+)$/.exec(line.text.trim());
  if (alert) return withAlert(before, cut(`${alert[1]}: ${alert[2]}`, LINE_CHARACTERS));
  const row = afterRow(before, line.text);
  if (row) return row;
  const reading = readingOf(line.text);
  const next = reading ? afterReading(withNothingTold(before), line, reading) : withFailures(before, line);
  const links = withLink(next.links, line.text.trim());
  return links === next.links ? next : { ...next, links };
}

/** Each process prints the same alerts and lines: they are shown once. */
const withAlert = (before: Known, alert: string): Known =>
  before.alerts.includes(alert)
    ? before
    : { ...before, alerts: [...before.alerts, alert].slice(-MAX_ALERTS) };

function withTail(tail: string[], line: string): string[] {
  const text = wholeBeginning(line, LINE_CHARACTERS);
  return tail.includes(text) ? tail : [...tail, text].slice(-TAIL_LINES);
}

/** Of commits, and of other addresses, so that many of these never push out what was really pushed. */
const MAX_LINKS = 10;

/**
 * Remembers an address that a line may mean as pushed to: by a word, as an upload's own line does that is the
 * address alone, or as the address of a commit, of which the newest of each repository counts.
 */
function withLink(links: string[], line: string): string[] {
  const [found, commit] =
    /https:\/\/(?:huggingface\.co|hf\.co)\/(?:(?:datasets|spaces)\/)?[\w.-]+\/[\w.-]*\w(\/commit\/[0-9a-f]{40})?/.exec(
      line,
    ) ?? [];
  if (found === undefined || links.includes(found)) return links;
  const isMeant = commit !== undefined || line.startsWith(found) || PUSHED.test(line);
  if (!isMeant) return links;
  const isOlder = (link: string) => commit !== undefined && isCommit(link) && pageOf(link) === pageOf(found);
  const all = [...links.filter((link) => !isOlder(link)), found];
  const kept = new Set(
    [true, false].flatMap((is) => all.filter((l) => isCommit(l) === is).slice(-MAX_LINKS)),
  );
  return all.filter((link) => kept.has(link));
}

const isCommit = (link: string): boolean => link.includes('/commit/');
const pageOf = (link: string): string => link.replace(/\/commit\/.*$/, '');

const PUSHED = /\b(?:push|upload|commit|publish|available|saved|view)/i;

const BARS = '▁▂▃▄▅▆▇█';

/** A curve in one line of text; empty where there is too little to draw. */
export function sparkline(values: readonly number[], width = 24): string {
  const drawn = values.filter(Number.isFinite);
  if (drawn.length < 3) return '';
  const length = Math.min(width, drawn.length);
  const points = Array.from(
    { length },
    (_, i) => drawn[Math.round((i * (drawn.length - 1)) / (length - 1))] ?? 0,
  );
  const [least, most] = [Math.min(...points), Math.max(...points)];
  return points
    .map(
      (value) =>
        BARS[most === least ? 0 : Math.round(((value - least) / (most - least)) * (BARS.length - 1))],
    )
    .join('');
}
