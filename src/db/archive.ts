import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { z } from 'zod';
import { ConfigError } from '../lib/config-error.ts';
import {
  type ArchiveHead,
  type ArchiveSequences,
  type ArchiveTable,
  readArchive,
  writeArchive,
} from './archive-file.ts';
import { MIGRATIONS } from './migrations.ts';
import { internSchema } from './schema/columns.ts';

/** Our tables. BullMQ's are left out: what waits in its queues is found again from the record. */
const SCHEMA = internSchema.schemaName;

/**
 * Writes the whole record to a file, as of one moment: everything else that is asked of the database waits
 * meanwhile. Values are written as Postgres's own text of them, so that a later version of Postgres reads
 * them.
 */
export function dumpRecord(client: PGlite, file: string): Promise<void> {
  return client.transaction(async (tx) => {
    const schema = await lastMigration(tx);
    await writeArchive(file, schema, dumpLines(tx));
  });
}

async function* dumpLines(tx: Transaction): AsyncIterable<{ text: string; isRow: boolean }> {
  for (const table of await tablesOf(tx)) {
    yield { text: JSON.stringify(table), isRow: false };
    const columns = table.columns.map(({ name }) => `${quoted(name)}::text`).join(', ');
    await tx.exec(
      `declare rows no scroll cursor for
         select array_to_json(array[${columns}])::text as row from ${SCHEMA}.${quoted(table.table)}`,
    );
    // A row with bytes may be many megabytes long.
    const many = table.columns.some(({ type }) => type === 'bytea') ? 1 : 500;
    for (;;) {
      const { rows } = await tx.query<{ row: string }>(`fetch ${many} from rows`);
      for (const { row } of rows) yield { text: row, isRow: true };
      if (rows.length === 0) break;
    }
    await tx.exec('close rows');
  }
  yield { text: JSON.stringify(await sequencesOf(tx)), isRow: false };
}

async function lastMigration(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ at: string | null }>(
    `select max(created_at)::text as at from ${MIGRATIONS.migrationsSchema}.__drizzle_migrations`,
  );
  return Number(rows[0]?.at ?? 0);
}

async function tablesOf(tx: Transaction): Promise<ArchiveTable[]> {
  const { rows } = await tx.query<ArchiveTable>(
    `select c.relname as table, json_agg(json_build_object('name', a.attname,
         'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and a.attgenerated = ''
       group by c.relname order by c.relname`,
    [SCHEMA],
  );
  return rows;
}

async function sequencesOf(tx: Transaction): Promise<ArchiveSequences> {
  const { rows } = await tx.query<{ name: string; value: string }>(
    `select sequencename as name, last_value::text as value from pg_sequences
       where schemaname = $1 and last_value is not null`,
    [SCHEMA],
  );
  return { sequences: Object.fromEntries(rows.map(({ name, value }) => [name, value])) };
}

/**
 * Fills an empty database with what `verifyArchive` has found whole: with the schema that the archive was
 * made with, which has to be a known one, and which the next opening brings up to date.
 */
export async function loadRecord(client: PGlite, file: string, head: ArchiveHead): Promise<void> {
  await migrateUpTo(client, head.schema);
  await client.transaction(async (tx) => {
    const tables = await tablesOf(tx);
    await tx.exec('set local session_replication_role = replica'); // in any order, whatever refers to whatever
    const names = tables.map(({ table }) => `${SCHEMA}.${quoted(table)}`);
    await tx.exec(`truncate ${names.join(', ')}`); // a migration may have filled one
    let into: Insert | undefined;
    for await (const line of readArchive(file)) {
      if (line.kind === 'row') {
        await into?.add(line.row);
        continue;
      }
      await into?.flush();
      if (line.kind === 'table') into = inserter(tx, line.table, tables);
      else await setSequences(tx, line.sequences);
    }
    await into?.flush();
  });
}

type Insert = { add(row: string): Promise<void>; flush(): Promise<void> };

/** A statement inserts so many rows, or so much text, at once. */
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 1_000_000;

/** Inserts rows into a table; types and names are the database's own, whatever the archive says. */
function inserter(tx: Transaction, from: ArchiveTable, tables: readonly ArchiveTable[]): Insert {
  const known = tables.find(({ table }) => table === from.table);
  const columns = from.columns.map(({ name }) => known?.columns.find((column) => column.name === name));
  if (known === undefined || columns.includes(undefined)) throw new ConfigError(NEWER);
  const names = columns.map((column) => quoted(column?.name ?? '')).join(', ');
  const values = columns.map((column, i) => `(r->>${i})::${column?.type}`).join(', ');
  const statement = `insert into ${SCHEMA}.${quoted(known.table)} (${names}) overriding system value
    select ${values} from json_array_elements($1::json) as r`;
  let batch: string[] = [];
  let size = 0;
  async function flush() {
    if (batch.length > 0) await tx.query(statement, [`[${batch.join(',')}]`]);
    batch = [];
    size = 0;
  }
  return {
    async add(row) {
      batch.push(row);
      size += row.length;
      if (batch.length >= BATCH_ROWS || size > BATCH_CHARACTERS) await flush();
    },
    flush,
  };
}

const NEWER = 'The backup was made by a newer version of the bot. Restore it with that version.';

async function setSequences(tx: Transaction, { sequences }: ArchiveSequences): Promise<void> {
  for (const [name, value] of Object.entries(sequences)) {
    await tx.query('select setval($1::regclass, $2::bigint)', [`${SCHEMA}.${quoted(name)}`, value]);
  }
}

/** Throws ConfigError where an archive's schema is none of this version's. */
export function requireKnownSchema({ schema }: ArchiveHead): void {
  if (!readJournal().entries.some(({ when }) => when === schema)) throw new ConfigError(NEWER);
}

const readJournal = () =>
  Journal.parse(JSON.parse(readFileSync(join(MIGRATIONS.migrationsFolder, 'meta/_journal.json'), 'utf8')));

const Journal = z.looseObject({ entries: z.array(z.looseObject({ when: z.number(), tag: z.string() })) });

/** Runs our migrations up to the one that was made at `schema`. */
async function migrateUpTo(client: PGlite, schema: number): Promise<void> {
  const folder = MIGRATIONS.migrationsFolder;
  const journal = readJournal();
  const entries = journal.entries.filter(({ when }) => when <= schema);
  const partly = mkdtempSync(join(tmpdir(), 'ml-intern-migrations-'));
  try {
    mkdirSync(join(partly, 'meta'));
    writeFileSync(join(partly, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) cpSync(join(folder, `${tag}.sql`), join(partly, `${tag}.sql`));
    await migrate(drizzle(client), { ...MIGRATIONS, migrationsFolder: partly });
  } finally {
    rmSync(partly, { recursive: true, force: true });
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
