import { listOf, Part, wordOf } from './rich-text.ts';
import { escapedOnce } from './text.ts';

/* Tables and charts as markdown has them, the first row as the head, in Slack's own form for text. */

/** A table, whose cells are printed by what knows them. */
export function tableOf({ rows, columns }: Part, cellOf: (cell: unknown) => string): string {
  const head = listOf(columns).map(({ title, name, text }) => cellOf(title ?? name ?? text));
  const body = (Array.isArray(rows) ? rows : []).map((row: unknown) => cellsOf(row).map(cellOf));
  return linesOf([...(head.some(Boolean) ? [head] : []), ...body]);
}

/** Cells of a row, which is a list of them or has one. */
function cellsOf(row: unknown): unknown[] {
  const cells = Array.isArray(row) ? row : Part.safeParse(row).data?.cells;
  return Array.isArray(cells) ? cells : [];
}

/** Rows of a chart that are told. */
const ROWS = 100;

/**
 * The figures of a chart: a row a label and a column a series, or the parts of a pie.
 * https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
 */
export function chartOf(given: unknown): string {
  const chart = Part.safeParse(given).data;
  if (chart === undefined) return '';
  const segments = listOf(chart.segments);
  if (segments.length > 0) {
    return linesOf([
      ['', 'value'],
      ...segments.slice(0, ROWS).map(({ label, value }) => [word(label), word(value)]),
    ]);
  }
  const series = listOf(chart.series);
  if (series.length === 0) return '';
  const axes = Part.safeParse(chart.axis_config).data;
  const categories = axes?.categories;
  const points = series.map(
    ({ data }) => new Map(listOf(data).map(({ label, value }) => [word(label), word(value)])),
  );
  const labels = [
    ...new Set([
      ...(Array.isArray(categories) ? categories.map(word) : []),
      ...points.flatMap((one) => [...one.keys()]),
    ]),
  ];
  const unit = word(axes?.y_label);
  const head = series.map(({ name }) => [word(name), unit && `(${unit})`].filter(Boolean).join(' '));
  const rows = labels.slice(0, ROWS).map((label) => [label, ...points.map((one) => one.get(label) ?? '')]);
  return linesOf([[word(axes?.x_label), ...head], ...rows]);
}

const word = (given: unknown): string => escapedOnce(wordOf(given));

function linesOf(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  if (head.length === 0) return '';
  const lines = rows.map((row) => {
    const cells = [...row, ...Array.from({ length: Math.max(0, head.length - row.length) }, () => '')];
    return `| ${cells.map(inCell).join(' | ')} |`;
  });
  return [...lines.slice(0, 1), `|${' --- |'.repeat(head.length)}`, ...lines.slice(1)].join('\n');
}

/** On one line, and with no bar that would end the cell; those of Slack's own links are none. */
const inCell = (text: string): string =>
  text.replaceAll('\n', ' ').replace(/<[^<>]*>|\|/g, (found) => (found === '|' ? '\\|' : found));
