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
