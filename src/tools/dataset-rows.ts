import type { ViewerAnswer } from '../hub/datasets.ts';
import { cut } from '../lib/cut.ts';
import { capped, table } from '../lib/output.ts';

/* What is shown of a dataset's columns and rows: enough to know them, however large they are. */

const COLUMNS = 60;
const TYPE_CHARACTERS = 300;
const CELL_CHARACTERS = 300;
const ROW_CHARACTERS = 4_000;
/** Of a list, and of what is in it. */
const ITEMS = 5;
const FIELDS = 40;
const DEPTH = 6;

/** The first of a list, and how many others there are. */
export const some = (items: readonly string[], count: number): string =>
  [
    ...items.slice(0, count),
    ...(items.length > count ? [`and ${(items.length - count).toLocaleString('en')} more`] : []),
  ].join(', ');

/** Columns with their types, and the first rows. */
export function rowsText({ features, rows }: ViewerAnswer<'/first-rows'>, count: number): string {
  const shown = features.slice(0, COLUMNS);
  const rest = features.slice(COLUMNS).map(({ name }) => name);
  return [
    table(
      ['column', 'type'],
      shown.map(({ name, type }) => [cut(name, 200), typeText(type)]),
    ),
    rest.length > 0 ? `${rest.length} columns more: ${cut(some(rest, 100), 2_000)}` : '',
    ...rows.slice(0, count).map(({ row, truncated_cells }, i) => {
      const names = truncated_cells ?? [];
      const note = names.length > 0 ? ` (cut by the viewer: ${some(names, 20)})` : '';
      return `Row ${i + 1}${note}: ${capped(rowText(row, shown), ROW_CHARACTERS)}`;
    }),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const typeText = (type: unknown): string =>
  cut(
    JSON.stringify(type, (key, value) =>
      key === 'names' && Array.isArray(value) && value.length > 10
        ? [...value.slice(0, 10), `… ${value.length} in all`]
        : value,
    ) ?? 'unknown',
    TYPE_CHARACTERS,
  );

function rowText(row: Record<string, unknown>, columns: readonly { name: string; type?: unknown }[]): string {
  const cells = columns
    .filter(({ name }) => Object.hasOwn(row, name))
    .map(({ name, type }) => [name, shortened(row[name], kindOf(type), DEPTH)]);
  return JSON.stringify(Object.fromEntries(cells));
}

/** What a column holds where it is no data but a file, also within a list: `Image`, `Audio`. */
function kindOf(type: unknown): string | undefined {
  if (typeof type !== 'object' || type === null) return undefined;
  const { _type: name, feature } = type as { _type?: unknown; feature?: unknown };
  if (typeof name === 'string' && /^(?:Image|Audio|Video|Pdf)$/.test(name)) return name.toLowerCase();
  return feature === undefined ? undefined : kindOf(feature);
}

/** What a value is like, in some hundred characters. Addresses of files are signed: for us alone. */
function shortened(value: unknown, kind: string | undefined, depth: number): unknown {
  if (typeof value === 'string') return capped(unsigned(value), CELL_CHARACTERS);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    if (kind === 'audio' && value.every(isFile)) return fileText(value[0] ?? {}, kind);
    const items = value.slice(0, ITEMS).map((item) => shortened(item, kind, depth - 1));
    return value.length > ITEMS ? [...items, `… ${value.length.toLocaleString('en')} in all`] : items;
  }
  if (isFile(value)) return fileText(value, kind ?? 'file');
  const fields = Object.entries(value);
  const kept = fields.slice(0, FIELDS).map(([name, field]) => [name, shortened(field, undefined, depth - 1)]);
  if (fields.length > FIELDS) kept.push(['…', `${fields.length} fields in all`]);
  return Object.fromEntries(kept);
}

/** The viewer gives a file as where it can be had: https://huggingface.co/docs/dataset-viewer/first_rows. */
const isFile = (value: unknown): value is Record<string, unknown> & { src: string } =>
  typeof value === 'object' && value !== null && 'src' in value && typeof value.src === 'string';

function fileText(file: Record<string, unknown>, kind: string): string {
  const { width, height, type, size_bytes: bytes } = file;
  const facts = [
    kind,
    typeof width === 'number' && typeof height === 'number' ? `${width}×${height}` : '',
    typeof type === 'string' ? cut(type, 100) : '',
    typeof bytes === 'number' ? `${bytes.toLocaleString('en')} bytes` : '',
  ];
  return `[${facts.filter(Boolean).join(' ')}]`;
}

const unsigned = (text: string): string =>
  /^https?:\/\/[^\s?]*\?\S*(?:Signature=|Key-Pair-Id=|X-Amz-)/.test(text)
    ? text.slice(0, text.indexOf('?'))
    : text;

const LABELS = 10;

/** A line for each column; what is counted may be a part. */
export function statisticsText({ statistics, num_examples, partial }: ViewerAnswer<'/statistics'>): string {
  const lines = statistics.slice(0, COLUMNS).map(({ column_name, column_type, column_statistics: found }) => {
    const numbers = ['min', 'max', 'mean', 'median'].flatMap((name) => {
      const value = found?.[name];
      return typeof value === 'number' || typeof value === 'string' ? [`${name} ${rounded(value)}`] : [];
    });
    const missing = Number(found?.nan_count ?? 0);
    const labels = Object.entries((found?.frequencies as Record<string, unknown> | null | undefined) ?? {});
    const counts = labels.map(([name, times]) => `${cut(name, 60)} ${String(times)}×`);
    const facts = [
      ...numbers,
      missing > 0 ? `${missing.toLocaleString('en')} missing` : '',
      counts.length > 0 ? some(counts, LABELS) : '',
    ].filter(Boolean);
    return `- ${cut(column_name, 100)} (${column_type}): ${facts.join(', ') || 'nothing is counted'}`;
  });
  if (lines.length === 0) return '';
  const part = partial ? ', only the beginning of it' : '';
  return [`Statistics of ${num_examples.toLocaleString('en')} rows${part}:`, ...lines].join('\n');
}

const rounded = (value: number | string): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : cut(value, 40);
