/* A file of reviews as people have them, and what is left of it once it is cleaned. */

const TEXTS = [
  'arrived broken, and nobody answers',
  'works as described',
  'the best lamp, ever',
  'too loud for an office',
  'fine for the price',
  'stopped after a week',
  'easy to set up',
  'the colour is another one',
  'would buy again',
  'smells of plastic',
  'sturdy, and light',
  'the manual is useless',
] as const;

const isGood = (i: number): boolean => [1, 2, 4, 6, 8, 10].includes(i);
const quoted = (text: string): string => (text.includes(',') ? `"${text}"` : text);

/** Ways in which people write one label. */
const POSITIVE = ['pos', 'Positive', 'POS', ' pos'] as const;
const NEGATIVE = ['neg', 'negative', 'NEG ', 'Neg'] as const;

const dirty = TEXTS.map((text, i) => `${quoted(text)},${(isGood(i) ? POSITIVE : NEGATIVE)[i % 4]}`);

/** With two rows twice, one of them in another spelling, and rows without a text or a label. */
export const DIRTY_CSV = `text,label
${[...dirty.slice(0, 5), dirty[1], ',pos', ...dirty.slice(5, 9), 'no idea what to say,', 'would buy again,positive', ...dirty.slice(9), ',', dirty[3]].join('\n')}
`;

/** As `text|label`. */
export const CLEAN_ROWS: readonly string[] = TEXTS.map((text, i) => `${text}|${isGood(i) ? 'pos' : 'neg'}`);

/** The rows of a file of rows, in the same form; of a CSV with a head. */
export function rowsIn(name: string, text: string): string[] {
  if (/\.jsonl?$/.test(name)) return jsonRows(text);
  const separator = name.endsWith('.tsv') ? '\t' : ',';
  const [head = [], ...rows] = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => cells(line, separator));
  const [at, label] = [head.indexOf('text'), head.indexOf('label')];
  return rows.map((row) => `${row[at] ?? ''}|${row[label] ?? ''}`);
}

function cells(line: string, separator: string): string[] {
  const found = line.matchAll(new RegExp(`(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}]*))`, 'g'));
  return [...found].map(([, inQuotes, plain = '']) => inQuotes?.replaceAll('""', '"') ?? plain);
}

function jsonRows(text: string): string[] {
  const rows: unknown[] = text.trim().startsWith('[')
    ? JSON.parse(text)
    : text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
  return rows.map((row) => {
    const { text: said, label } = Object(row);
    return `${String(said)}|${String(label)}`;
  });
}
