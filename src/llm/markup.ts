import type { RequestedCall } from './answer.ts';
import { CodeSpans } from './code-spans.ts';
import { type Written, writtenIn } from './written-calls.ts';

/**
 * What models write around their answers when a server does not take it out: thoughts, calls of tools in the
 * format that they were trained on, and the marks of that format. Thoughts stand at the beginning of an
 * answer, all of it outside of code: what is quoted there, and a mark in the middle of a sentence, is text.
 */

/** Marks that open a thought at the beginning of an answer, with what ends it. */
const THOUGHTS: readonly (readonly [string, readonly string[]])[] = [
  ['<think>', ['</think>']],
  ['<thinking>', ['</thinking>']],
  ['<thought>', ['</thought>']],
  ['<reasoning>', ['</reasoning>']],
  ['<reflection>', ['</reflection>']],
  ['<seed:think>', ['</seed:think>']],
  ['<mm:think>', ['</mm:think>']],
  ['[THINK]', ['[/THINK]']],
  ['◁think▷', ['◁/think▷']],
  ['<|begin_of_thought|>', ['<|end_of_thought|>']],
  ['<|channel|>analysis<|message|>', ['<|end|>', '<|start|>', '<|channel|>', '<|return|>']],
  ['<|start|>assistant<|channel|>analysis<|message|>', ['<|end|>', '<|start|>', '<|channel|>', '<|return|>']],
  ['analysis<|message|>', ['<|end|>', '<|start|>', '<|channel|>', '<|return|>']],
];

/** Marks before an answer that say only that it begins. */
const BEGINNINGS = [
  '<|start|>assistant<|channel|>final<|message|>',
  '<|channel|>final<|message|>',
  'final<|message|>',
  '<|start|>assistant<|message|>',
  '<|im_start|>assistant\n',
  '<|begin_of_solution|>',
  '<|begin▁of▁sentence|>',
  '<｜begin▁of▁sentence｜>',
  '<｜Assistant｜>',
  '<|assistant|>',
  '<|end|>',
  '</think>',
  '<response>',
];

/** Marks after which nothing is text: calls, and the ends of answers. They are read once all is there. */
const STRUCTURES = [
  '<|tool_calls_section_begin|>',
  '<|tool_call_begin|>',
  '<｜tool▁calls▁begin｜>',
  '<｜tool▁call▁begin｜>',
  '<｜DSML｜',
  '<tool_call>',
  '<minimax:tool_call>',
  '<function_calls>',
  '<|python_tag|>',
  '<function=',
  '[TOOL_CALLS]',
  '<|start|>',
  '<|channel|>',
  '<|call|>',
  '<|return|>',
  '<|end|>',
  '<|im_end|>',
  '<|im_start|>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end_of_solution|>',
  '<｜end▁of▁sentence｜>',
  '<end_of_turn>',
  '<|user|>',
  '<|observation|>',
];

const STRUCTURE = new RegExp(STRUCTURES.map((mark) => mark.replace(/[|[\]]/g, '\\$&')).join('|'), 'g');

const LONGEST = Math.max(
  ...[...STRUCTURES, ...THOUGHTS.map(([open]) => open), ...BEGINNINGS].map((mark) => mark.length),
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
  readonly #code = new CodeSpans();

  get text(): string {
    return this.#shown;
  }

  /** Whether anything has been said, shown or not. */
  get hasText(): boolean {
    return this.#shown !== '' || this.#pending !== '' || this.#held !== undefined;
  }

  /** Says whether more is shown. */
  add(text: string): boolean {
    const before = this.#shown.length;
    if (this.#held !== undefined) this.#held += text;
    else {
      this.#pending += text;
      while (this.#advance(false)) {}
    }
    return this.#shown.length > before;
  }

  /** All of it: what is shown, what was thought, and calls that were written as text. */
  finish(): { text: string; reasoning: string; calls: RequestedCall[] } {
    while (this.#held === undefined && this.#advance(true)) {}
    if (this.#held === undefined) this.#show(this.#pending);
    const written: Written = this.#held === undefined ? { text: '', calls: [] } : writtenIn(this.#held);
    this.#pending = '';
    const text = this.#shown + written.text;
    const thought = this.#closers === undefined ? undefined : this.#reasoning;
    // Who only thought, and never ended it, has said that.
    if (text.trim() === '' && written.calls.length === 0 && thought?.trim()) {
      return { text: thought.trim(), reasoning: '', calls: [] };
    }
    return {
      text: written.calls.length > 0 ? text.trimEnd() : text,
      reasoning: this.#reasoning,
      calls: written.calls,
    };
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
    const found = this.#structure();
    if (found !== undefined) {
      this.#show(this.#pending.slice(0, found));
      this.#held = this.#pending.slice(found);
      this.#pending = '';
      return false;
    }
    const end = isAll ? this.#pending.length : safeEnd(this.#pending);
    this.#show(this.#pending.slice(0, end));
    this.#pending = this.#pending.slice(end);
    return false;
  }

  /** Where the first structure outside of code begins in what is pending. */
  #structure(): number | undefined {
    const code = this.#code.copy();
    let seen = 0;
    for (const { index } of this.#pending.matchAll(STRUCTURE)) {
      code.add(this.#pending.slice(seen, index));
      seen = index;
      const here = code.copy();
      here.settle();
      if (!here.isOpen) return index;
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
  }
  return text.length;
}
