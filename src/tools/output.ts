// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal control sequences are what is looked for
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007]*(?:\u0007|\u001b\\)/g;

export const withoutAnsi = (text: string): string => text.replace(ANSI, '');

/**
 * Keeps a text within `limit` characters: a quarter of them from its start and the rest from its end, because the
 * end of an output tells more. Says how much was left out.
 */
export function capped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const marker = `\n… [${(text.length - limit).toLocaleString('en')} characters left out] …\n`;
  const room = Math.max(0, limit - marker.length);
  const head = Math.floor(room / 4);
  return text.slice(0, head) + marker + text.slice(text.length - (room - head));
}

/** A markdown table; cells are kept to one line. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(oneLine).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

const oneLine = (cell: string) => cell.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

const LINES = 500;
const LINE_CHARACTERS = 2_000;

type Lines = {
  /** The first line, from 1 on. */
  from: number;
  /** How many; never more than 500. */
  lines?: number | undefined;
  /** The argument with which one reads on. */
  option: string;
};

/** Lines of a text with their numbers, and how to get the rest. */
export function numbered(text: string, { from, lines = LINES, option }: Lines): string {
  const all = text.split(/\r?\n/);
  if (from > all.length) return `(only ${all.length} lines could be read)`;
  const shown = all
    .slice(from - 1, from - 1 + Math.min(lines, LINES))
    .map(
      (line, i) =>
        `${from + i}\t${line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)} …` : line}`,
    );
  const next = from + shown.length;
  return [...shown, ...(next <= all.length ? [`(read on with ${option} ${next})`] : [])].join('\n');
}
