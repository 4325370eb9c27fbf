import { eachRecord } from './csv-records.ts';

/** How a table is written: its delimiter, and how many lines stand before its header. */
export type Dialect = {
  delimiter: string;
  /** Excel's own first line, `sep=;`, says the delimiter. */
  isSaid: boolean;
  /** Lines of comments before the header. */
  comments: number;
  /** Where the header begins. */
  from: number;
};

const DELIMITERS = [',', ';', '\t', '|'];

/** So much of a file tells how it is written. */
const SAMPLE_CHARACTERS = 100_000;
const SAMPLE_RECORDS = 200;

/** `usual`: what the name of the file says. */
export function dialectOf(text: string, usual: string): Dialect {
  const said = /^"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(text);
  if (said?.[1] !== undefined) {
    return { delimiter: said[1], isSaid: true, comments: 0, from: said[0].length };
  }
  const { comments, from } = leadingComments(text);
  const sample = text.slice(from, from + SAMPLE_CHARACTERS);
  const isCut = text.length > from + SAMPLE_CHARACTERS;
  let best = { delimiter: usual, score: 0 };
  for (const delimiter of [usual, ...DELIMITERS.filter((other) => other !== usual)]) {
    const score = shareAlike(sample, delimiter, isCut);
    if (score > best.score + (best.score > 0 ? 0.2 : 0)) best = { delimiter, score };
  }
  return { delimiter: best.delimiter, isSaid: false, comments, from };
}

/** The share of records that have as many fields as the first, where it has several. */
function shareAlike(sample: string, delimiter: string, isCut: boolean): number {
  const counts: number[] = [];
  eachRecord(sample, delimiter, ({ fields, isBlank }, isLast) => {
    if (!isBlank && !(isLast && isCut)) counts.push(fields.length);
    return counts.length < SAMPLE_RECORDS;
  });
  const [header = 0, ...rows] = counts;
  if (header < 2) return 0;
  if (rows.length === 0) return 0.5;
  return rows.filter((count) => count === header).length / rows.length;
}

/** Lines that begin with # are comments, unless they have the fields of a header. */
function leadingComments(text: string): { comments: number; from: number } {
  let comments = 0;
  let from = 0;
  while (text.startsWith('#', from) && comments < MOST_COMMENTS) {
    const end = /\r\n|\n|\r/g;
    end.lastIndex = from;
    const found = end.exec(text);
    if (found === null) break;
    const next = found.index + found[0].length;
    const line = text.slice(from, found.index);
    const isNamed = DELIMITERS.some((sign) => {
      const signs = line.split(sign).length;
      return signs > 1 && signs === firstLine(text, next).split(sign).length;
    });
    const isWord =
      !/\s/.test(line.trim()) && !DELIMITERS.some((sign) => firstLine(text, next).includes(sign));
    if (isNamed || isWord) break;
    comments++;
    from = next;
  }
  return { comments, from };
}

const MOST_COMMENTS = 1_000;

const firstLine = (text: string, from: number): string =>
  text.slice(from, from + 10_000).split(/[\r\n]/, 1)[0] ?? '';
