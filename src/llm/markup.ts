import type { RequestedCall } from './answer.ts';
import { CodeSpans } from './code-spans.ts';
import { BEGINNINGS, STRUCTURES, THOUGHTS, UNOPENED } from './marks.ts';
import { callsAtEnd, type Written, writtenIn } from './written-calls.ts';

/**
 * What models write around their answers when a server does not take it out: thoughts, calls of tools in the
 * format that they were trained on, and the marks of that format. Thoughts stand at the beginning of an
 * answer, all of it outside of code: what is quoted there, and a mark in the middle of a sentence, is text.
 */

const patternOf = (marks: readonly string[]): RegExp =>
  new RegExp(marks.map((mark) => mark.replace(/[|[\]]/g, '\\$&')).join('|'), 'g');

const STRUCTURE = patternOf([...STRUCTURES, ...UNOPENED]);

const LONGEST = Math.max(
  ...[...STRUCTURES, ...UNOPENED, ...THOUGHTS.map(([open]) => open), ...BEGINNINGS].map(
    (mark) => mark.length,
  ),
);

/** Takes a text as it grows, and gives what people may see of it. */
export class MarkupFilter {
  #shown = '';
  #reasoning = '';
  /** Not looked at yet, because it may be the beginning of a mark. */
  #pending = '';
  #closers: readonly string[] | undefined;
  /** Blanks between a mark and the text behind it are of neither. */
  #isAfterMark = false;
  /** From the first structure on: what it is can be told only at the end. */
  #held: string | undefined;
  /** The thought that ended without having begun; undefined before one did. */
  #unopened: string | undefined;
  #hasThought = false;
  #code = new CodeSpans();

  get text(): string {
    return this.#shown;
  }

  /** Whether anything has been said, shown or not. */
  get hasText(): boolean {
    return this.#shown !== '' || this.#pending !== '' || this.#held !== undefined;
  }

  /**
   * Says whether something else is shown: more, or, where what was shown turns out to have been a thought,
   * less.
   */
  add(text: string): boolean {
    const before = this.#shown;
    if (this.#held !== undefined) this.#held += text;
    else {
      this.#pending += text;
      while (this.#advance(false)) {}
    }
    return this.#shown !== before;
  }

  /**
   * All of it: what is shown, what was thought, and calls that were written as text. `hasCalls`: others came
   * beside it.
   */
  finish(hasCalls = false): { text: string; reasoning: string; calls: RequestedCall[] } {
    while (this.#held === undefined && this.#advance(true)) {}
    if (this.#held === undefined) this.#show(this.#pending);
    const written: Written = this.#held === undefined ? { text: '', calls: [] } : writtenIn(this.#held);
    this.#pending = '';
    const text = this.#shown + written.text;
    if (text.trim() === '' && written.calls.length === 0 && !hasCalls) return this.#onlyThought(text);
    const said = written.calls.length > 0 || text.trim() === '' ? text.trimEnd() : withoutEnd(text);
    return { text: said, reasoning: this.#reasoning, calls: written.calls };
  }

  /** Who only thought, and never ended it, has said that, or has called what is called in it. */
  #onlyThought(text: string): { text: string; reasoning: string; calls: RequestedCall[] } {
    const calls = callsAtEnd(this.#reasoning);
    if (calls.length > 0) return { text: '', reasoning: this.#reasoning, calls };
    const said = this.#closers === undefined ? this.#unopened : this.#reasoning;
    return said?.trim()
      ? { text: said.trim(), reasoning: '', calls: [] }
      : { text, reasoning: this.#reasoning, calls: [] };
  }

  /** Takes one thing from what is pending; false where more has to come first. */
  #advance(isAll: boolean): boolean {
    if (this.#pending === '') return false;
    if (this.#closers !== undefined) return this.#think(this.#closers, isAll);
    if (this.#shown.trim() === '') {
      const begun = this.#begin(isAll);
      if (begun !== undefined) return begun;
    }
    return this.#pass(isAll);
  }

  #think(closers: readonly string[], isAll: boolean): boolean {
    const found = firstOf(this.#pending, closers);
    if (found === undefined) {
      const kept = isAll ? 0 : LONGEST;
      const end = Math.max(0, this.#pending.length - kept);
      this.#reasoning += this.#pending.slice(0, end);
      this.#pending = this.#pending.slice(end);
      return false;
    }
    this.#reasoning += this.#pending.slice(0, found.at);
    // What begins the next part is looked at as such.
    const isBeginning = found.mark === '<|start|>' || found.mark === '<|channel|>';
    this.#pending = this.#pending.slice(found.at + (isBeginning ? 0 : found.mark.length));
    this.#closers = undefined;
    return true;
  }

  /** Marks at the beginning of an answer. Undefined where there is none. */
  #begin(isAll: boolean): boolean | undefined {
    const said = this.#pending.trimStart();
    if (said === '') return false;
    const thought = THOUGHTS.find(([open]) => said.startsWith(open));
    if (thought !== undefined) {
      this.#isAfterMark = true;
      this.#hasThought = true;
      this.#pending = said.slice(thought[0].length);
      this.#closers = thought[1];
      return true;
    }
    const mark = BEGINNINGS.find((begin) => said.startsWith(begin));
    if (mark !== undefined) {
      this.#isAfterMark = true;
      this.#pending = said.slice(mark.length).trimStart();
      return true;
    }
    const mayBe = [...THOUGHTS.map(([open]) => open), ...BEGINNINGS].some((open) => open.startsWith(said));
    if (mayBe && !isAll) return false;
    if (this.#isAfterMark) this.#pending = said;
    return undefined;
  }

  #pass(isAll: boolean): boolean {
    const found = this.#structure(isAll);
    if (found === undefined) {
      const end = isAll ? this.#pending.length : safeEnd(this.#pending);
      this.#show(this.#pending.slice(0, end));
      this.#pending = this.#pending.slice(end);
      return false;
    }
    this.#show(this.#pending.slice(0, found.at));
    this.#pending = this.#pending.slice(found.at);
    if (found.is === 'unsure') return false;
    if (found.is === 'unopened') this.#wasThought(found.mark);
    else {
      this.#held = this.#pending;
      this.#pending = '';
    }
    return found.is === 'unopened';
  }

  /** All that was shown so far was a thought: its beginning stood in the prompt. */
  #wasThought(mark: string): void {
    this.#unopened = this.#shown;
    this.#reasoning += this.#shown;
    this.#shown = '';
    this.#code = new CodeSpans();
    this.#pending = this.#pending.slice(mark.length);
    this.#isAfterMark = true;
    this.#hasThought = true;
  }

  /**
   * The first mark outside of code in what is pending: a structure, or the end of a thought that did not
   * begin, which stands in a line of its own or before an empty line. What comes behind may have to be waited
   * for.
   */
  #structure(
    isAll: boolean,
  ): { at: number; mark: string; is: 'structure' | 'unopened' | 'unsure' } | undefined {
    const code = this.#code.copy();
    let seen = 0;
    for (const { 0: mark, index } of this.#pending.matchAll(STRUCTURE)) {
      code.add(this.#pending.slice(seen, index));
      seen = index;
      const here = code.copy();
      here.settle();
      if (here.isOpen) continue;
      if (!UNOPENED.includes(mark)) return { at: index, mark, is: 'structure' };
      const before = this.#shown + this.#pending.slice(0, index);
      if (this.#hasThought || before.includes(mark.replace('/', ''))) continue;
      const after = this.#pending.slice(index + mark.length);
      const next = after.trimStart();
      const isAlone = before.endsWith('\n') || /^[ \t]*\r?\n[ \t]*\r?\n/.test(after);
      if (isAlone || STRUCTURES.some((structure) => next.startsWith(structure)))
        return { at: index, mark, is: 'unopened' };
      if (next === '' || STRUCTURES.some((structure) => structure.startsWith(next)))
        return { at: index, mark, is: isAll ? 'unopened' : 'unsure' };
    }
    return undefined;
  }

  #show(text: string): void {
    this.#code.add(text);
    this.#shown += text;
  }
}

function firstOf(text: string, marks: readonly string[]): { at: number; mark: string } | undefined {
  let first: { at: number; mark: string } | undefined;
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at !== -1 && (first === undefined || at < first.at)) first = { at, mark };
  }
  return first;
}

/** How much of a text can't be the beginning of a mark that comes with the next piece. */
function safeEnd(text: string): number {
  const start = Math.max(0, text.length - LONGEST);
  for (let at = start; at < text.length; at++) {
    const tail = text.slice(at);
    if (STRUCTURES.some((mark) => mark.startsWith(tail))) return at;
    if (UNOPENED.some((mark) => mark.startsWith(tail))) return at;
  }
  return text.length;
}

/** The end of a sentence of Llama 2 and Mistral, which strikes nothing through. */
const withoutEnd = (text: string): string =>
  /<\/s>\s*$/.test(text.slice(-20)) && !text.includes('<s>') ? text.slice(0, text.lastIndexOf('</s>')) : text;
