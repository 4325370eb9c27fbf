import type { Between, Dialect } from './dialect.ts';
import { honestHost } from './honest-host.ts';
import { type Mark, type Run, wordsOf } from './runs.ts';

/** What stands in a line, as a platform writes it: none of its lines begins with a mark by chance. */
export const printedLine = (runs: readonly Run[], dialect: Dialect): string =>
  printRuns(runs, dialect, { before: '', after: '' })
    .split('\n')
    .map((line) => dialect.line(line))
    .join('\n');

/** The same within other text, such as a cell. */
export function printRuns(runs: readonly Run[], dialect: Dialect, around: Between, depth = 0): string {
  let printed = '';
  for (let i = 0; i < runs.length; ) {
    const mark = runs[i]?.marks[depth];
    let end = i + 1;
    while (end < runs.length && runs[end]?.marks[depth] === mark) end++;
    const group = runs.slice(i, end);
    const next = runs[end];
    const between: Between = {
      before: printed.slice(-1) || around.before,
      after: next === undefined ? around.after : firstOf(next, depth, dialect),
    };
    printed +=
      mark === undefined
        ? printPlain(group, dialect, between)
        : printMarked(group, dialect, between, depth, mark);
    i = end;
  }
  return printed;
}

/** The character with which a run will begin. */
function firstOf(run: Run, depth: number, dialect: Dialect): string {
  if (run.marks[depth] !== undefined) return '*';
  switch (run.kind) {
    case 'text':
      return dialect.text(run.value).charAt(0);
    case 'code':
      return '`';
    case 'link':
      return '[';
    default:
      return '\n';
  }
}

/** Marks stand at words: blanks at the ends are put outside. */
function printMarked(
  group: readonly Run[],
  dialect: Dialect,
  between: Between,
  depth: number,
  mark: Mark,
): string {
  const sign = mark === 'emphasis' ? dialect.emphasis(between) : dialect[mark];
  const inner = printRuns(group, dialect, { before: sign.slice(-1), after: sign.slice(0, 1) }, depth + 1);
  const body = inner.trim();
  if (body === '') return inner;
  const at = inner.length - inner.trimStart().length;
  return `${inner.slice(0, at)}${sign}${body}${sign}${inner.slice(at + body.length)}`;
}

function printPlain(group: readonly Run[], dialect: Dialect, around: Between): string {
  let printed = '';
  for (const [i, run] of group.entries()) {
    const next = group[i + 1];
    const after = next === undefined ? around.after : firstOf(next, Number.POSITIVE_INFINITY, dialect);
    printed += printRun(run, dialect, { before: printed.slice(-1) || around.before, after });
  }
  return printed;
}

function printRun(run: Run, dialect: Dialect, between: Between): string {
  switch (run.kind) {
    case 'text':
      return dialect.text(run.value);
    case 'code':
      return dialect.code(run.value);
    case 'break':
      return dialect.lineBreak;
    case 'link':
      return printLink(run.url, run.label, dialect, between);
    default:
      return run satisfies never;
  }
}

/** A label whose brackets would end it early has them escaped. */
function balanced(label: string): string {
  let open = 0;
  for (const [sign] of label.matchAll(/\\.|[[\]]/gs)) {
    if (sign === '[') open++;
    if (sign === ']' && --open < 0) break;
  }
  return open === 0 ? label : label.replace(/\\.|[[\]]/gs, (sign) => (sign.length > 1 ? sign : `\\${sign}`));
}

const LINKED = /^(?:https?:\/\/|mailto:)[^\s]/i;

function printLink(url: string, label: readonly Run[], dialect: Dialect, between: Between): string {
  const words = wordsOf(label).trim();
  if (words === url || url === `http://${words}`) return dialect.address(words, between);
  if (url === `mailto:${words}`) return dialect.text(words);
  const printed = balanced(
    printRuns(label, dialect, { before: '[', after: ']' }).trim() || dialect.text(url),
  );
  if (LINKED.test(url)) {
    const host = honestHost(words, url);
    const link = dialect.link(url, printed, words);
    if (link !== undefined) return host === undefined ? link : `${link} (${dialect.text(host)})`;
    return `${printed} (${dialect.address(url, { before: '(', after: ')' })})`;
  }
  const isAddress = url !== '' && !/^data:/i.test(url) && url !== words;
  return isAddress ? `${printed} (${dialect.text(url)})` : printed;
}
