import { getTableColumns, is, SQL } from 'drizzle-orm';
import { type PgColumn, PgJsonb, type PgTable } from 'drizzle-orm/pg-core';
import type { Redaction } from '../lib/redaction.ts';
import { wellFormed, wellFormedValue } from '../lib/well-formed.ts';
import { boardThreads } from './schema/boards.ts';
import { schedules, watches } from './schema/jobs.ts';
import { posts } from './schema/threads.ts';
import { toolServers } from './schema/tools.ts';
import { feedback, files, toolCalls } from './schema/transcript.ts';

/** Columns that hold words. All other columns of text hold ids, names that we gave, and encrypted texts. */
const WORDS: ReadonlySet<PgColumn> = new Set<PgColumn>([
  toolCalls.name,
  toolCalls.summary,
  watches.title,
  files.name,
  feedback.comment,
  feedback.personName,
  posts.streamed,
  schedules.lastShown,
  toolServers.problem,
  boardThreads.title,
]);

/**
 * What runs is kept as it is: calls' arguments, changed ones, too, and what was read for a call when people
 * were asked. A secret in them is refused before (`lib/secret-arguments.ts`).
 */
export const UNCHANGED: ReadonlySet<string> = new Set(['arguments', 'inlined', 'preview']);

/**
 * A row without secrets in its words and in its JSON, and of texts that Postgres keeps: it takes no NUL and
 * no half of a character, and a row with one would fail again and again. Parts that are SQL are for `jsonOf`.
 */
export function keptRow(table: PgTable, row: object, redaction: Redaction): object {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  return Object.fromEntries(
    Object.entries(row).map(([key, value]: [string, unknown]) => [
      key,
      keptValue(columns[key], value, redaction),
    ]),
  );
}

function keptValue(column: PgColumn | undefined, value: unknown, redaction: Redaction): unknown {
  if (column === undefined || value === null || is(value, SQL)) return value;
  if (is(column, PgJsonb)) return wellFormedValue(redaction.value(value, UNCHANGED));
  return typeof value === 'string' ? wellFormed(WORDS.has(column) ? redaction.text(value) : value) : value;
}
