import { sql } from 'drizzle-orm';
import type { Storage } from '../../src/db/storage.ts';

/** Everything that a record holds, in every schema and table, as text: what is not in it was not kept. */
export async function keptText({ db }: Pick<Storage, 'db'>): Promise<string> {
  const tables = await rows(
    db,
    sql`select format('%I.%I', table_schema, table_name) as value from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const kept: string[] = [];
  for (const table of tables) {
    kept.push(...(await rows(db, sql`select row_to_json(t)::text as value from ${sql.raw(table)} t`)));
  }
  return kept.join('\n');
}

async function rows(db: Storage['db'], query: ReturnType<typeof sql>): Promise<string[]> {
  const result = (await db.execute(query)) as unknown as { rows: { value: string }[] };
  return result.rows.map(({ value }) => value);
}
