import { and, eq, getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { type PgColumn, PgJsonb, type PgTable, PgText } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { type Db, jsonOf, type Queries } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { isWellFormed, wellFormed } from '../../src/lib/well-formed.ts';
import { tables, textColumns } from '../support/text-columns.ts';
import { useStorage } from '../support/use-storage.ts';

/* Whatever text is given to a statement, Postgres takes it, and finds it again by what was given. */

let db: Db;
useStorage((storage) => {
  db = storage.db;
});

const HOSTILE = `nul \0 half \ud83d other half \udc00 bidi \u202e\u2066 long Z${'\u0301'.repeat(200)} 👨‍👩‍👧‍👦\ufeff`;

/** Values of the columns that hold no text; what texts refer to is not looked at while rows are tried. */
const OTHERS: Readonly<Record<string, unknown>> = {
  boolean: true,
  number: 1,
  date: new Date(0),
  string: '2026-01-01',
  custom: Buffer.from('bytes'),
};

function hostileValue(column: PgColumn): unknown {
  if (is(column, PgJsonb)) return { [HOSTILE]: [HOSTILE, { deep: HOSTILE }] };
  return is(column, PgText) ? HOSTILE : OTHERS[column.dataType];
}

const hostileRow = (table: PgTable) =>
  Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([key, column]) => [key, hostileValue(column)]),
  );

/** What rows refer to, and what is counted of them, is left out of the trial. */
async function trial(work: (queries: Queries) => Promise<void>): Promise<void> {
  await db.transaction('a trial', async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await work(tx);
  });
}

test('the schema has its tables and columns of text', async () => {
  const names = (await tables()).map((table) => getTableName(table));
  const { rows } = (await db.execute(
    sql`select table_name as name from information_schema.tables where table_schema = 'ml_intern'`,
  )) as unknown as { rows: { name: string }[] };
  expect(names.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  expect((await textColumns()).length).toBeGreaterThan(100);
});

test('every table takes a row of hostile texts, keeps them well-formed, and finds it by what was given', async () => {
  const columns = await textColumns();
  for (const table of await tables()) {
    const name = getTableName(table);
    await trial(async (tx) => {
      const row = hostileRow(table);
      await tx.delete(table);
      const [kept] = await tx.insert(table).values(row).returning();
      expect(isWellFormed(kept), name).toBe(true);
      await tx.update(table).set(row);
      const texts = columns.filter((one) => one.table === table && is(one.column, PgText));
      const found = await tx
        .select()
        .from(table)
        .where(and(...texts.map(({ column }) => eq(column, HOSTILE))));
      expect(found, name).toEqual([kept]);
      for (const [key, column] of Object.entries(getTableColumns(table))) {
        if (is(column, PgText)) expect(Reflect.get(Object(kept), key), key).toBe(wellFormed(HOSTILE));
      }
    });
  }
});

test('parts of JSON, lists and statements that are written out take any text, too', async () => {
  const part = sql`${sessions.settings}->>'title'`;
  await trial(async (tx) => {
    await tx.delete(sessions);
    await tx.execute(sql`insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
      values (${HOSTILE}, ${HOSTILE}, ${HOSTILE}, ${HOSTILE}, ${HOSTILE}, '{}', '{}')`);
    await tx.update(sessions).set({ settings: sql`${jsonOf(tx, { title: HOSTILE })}` });
    expect(await tx.select({ part }).from(sessions).where(eq(part, HOSTILE))).toHaveLength(1);
    const listed = sql`${sessions.channel} = any(${sql.param([HOSTILE, 'other'])}::text[])`;
    expect(await tx.select({ part }).from(sessions).where(listed)).toHaveLength(1);
    expect(await tx.$count(sessions, eq(sessions.channel, HOSTILE))).toBe(1);
    await tx.execute(sql`update ml_intern.sessions set channel = ${HOSTILE} where channel = ${HOSTILE}`);
  });
});
