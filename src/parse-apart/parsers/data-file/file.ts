import { capped } from '../../../lib/output.ts';

/** What a reader of one format is given. */
export type TextInput = { text: string; isPart: boolean };

/** What is wrong with a file, in words. */
type Broken = { ok: false; reason: string };

type Rows = {
  ok: true;
  format: 'csv' | 'json' | 'jsonl' | 'parquet';
  columns: string[];
  /** Of what was read. */
  rows: number;
  /** As JSON, with long texts cut. */
  first: string[];
  /** Sentences on what whoever loads it should know. */
  notes: string[];
  /** Which bytes its first rows are in, up to `to`, where these were not given. */
  rowsAt?: { from: number; to: number };
};

/** What a reader of one format makes of it; the rest is said of all formats alike. */
export type Read = Rows | Broken;

/** What is in a file of rows, or what is wrong with it. */
export type DataFile =
  | (Rows & {
      /** By the name that `iconv` and Python know; missing where the file is no text. */
      encoding?: string;
      /** Only the beginning of the rows was read. */
      isPart: boolean;
    })
  | Broken;

export const broken = (reason: string): Broken => ({ ok: false, reason });

/** Of what a file holds only so much is told. */
export const FIRST_ROWS = 10;
const ROW_CHARACTERS = 20_000;
const CELL_CHARACTERS = 300;

declare global {
  interface JSON {
    /** Stands in a text of JSON as it is: https://github.com/tc39/proposal-json-parse-with-source. */
    rawJSON(text: string): object;
  }
}

/**
 * A row as JSON, with its long texts cut and its numbers as exact as they are. Throws where it is nested so
 * deeply that nobody could read it.
 */
export function rowText(row: Record<string, unknown>): string {
  try {
    return capped(JSON.stringify(row, shown), ROW_CHARACTERS);
  } catch (error) {
    throw new Error('one of its first rows is nested too deeply', { cause: error });
  }
}

function shown(_key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return capped(value, CELL_CHARACTERS);
    case 'bigint':
      return JSON.rawJSON(String(value));
    case 'number':
      return Number.isFinite(value) ? value : String(value); // JSON has no NaN
    default:
      return value;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names as a sentence lists them, of many the first ones. */
export function listed(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
