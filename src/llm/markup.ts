import type { RequestedCall } from './answer.ts';
import { CodeSpans } from './code-spans.ts';
import { firstOf } from './mark-scan.ts';
import {
  BEGINNINGS,
  NEXT_PARTS,
  plainMarks,
  STRUCTURES,
  THOUGHT_NAMES,
  THOUGHTS,
  UNOPENED,
} from './marks.ts';
import { isStripped, STRIPPED_BEGINNINGS, stripped } from './stripped-harmony.ts';
import { callsAtEnd, type Written, writtenIn } from './written-calls.ts';

/**
 * What models write around their answers when a server does not take it out: thoughts, calls of tools in the
 * format that they were trained on, and the marks of that format. Thoughts stand at the beginning of an
 * answer or of a line, all of it outside of code: what is quoted there, and a mark in the middle of a
 * sentence, is text.
 */

const patternOf = (marks: readonly string[]): string =>
  marks.map((mark) => mark.replace(/[|[\]=]/g, '\\$&')).join('|');

/** A mark with a bar is one of a model's whatever its name is. */
const BARRED = '<\\|(?=[a-z/"_:])';
/** A thought in the middle of an answer begins a line. */
const OPENER = `<(?:${THOUGHT_NAMES})(?=[>_/\\n])|\\[think\\]|◁think▷`;
const STRUCTURE = new RegExp(`${BARRED}|${patternOf([...STRUCTURES, ...UNOPENED])}|${OPENER}`, 'g');

const OPENERS = THOUGHTS.map(([open]) => open);
const ELEMENTS = THOUGHT_NAMES.split('|').map((name) => `<${name}`);
const MID_OPENERS = [...ELEMENTS, '[think]', '◁think▷'];
const LONGEST = Math.max(
  ...[...STRUCTURES, ...UNOPENED, ...OPENERS, ...ELEMENTS, ...BEGINNINGS].map((mark) => mark.length),
);

/** So many characters are looked at together: each mark that is taken out has the rest looked at again. */
const PIECE = 4_000;

/** What an element of a thought may have besides its name. */
const ATTRIBUTES = 200;

/** A thought that has begun. */
type Open = {
  closers: readonly string[];
  /** What opened it, where text stood before it. */
  mark: string | undefined;
  /** Where it begins in all that was thought. */
  from: number;
};

type Found = { at: number; length: number; is: 'structure' | 'unopened' | 'opener' | 'unsure' };

/** How an answer ended, besides its text. `known`: the tools there are. */
type Circumstances = { hasCalls?: boolean; isCut?: boolean; known?: readonly string[] };

/** Takes a text as it grows, and gives what people may see of it. */
export class MarkupFilter {
  #shown = '';
  #reasoning = '';
  /** Not looked at yet, because it may be the beginning of a mark. */
  #pending = '';
  #open: Open | undefined;
  /** Blanks between a mark and the text behind it are of neither. */
  #isAfterMark = false;
  #isAfterThought = false;
  /** Something was taken out, so that blanks at the end are of no use. */
  #hasMarks = false;
  /** A mark that opens a thought was spoken of. */
  #isSpokenOf = false;
  /** From the first structure on: what it is can be told only at the end. */
  #held: string | undefined;
  /** Marks of thoughts that were met, also in sentences: their ends are spoken of, too. */
  readonly #spoken = new Set<string>();
  /** The thought that ended without having begun; undefined before one did. */
  #unopened: string | undefined;
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
    for (let at = 0; at < text.length; at += PIECE) {
      if (this.#held !== undefined) {
        this.#held += text.slice(at);
        break;
      }
      this.#pending += text.slice(at, at + PIECE);
      while (this.#advance(false)) {}
    }
    return this.#shown !== before;
  }

  /**
   * All of it: what is shown, what was thought, and calls that were written as text. `hasCalls`: others came
   * beside it; `isCut`: it was cut at a limit, so that a thought without an end is no answer.
   */
  finish(around: Circumstances = {}): { text: string; reasoning: string; calls: RequestedCall[] } {
    const { hasCalls = false, isCut = false, known = [] } = around;
    while (this.#held === undefined && this.#advance(true)) {}
    const calls = this.#endThought(isCut || hasCalls, known);
    if (this.#held === undefined) this.#show(this.#pending);
    this.#pending = '';
    const written = this.#written(known, isCut);
    calls.push(...written.calls);
    const text = this.#shown + written.text;
    const isSilent = text.trim() === '' && calls.length === 0 && !hasCalls;
    if (isSilent && !isCut) return this.#onlyThought(text, known);
    const said = withoutEnd(text);
    const isBare = this.#hasMarks || calls.length > 0 || text.trim() === '';
    return { text: isBare ? said.trimEnd() : said, reasoning: this.#reasoning, calls };
  }

  /** What was held, and what of it belongs to what was shown before. */
  #written(known: readonly string[], isCut: boolean): Written {
    const held = this.#held;
    if (held === undefined) return { text: '', calls: [] };
    const split = this.#shown.trim() === '' ? stripped(held, isCut) : undefined;
    if (split !== undefined) this.#reasoning += split.reasoning;
    const { before, written } = writtenIn(this.#shown, split?.rest ?? held, known);
    this.#shown = before;
    this.#hasMarks = this.#hasMarks || written.text !== held;
    if (this.#isSpokenOf || !THINKING.test(plainMarks(written.text))) return written;
    const inner = new MarkupFilter();
    inner.add(written.text);
    const { text, reasoning } = inner.finish({ hasCalls: true });
    this.#reasoning += reasoning;
    return { text, calls: written.calls };
  }

  /**
   * A thought behind a text that has no end is one where it is cut, or its mark stands in a line by itself.
   * Otherwise its mark was spoken of.
   */
  #endThought(isThought: boolean, known: readonly string[]): RequestedCall[] {
    const open = this.#open;
    if (open?.mark === undefined) return [];
    const thought = this.#reasoning.slice(open.from);
    const calls = callsAtEnd(thought, known);
    if (isThought || calls.length > 0 || /^[ \t]*(?:\r?\n|$)/.test(thought)) return calls;
    this.#open = undefined;
    this.#isSpokenOf = true;
    this.#reasoning = this.#reasoning.slice(0, open.from);
    this.#held = `${open.mark}${thought}`;
    return [];
  }

  /** Who only thought, and never ended it, has said that, or has called what is called in it. */
  #onlyThought(text: string, known: readonly string[]) {
    const calls = callsAtEnd(this.#reasoning, known);
    if (calls.length > 0) return { text: '', reasoning: this.#reasoning, calls };
    const from = this.#open?.from;
    const said = from === undefined ? this.#unopened : this.#reasoning.slice(from);
    const reasoning = from === undefined ? '' : this.#reasoning.slice(0, from);
    return said?.trim()
      ? { text: said.trim(), reasoning, calls: [] }
      : { text, reasoning: this.#reasoning, calls: [] };
  }

  /** Takes one thing from what is pending; false where more has to come first. */
  #advance(isAll: boolean): boolean {
    if (this.#pending === '') return false;
    if (this.#open !== undefined) return this.#think(this.#open, isAll);
    if (this.#shown.trim() === '') {
      const begun = this.#begin(isAll);
      if (begun !== undefined) return begun;
    } else if (this.#isAfterThought) {
      this.#pending = this.#pending.trimStart();
      if (this.#pending === '') return false;
      this.#isAfterThought = false;
    }
    return this.#pass(isAll);
  }

  #think({ closers }: Open, isAll: boolean): boolean {
    const found = firstOf(plainMarks(this.#pending), closers);
    if (found === undefined) {
      const kept = isAll ? 0 : LONGEST;
      const end = Math.max(0, this.#pending.length - kept);
      this.#reasoning += this.#pending.slice(0, end);
      this.#pending = this.#pending.slice(end);
      return false;
    }
    this.#reasoning += this.#pending.slice(0, found.at);
    const isBeginning = NEXT_PARTS.includes(found.mark);
    this.#pending = this.#pending.slice(found.at + (isBeginning ? 0 : found.mark.length));
    this.#open = undefined;
    this.#isAfterMark = true;
    this.#isAfterThought = this.#shown.trim() !== '';
    return true;
  }

  /** Marks at the beginning of an answer. Undefined where there is none. */
  #begin(isAll: boolean): boolean | undefined {
    const said = this.#pending.trimStart();
    if (said === '') return false;
    const opener = openerAt(said, isAll);
    if (opener === 'unsure') return false;
    if (opener !== undefined) {
      this.#pending = said.slice(opener.length);
      this.#isAfterMark = true;
      this.#opened(opener.closers);
      return true;
    }
    const plain = plainMarks(said.slice(0, LONGEST));
    const mark = BEGINNINGS.find((begin) => plain.startsWith(begin));
    const mayGoOn =
      !isAll &&
      [...OPENERS, ...BEGINNINGS, ...STRIPPED_BEGINNINGS].some((open) => isBeginningOf(plain, open));
    if (mayGoOn) return false;
    if (mark !== undefined) {
      this.#isAfterMark = true;
      this.#pending = said.slice(mark.length).trimStart();
      return true;
    }
    if (isStripped(said)) {
      this.#held = said;
      this.#pending = '';
      return false;
    }
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
    if (found.is === 'structure') {
      this.#held = this.#pending;
      this.#pending = '';
      return false;
    }
    if (found.is === 'unopened') this.#wasThought();
    const opener = found.is === 'opener' ? openerAt(this.#pending, true) : undefined;
    if (opener !== undefined && opener !== 'unsure') {
      this.#opened(opener.closers, this.#pending.slice(0, opener.length));
    }
    this.#pending = this.#pending.slice(found.length);
    return true;
  }

  /** An element that is empty has no thought. */
  #opened(closers: readonly string[], mark?: string): void {
    this.#hasMarks = true;
    if (closers.length > 0) this.#open = { closers, mark, from: this.#reasoning.length };
    else this.#isAfterThought = this.#shown.trim() !== '';
  }

  /** All that was shown so far was a thought: its beginning stood in the prompt. */
  #wasThought(): void {
    this.#unopened = this.#shown;
    this.#reasoning += this.#shown;
    this.#shown = '';
    this.#code = new CodeSpans();
    this.#isAfterMark = true;
  }

  /** The first mark outside of code in what is pending. What comes behind may have to be waited for. */
  #structure(isAll: boolean): Found | undefined {
    const code = this.#code.copy();
    let seen = 0;
    for (const { 0: mark, index } of plainMarks(this.#pending).matchAll(STRUCTURE)) {
      code.add(this.#pending.slice(seen, index));
      seen = index;
      if (MID_OPENERS.includes(mark)) this.#spoken.add(mark);
      const here = code.copy();
      here.settle();
      if (here.isOpen) continue;
      const found = UNOPENED.includes(mark)
        ? this.#unopenedAt(index, mark, isAll)
        : MID_OPENERS.includes(mark)
          ? this.#openerAt(index, isAll)
          : ({ at: index, length: mark.length, is: 'structure' } as const);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A thought in the middle of an answer begins a line. */
  #openerAt(at: number, isAll: boolean): Found | undefined {
    if (!/(?:^|\n)[ \t]*$/.test(this.#before(at))) return undefined;
    const opener = openerAt(this.#pending.slice(at), isAll);
    if (opener === undefined) return undefined;
    return opener === 'unsure'
      ? { at, length: 0, is: 'unsure' }
      : { at, length: opener.length, is: 'opener' };
  }

  /**
   * The end of a thought that did not begin. It stands at the beginning or the end of a line, before a
   * structure, or right behind a word: in a sentence that speaks of it there are blanks around it.
   */
  #unopenedAt(at: number, mark: string, isAll: boolean): Found | undefined {
    const open = mark.replace('/', '').replace(/>$/, '');
    if (this.#spoken.has(open)) return undefined;
    const before = this.#before(at);
    const after = this.#pending.slice(at + mark.length);
    const next = after.trimStart();
    const isGlued = /[\p{L}\p{N}.!?:;,…)*]$/u.test(before.slice(-2));
    const found = { at, length: mark.length, is: 'unopened' } as const;
    if (/(?:^|\n)[ \t]*$/.test(before) || /^[ \t]*\r?\n/.test(after)) return found;
    const plain = plainMarks(next.slice(0, LONGEST));
    if (STRUCTURED.test(plain)) return found;
    if (next === '') return { ...found, is: isAll ? 'unopened' : 'unsure' };
    if (isGlued && !/^[.,;:!?)"'’”]/.test(after)) return found;
    const mayBe = STRUCTURES.some((structure) => structure.startsWith(plain)) || plain === '<|';
    return mayBe && !isAll ? { ...found, is: 'unsure' } : undefined;
  }

  /** The end of what stands before a place of what is pending. */
  #before(at: number): string {
    const own = this.#pending.slice(Math.max(0, at - ATTRIBUTES), at);
    return at >= ATTRIBUTES ? own : `${this.#shown.slice(-ATTRIBUTES)}${own}`.slice(-ATTRIBUTES);
  }

  #show(text: string): void {
    this.#code.add(text);
    this.#shown += text;
  }
}

const STRUCTURED = new RegExp(`^(?:${BARRED}|${patternOf(STRUCTURES)})`);
const THINKING = new RegExp(`<(?:${THOUGHT_NAMES})[>_]|${patternOf(UNOPENED)}`);

const isBeginningOf = (text: string, mark: string): boolean =>
  mark.length > text.length && mark.startsWith(text);

/** What opens a thought at the beginning of a text: its length, and what ends the thought. */
function openerAt(
  text: string,
  isAll: boolean,
): { length: number; closers: readonly string[] } | 'unsure' | undefined {
  const plain = plainMarks(text.slice(0, LONGEST + ATTRIBUTES));
  const named = OPENERS.findIndex((open) => plain.startsWith(open));
  if (named !== -1) return { length: OPENERS[named]?.length ?? 0, closers: THOUGHTS[named]?.[1] ?? [] };
  const [whole, name] = ELEMENT.exec(plain) ?? [];
  if (whole !== undefined)
    return { length: whole.length, closers: whole.endsWith('/>') ? [] : [`</${name}>`] };
  const mayBe = ELEMENTS.some((element) => isBeginningOf(plain, element)) || BEGUN.test(plain);
  return mayBe && !isAll ? 'unsure' : undefined;
}

const ELEMENT = new RegExp(`^<(${THOUGHT_NAMES})(?:[_/][^<>\\n]{0,${ATTRIBUTES}})?>`);
const BEGUN = new RegExp(`^<(?:${THOUGHT_NAMES})(?:[_/][^<>\\n]{0,${ATTRIBUTES}})?$`);

/** How much of a text can't be the beginning of a mark that comes with the next piece. */
function safeEnd(text: string): number {
  const tail = plainMarks(text.slice(-LONGEST));
  for (let at = 0; at < tail.length; at++) {
    const rest = tail.slice(at);
    if (rest === '<|') return text.length - rest.length;
    if (STARTS.some((mark) => mark.startsWith(rest))) return text.length - rest.length;
  }
  return text.length;
}

const STARTS = [...STRUCTURES, ...UNOPENED, ...MID_OPENERS];

/** The end of a sentence of Llama 2 and Mistral, which strikes nothing through. */
const withoutEnd = (text: string): string =>
  /<\/s>\s*$/.test(text.slice(-20)) && !text.includes('<s>') ? text.slice(0, text.lastIndexOf('</s>')) : text;
