import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { type PgColumn, PgJsonb, PgTable, PgText } from 'drizzle-orm/pg-core';
import { ROOT } from './root.ts';

/** A column of a table, by the names that they have in the database, as `sessions.state`. */
export type TextColumn = { name: string; table: PgTable; column: PgColumn };

const FOLDER = join(ROOT, 'src/db/schema');

/** Every table of the record, as the files of its schema export them. */
export async function tables(): Promise<PgTable[]> {
  const files = await Promise.all(readdirSync(FOLDER).map((file) => import(join(FOLDER, file))));
  return files.flatMap((file) => Object.values(file)).filter((value) => is(value, PgTable));
}

/** Every column of the record that holds text, by itself or in JSON: whoever adds one has it here. */
export async function textColumns(): Promise<TextColumn[]> {
  return (await tables()).flatMap((table) =>
    Object.values(getTableColumns(table))
      .filter((column) => is(column, PgText) || is(column, PgJsonb))
      .map((column) => ({ name: `${getTableName(table)}.${column.name}`, table, column })),
  );
}
