import { messageOf } from '../lib/errors.ts';
import { LOADED } from './parsers.ts';
import type { Answer, Begun, Question } from './process.ts';

/* The process in which foreign things are read: one question after another, until nobody is there. */

process.on('message', (question: Question) => void answer(question));
process.on('disconnect', () => process.exit());

async function answer({ name, input }: Question): Promise<void> {
  const { parsed, isSpent } = await parse(name, input);
  const { user, system } = process.cpuUsage();
  tell({ kind: 'done', parsed, workedSeconds: isSpent ? Number.MAX_VALUE : (user + system) / 1e6 });
}

/** `isSpent` says that a library was stopped in the middle of something: it is used for no other file. */
async function parse(
  name: Question['name'],
  input: unknown,
): Promise<{ parsed: Answer['parsed']; isSpent: boolean }> {
  try {
    const parser: (input: never) => unknown = await LOADED[name]();
    await new Promise<void>((resolve) => tell({ kind: 'begun' }, resolve)); // nothing is sent while a parser is at it
    return { parsed: { ok: true, value: await parser(input as never) }, isSpent: false };
  } catch (error) {
    // V8's own limits: of the stack, of a text, of a buffer.
    const isTooMuch = error instanceof RangeError;
    const reason = isTooMuch ? 'it holds more, or is nested deeper, than can be read here' : messageOf(error);
    return { parsed: { ok: false, reason }, isSpent: isTooMuch };
  }
}

const tell = (message: Begun | Answer, sent: () => void = () => {}): void =>
  void process.send?.(message, undefined, undefined, () => sent());
