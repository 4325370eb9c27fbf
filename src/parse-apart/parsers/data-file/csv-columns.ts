import { listed } from './file.ts';

/** What pandas, and `load_dataset` with it, take for a missing value. */
const MISSING = new Set([
  '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL',
  'NaN', 'None', 'n/a', 'nan', 'null',
]); // biome-ignore format: a list

/** What the cells of columns are that loads as something else than it looks. */
export function columnNotes(columns: readonly string[], sample: readonly string[][]): string[] {
  const zeros: string[] = [];
  const commas: string[] = [];
  const thousands: string[] = [];
  const missing = new Map<string, number>();
  for (const [i, column] of columns.entries()) {
    const values = sample.map((row) => row[i] ?? '').filter((value) => value !== '');
    for (const value of values) if (MISSING.has(value)) missing.set(value, (missing.get(value) ?? 0) + 1);
    const said = values.filter((value) => !MISSING.has(value));
    if (said.length === 0) continue;
    if (said.every(isDigits) && said.some((value) => /^0\d/.test(value))) zeros.push(column);
    else if (said.some((value) => value.includes(',')) && said.every(hasThousands)) thousands.push(column);
    else if (said.some((value) => value.includes(',')) && said.every(isDecimalComma)) commas.push(column);
  }
  return [
    ...(zeros.length > 0
      ? [
          `Numbers of ${listed(zeros)} begin with zeros, as ids do: they are lost unless it is read as text (dtype=str).`,
        ]
      : []),
    ...(commas.length > 0
      ? [`Numbers of ${listed(commas)} have a decimal comma: they load as text unless decimal="," is given.`]
      : []),
    ...(thousands.length > 0
      ? [
          `Numbers of ${listed(thousands)} have commas between thousands: they load as text unless thousands="," is given.`,
        ]
      : []),
    ...(missing.size > 0
      ? [
          `Of its first rows some cells say ${listed(cells(missing))}: pandas and load_dataset read that as a missing value (keep_default_na=False keeps it).`,
        ]
      : []),
  ];
}

const cells = (missing: ReadonlyMap<string, number>): string[] =>
  [...missing].map(([word, count]) => `"${word}" (${count})`);

const isDigits = (value: string): boolean => /^\d+$/.test(value);
const hasThousands = (value: string): boolean => /^[-+]?\d{1,3}(?:,\d{3})*(?:\.\d+)?$/.test(value);
const isDecimalComma = (value: string): boolean => /^[-+]?[\d.]+(?:,\d+)?$/.test(value);
