import type { RequestedCall } from './answer.ts';
import { READERS, type Read } from './call-readers.ts';
import { CodeSpans } from './code-spans.ts';
import { type Marked, markedOf } from './mark-scan.ts';
import { ENDS, LEFT_OVER, plainMarks, STRUCTURES } from './marks.ts';
import { offered } from './offered-names.ts';

/** Calls that a model wrote as text, and what of the text is left without them and without marks. */
export type Written = { text: string; calls: RequestedCall[] };

/**
 * Reads the rest of an answer from its first structure on. What was `shown` before may be the beginning of
 * it; `known` are the names of the tools that there are.
 */
export function writtenIn(
  shown: string,
  rest: string,
  known: readonly string[],
): { before: string; written: Written } {
  const begun = beginningOf(shown, plainMarks(rest.slice(0, 40)));
  const before = shown.slice(0, shown.length - begun.length);
  const isHarmony = /\bto=/.test(begun);
  const { text, calls } = callsIn(`${isHarmony ? '<|channel|>' : ''}${begun}${rest}`, known);
  return { before, written: { text: withoutMarks(before, text), calls } };
}

/** The name before a mark in the middle of a call, where the server took out the marks before it. */
function beginningOf(shown: string, plain: string): string {
  const last = shown.slice(-200);
  const pattern = BEGUN.find(([mark]) => plain.startsWith(mark))?.[1];
  return pattern?.exec(last)?.[0] ?? '';
}

const TO = /(?:assistant)?(?:commentary|analysis) ?to=[\w.:-]{1,100}\s{0,3}(?:json|code)?\s{0,3}$/;
const BEGUN: readonly (readonly [string, RegExp])[] = [
  ['<|tool_call_argument_begin|>', /(?:functions\.)?[\w.-]{1,100}:\d{1,4}\s{0,3}$/],
  ['<|constrain|>', TO],
  ['<|message|>', TO],
  ['<|role_sep|>', /function call\s{0,3}$/],
];

function callsIn(text: string, known: readonly string[]): Written {
  const marked = markedOf(text);
  const calls: RequestedCall[] = [];
  const code = new CodeSpans();
  let rest = '';
  let failed = 0;
  for (let at = 0; at < text.length; ) {
    const read = isCode(code) ? undefined : readAt(marked, at, known);
    if (read !== undefined) {
      calls.push(...read.calls);
      rest += read.text ?? '';
      at = read.end;
      continue;
    }
    if (isStructure(marked.plain, at)) failed++;
    const next = failed > MOST_FAILED ? text.length : nextMark(marked.plain, at + 1);
    code.add(text.slice(at, next));
    rest += text.slice(at, next);
    at = next;
  }
  return { text: rest, calls };
}

/** So many marks that begin no call are looked at, each up to the end of the text; others are text. */
const MOST_FAILED = 30;

const isStructure = (plain: string, at: number): boolean =>
  plain.startsWith('<|', at) || STRUCTURES.some((mark) => plain.startsWith(mark, at));

function readAt(marked: Marked, at: number, known: readonly string[]): Read | undefined {
  const isKnown = (name: string) => known.includes(offered(name, known));
  for (const reader of READERS) {
    const read = reader(marked, at, isKnown);
    if (read !== undefined && read.end > at) return read;
  }
  return undefined;
}

function isCode(code: CodeSpans): boolean {
  const here = code.copy();
  here.settle();
  return here.isOpen;
}

/**
 * Calls that stand at the end of a thought, behind which nothing was said: some models forget to end it
 * first.
 */
export function callsAtEnd(thought: string, known: readonly string[] = []): RequestedCall[] {
  const marked = markedOf(thought);
  const code = new CodeSpans();
  let failed = 0;
  for (let at = 0; at < thought.length; ) {
    const read = isCode(code) ? undefined : readAt(marked, at, known);
    if (read !== undefined && read.calls.length > 0) {
      const { written } = writtenIn('', thought.slice(at), known);
      return written.text.trim() === '' ? written.calls : [];
    }
    if (isStructure(marked.plain, at) && failed++ > MOST_FAILED) return [];
    const next = nextMark(marked.plain, at + 1);
    code.add(thought.slice(at, next));
    at = next;
  }
  return [];
}

/** Where a mark may begin next. */
function nextMark(plain: string, from: number): number {
  const found = ['<', '[tool_calls]', 'functools['].map((mark) => plain.indexOf(mark, from));
  return Math.min(plain.length, ...found.filter((at) => at !== -1));
}

const escaped = (mark: string): string => mark.replace(/[|[\]]/g, '\\$&');
const MARK = new RegExp(
  `<\\|/?[a-z"][a-z0-9_:/"-]{0,60}\\|?>|${[...ENDS, ...LEFT_OVER].map(escaped).join('|')}`,
  'g',
);
const NEXT_MARK = new RegExp(`^\\s*(?:<\\||${[...ENDS, ...LEFT_OVER].map(escaped).join('|')})`);

/** So much is seen of what stands before a mark. */
const SIGHT = 200;

/**
 * Without marks of a model's own that are left over, and without what follows an end. In code, and in a
 * sentence, which has blanks or quotes around it, a mark is what is spoken of. `before`: what stands before
 * the text.
 */
function withoutMarks(before: string, text: string): string {
  const plain = plainMarks(text);
  const code = new CodeSpans();
  const line = before.slice(before.lastIndexOf('\n') + 1);
  // What follows stands outside of code, so that a fence there has ended some.
  if (!FENCE_LINE.test(line)) code.add(line);
  let kept = '';
  let last = before.slice(-SIGHT);
  let seen = 0;
  for (const { 0: mark, index } of plain.matchAll(MARK)) {
    if (index < seen) continue;
    code.add(text.slice(seen, index));
    kept += text.slice(seen, index);
    last = `${last}${text.slice(seen, index)}`.slice(-SIGHT);
    seen = index;
    if (isCode(code)) continue;
    const edge = edgeOf(last, text.slice(index + mark.length));
    const isEnd = ENDS.includes(mark);
    if (isEnd && edge.isEnd) return kept.trimEnd();
    if (edge.isEnd || edge.isGlued) seen = index + mark.length;
  }
  return kept + text.slice(seen);
}

const FENCE_LINE = /^[ \t>]*(?:`{3,}|~{3,})[ \t]*$/;

/** How a mark stands in its text: at the end of what it ends, or without blanks around it. */
function edgeOf(before: string, after: string): { isEnd: boolean; isGlued: boolean } {
  const isLineStart = /(?:^|\n)[ \t]*$/.test(before);
  const isBehind = isLineStart || /[^\s"'“‘`([{=,]$/.test(before);
  const isLineEnd = /^[ \t]*(?:\r?\n|$)/.test(after) || NEXT_MARK.test(plainMarks(after.slice(0, 100)));
  return {
    isEnd: after.trim() === '' || (isBehind && isLineEnd),
    isGlued: isBehind && /^[\p{L}\p{N}"'“*_#[(]/u.test(after),
  };
}
