import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { verifyArchive } from '../../src/db/archive-file.ts';
import { requestBackup } from '../../src/db/backup-requests.ts';
import { backUpEmbedded, type Embedded, openEmbedded, restoreEmbedded } from '../../src/db/embedded.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';
import { until } from '../support/until.ts';

let folder: string;
let record: string;
let archive: string;

const BYTES = randomBytes(300_000);
const STATE = { kind: 'idle', said: 'line\nfeed \u2028 \u2029 \r "quoted" \\ 🧪', nothing: null };

/** A record with values of every type that it has, and a backup of it. */
beforeAll(async () => {
  folder = mkdtempSync(join(FAST_FOLDER, 'ml-intern-backup-'));
  record = join(folder, 'record');
  archive = join(folder, 'backup.jsonl.gz');
  cpSync(inject('embeddedTemplate'), join(record, 'pg'), { recursive: true });
  const { client, close } = await openEmbedded(record);
  await client.query(
    `insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state, draft, lease_until, model_micro_usd)
       values ('s_1', 'slack', 'T1', 'C1', '1.1', '{}', $1, 'null'::jsonb, '2026-11-26 01:02:03.456789+00', 9007199254740991)`,
    [JSON.stringify(STATE)],
  );
  await client.query(
    `insert into ml_intern.operations (id, session_id, source_id, kind, body) values (41, 's_1', 'slack:1', 'message', '{}')`,
  );
  await client.query(`select setval('ml_intern.operations_id_seq', 41)`);
  const columns = await client.query<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns where table_schema = 'ml_intern' and table_name = 'files' and is_nullable = 'NO' and column_default is null`,
  );
  const values = columns.rows.map(({ name, type }) =>
    name === 'session_id' ? 's_1' : type === 'bytea' ? BYTES : type === 'integer' ? 1 : 'x',
  );
  await client.query(
    `insert into ml_intern.files (${columns.rows.map(({ name }) => `"${name}"`).join(', ')}) values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  );
  await close();
  await backUpEmbedded(record, archive);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function everything({ client }: Embedded): Promise<unknown> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'ml_intern' order by 1`,
  );
  const tables: Record<string, unknown> = {};
  for (const { name } of rows) {
    tables[name] = (await client.query(`select t::text from ml_intern."${name}" t order by 1`)).rows;
  }
  return tables;
}

test('a record is not restored over; with --replace it is moved aside, and what comes is what was backed up', async () => {
  const head = await verifyArchive(archive);
  const copy = join(folder, 'copy');
  cpSync(record, copy, { recursive: true });
  await expect(restoreEmbedded(copy, archive, head, false)).rejects.toThrow(
    /copy\/pg is not empty\. With --replace it is moved aside/,
  );
  const aside = await restoreEmbedded(copy, archive, head, true);
  expect(aside).toMatch(/copy\/pg\.before-/);
  expect(existsSync(join(aside ?? '', 'PG_VERSION'))).toBe(true);
  const [before, after] = [await openEmbedded(record), await openEmbedded(copy)];
  expect(await everything(after)).toEqual(await everything(before));
  const file = await after.client.query<{ bytes: Uint8Array }>('select bytes from ml_intern.files');
  expect(Buffer.from(file.rows[0]?.bytes ?? []).equals(BYTES)).toBe(true);
  const [next] = (await after.client.query(`select nextval('ml_intern.operations_id_seq')::int as id`)).rows;
  expect(next).toEqual({ id: 42 });
  const session = await after.client.query(
    `select draft is null as none, lease_until::text as until, state from ml_intern.sessions`,
  );
  expect(session.rows).toEqual([{ none: false, until: '2026-11-26 01:02:03.456789+00', state: STATE }]);
  await before.close();
  await after.close();
});

test('a backup is made by the process that has the record, while it goes on', async () => {
  const { client, close } = await openEmbedded(record);
  const request = requestBackup(record, 'asked-for.jsonl.gz');
  await until('the backup', () => request.state().kind === 'made');
  await client.query('select 1');
  await close();
  expect((await verifyArchive(join(record, 'backups/asked-for.jsonl.gz'))).rows).toBe(
    (await verifyArchive(archive)).rows,
  );
});

test('whoever asked for a backup that could not be made is told why', async () => {
  const { close } = await openEmbedded(record);
  mkdirSync(join(record, 'backups/hindered.gz.part'), { recursive: true });
  const request = requestBackup(record, 'hindered.gz');
  const answer = await until('an answer', () => {
    const state = request.state();
    return state.kind === 'failed' && state;
  });
  expect(answer.problem).toMatch(/is a directory|EISDIR/);
  request.withdraw();
  await close();
});

test('a record that somebody uses is neither restored over nor read by another process', async () => {
  const { close } = await openEmbedded(record);
  const head = await verifyArchive(archive);
  await expect(restoreEmbedded(record, archive, head, true)).rejects.toThrow(/is in use by process/);
  await expect(backUpEmbedded(record, join(folder, 'other.gz'))).rejects.toThrow(/is in use by process/);
  await close();
});

test.each([
  [
    'is a part of one',
    (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
    /ends too early: it is a part of a backup/,
  ],
  [
    'lacks its end',
    (bytes: Buffer) => again(bytes, (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
    /ends too early/,
  ],
  [
    'had a value changed',
    (bytes: Buffer) => again(bytes, (text) => text.replace('"slack"', '"slick"')),
    /its checksum is wrong/,
  ],
  [
    'lost a row',
    (bytes: Buffer) => again(bytes, (text) => text.replace(/^\["41".*\n/m, '')),
    /its checksum is wrong/,
  ],
  [
    'has a garbled byte',
    (bytes: Buffer) => Buffer.from(bytes).fill(0x5a, 100_000, 100_004),
    /has been changed since it was made|its checksum is wrong/,
  ],
  ['is something else', () => Buffer.from('PK something else'), /is no backup of this bot/],
  ['is compressed, and something else', () => gzipSync('{"hello":1}\n'), /is no backup of this bot/],
  ['is empty', () => Buffer.alloc(0), /ends too early|is no backup/],
  [
    'is of a newer format',
    (bytes: Buffer) => again(bytes, (text) => text.replace('"version":1', '"version":2')),
    /was made by a newer version of the bot/,
  ],
])('a file that %s is refused before anything is touched', async (_name, change, expected) => {
  const file = join(folder, 'changed.gz');
  writeFileSync(file, change(readFileSync(archive)));
  const error = await verifyArchive(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toMatch(expected);
});

const again = (bytes: Buffer, change: (text: string) => string): Buffer =>
  gzipSync(change(gunzipSync(bytes).toString()));

test('a backup of a newer schema is refused, and leaves nothing behind', async () => {
  const head = await verifyArchive(archive);
  const empty = join(folder, 'newer');
  await expect(restoreEmbedded(empty, archive, { ...head, schema: head.schema + 1 }, false)).rejects.toThrow(
    /was made by a newer version of the bot/,
  );
  expect(existsSync(empty)).toBe(false);
});

test('where there is no record there is nothing to back up, and none is begun', async () => {
  const empty = join(folder, 'nothing');
  await expect(backUpEmbedded(empty, join(folder, 'nothing.gz'))).rejects.toThrow(
    `There is no record in ${empty}: nothing to back up.`,
  );
  expect(existsSync(empty)).toBe(false);
});
