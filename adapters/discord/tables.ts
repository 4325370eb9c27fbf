/** A row of a markdown table, as its cells. */
const splitRow = (line: string): string[] =>
  withoutEdges(line).map((cell) =>
    cell
      .trim()
      .replaceAll('\\|', '|')
      .replace(LINK, '$1')
      .replace(/\*\*|`/g, ''),
  );

const withoutEdges = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/);

const LINK = /\[([^[\]]+)\]\((https?:[^)[\s]+)\)/g;

const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/.test(line);
const isRule = (line: string): boolean =>
  line.includes('|') && withoutEdges(line).every((cell) => /^:?-+:?$/.test(cell.trim()));

/** Wider cells would make lines break on a phone, and so the table unreadable. */
const CELL = 40;

/**
 * Markdown in which tables, which Discord does not draw, are text in columns, with their links below. What
 * stands in code blocks is left as it is.
 */
export function tablesAsText(markdown: string): string {
  const lines = markdown.split('\n');
  const out: string[] = [];
  let isFenced = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
    if (isFenced || !isRow(line) || !isRule(lines[i + 1] ?? '')) {
      out.push(line);
      continue;
    }
    const first = i;
    for (i += 2; isRow(lines[i] ?? ''); i++);
    const body = lines.slice(first + 2, i);
    const rows = [line, ...body].map(splitRow);
    if (rows.length * widest(rows) > CELLS) {
      for (const row of lines.slice(first, i--)) out.push(row);
      continue;
    }
    const links = [line, ...body].flatMap((row) => row.match(LINK) ?? []);
    out.push('```', ...columns(rows), '```', ...(links.length > 0 ? [links.join(' · ')] : []));
    i--;
  }
  return out.join('\n');
}

/** Larger ones are no tables that anybody could read, and filling up all their rows would take long. */
const CELLS = 20_000;

const widest = (rows: readonly string[][]): number =>
  rows.reduce((most, { length }) => Math.max(most, length), 0);

function columns(rows: readonly string[][]): string[] {
  const shown = rows.map((row) =>
    row.map((cell) => (cell.length > CELL ? `${cell.slice(0, CELL - 1)}…` : cell)),
  );
  const widths = Array.from({ length: widest(shown) }, (_, i) =>
    Math.max(...shown.map((row) => row[i]?.length ?? 0)),
  );
  const [head = [], ...body] = shown.map((row) =>
    widths
      .map((width, i) => (row[i] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  );
  const isHeadless = String(head).trim() === '';
  return isHeadless ? body : [String(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body];
}
