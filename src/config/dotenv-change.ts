import { LINE_END, parseDotEnv } from './dotenv.ts';

/** A `.env` as it is to be, or why it can't be changed so. Nothing of a value is in `problem`. */
export type Changed = { ok: true; text: string } | { ok: false; problem: string };

/**
 * A `.env` in which names have these values: what our reader gives back of it, to the character. Every other
 * line stays as it is, comments and line ends too. A name that is set keeps its place, and the comment behind
 * its value; others come at the end.
 */
export function changedDotEnv(
  bytes: Uint8Array,
  file: string,
  values: Readonly<Record<string, string>>,
): Changed {
  const before = parseDotEnv(bytes, file);
  const [fault] = before.faults;
  if (fault !== undefined) return { ok: false, problem: fault };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const lines = linesOf(text);
  const end = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  const added: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const written = writtenValue(value);
    if (written === undefined) {
      const problem = `the value of ${name} has quotes of all kinds, which ${file} can't hold: put it there by hand.`;
      return { ok: false, problem };
    }
    const old = before.assignments.findLast((one) => one.name === name);
    if (old === undefined) added.push(`${name}=${written}`);
    else replace(lines, old, written);
  }
  const kept = lines.join('');
  const isEnded = added.length === 0 || kept === '' || /[\r\n]$/.test(kept);
  return { ok: true, text: `${kept}${isEnded ? '' : end}${added.map((line) => line + end).join('')}` };
}

/** The lines of a text, each with its end. */
const linesOf = (text: string): string[] => text.split(new RegExp(`(?<=${LINE_END.source})(?<!\\r(?=\\n))`));

/** Puts a value in the place of an assignment, whose further lines go. */
function replace(
  lines: string[],
  { at, lines: count, comment }: { at: number; lines: number; comment: string },
  written: string,
): void {
  const [, begin = ''] = /^(\uFEFF?\s*(?:export\s+)?[\w.-]+\s*=)/.exec(lines[at] ?? '') ?? [];
  const [end = ''] = /[\r\n]*$/.exec(lines[at + count - 1] ?? '') ?? [];
  lines[at] = `${begin}${written}${comment === '' ? '' : ` ${comment}`}${end}`;
  for (let i = 1; i < count; i++) lines[at + i] = '';
}

/** How a value can be written, the plainest first: what looks like nothing else stands without quotes. */
const WAYS: readonly ((value: string) => string)[] = [
  (value) => (/^[\w.:/@%+=,~-]+$/.test(value) ? value : ''),
  (value) => `'${value}'`,
  (value) => `"${value.replaceAll('"', '\\"')}"`,
  (value) => `\`${value}\``,
];

/** A value as the reader takes it for what it is; undefined where there is no such way. */
const writtenValue = (value: string): string | undefined =>
  WAYS.map((write) => write(value)).find((written) => {
    const { values, open, faults, warnings } = parseDotEnv(Buffer.from(`A=${written}`), '.env');
    const isFilledIn = open.has('A') && value.includes('${');
    return values.A === value && !isFilledIn && faults.length + warnings.length === 0;
  });
