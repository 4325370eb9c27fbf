import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openEmbedded } from '../../src/db/embedded.ts';
import { POSTGRES_VERSION, prepareDirectory } from '../../src/db/embedded-files.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(FAST_FOLDER, 'ml-intern-directory-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A database that has been used and closed, with where the table is in it. */
let closed: string;
let table = '';
beforeAll(async () => {
  closed = mkdtempSync(join(FAST_FOLDER, 'ml-intern-closed-'));
  cpSync(inject('embeddedTemplate'), join(closed, 'pg'), { recursive: true });
  const { client, close } = await openEmbedded(closed);
  await client.query("insert into ml_intern.installation (id) values ('mine')");
  table = await fileOf(client, 'ml_intern.installation');
  await close();
});
afterAll(() => rmSync(closed, { recursive: true, force: true }));

/** A copy of that one. */
function used(): string {
  cpSync(closed, directory, { recursive: true });
  return join(directory, 'pg');
}

/** What a start says, in one line that names the place. */
async function refusal(): Promise<string> {
  const error = await openEmbedded(directory).then(
    async ({ close }) => {
      await close();
      return new Error('it was opened');
    },
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).not.toMatch(/\n|Aborted|at .*:\d+/);
  expect(message).toContain(directory);
  return message;
}

const RESTORE = /It is left as it is\. Restore a backup with: npm run restore -- FILE --replace\./;

test('a first start makes a database of its version, in place of one that was never finished', async () => {
  mkdirSync(join(directory, 'pg.unfinished/base'), { recursive: true }); // what a start that was killed has left
  await (await openEmbedded(directory)).close();
  expect(readFileSync(join(directory, 'pg/PG_VERSION'), 'utf8').trim()).toBe(POSTGRES_VERSION);
  expect(existsSync(join(directory, 'pg.unfinished'))).toBe(false);
});

test('a data directory that is made is for its owner alone', () => {
  prepareDirectory(join(directory, 'new/data'));
  expect(statSync(join(directory, 'new/data')).mode & 0o077).toBe(0);
});

test('a database without its PG_VERSION is refused, and nothing of it changes', async () => {
  const path = used();
  rmSync(join(path, 'PG_VERSION'));
  const before = readdirSync(path, { recursive: true }).length;
  expect(await refusal()).toMatch(/holds a damaged database: PG_VERSION is missing or empty\./);
  expect(await refusal()).toMatch(RESTORE);
  expect(readdirSync(path, { recursive: true }).length).toBe(before);
  writeFileSync(join(path, 'PG_VERSION'), `${POSTGRES_VERSION}\n`);
  const { client, close } = await openEmbedded(directory);
  expect((await client.query('select id from ml_intern.installation')).rows).toEqual([{ id: 'mine' }]);
  await close();
});

test('files that are no database are refused, whatever they are', async () => {
  mkdirSync(join(directory, 'pg'));
  writeFileSync(join(directory, 'pg/holiday.jpg'), 'sand');
  expect(await refusal()).toMatch(/pg holds files, but no database\..*npm run restore/);
  expect(readdirSync(join(directory, 'pg'))).toEqual(['holiday.jpg']);
});

test('a database of another Postgres is refused, with the way over', async () => {
  const path = used();
  writeFileSync(join(path, 'PG_VERSION'), '17\n');
  expect(await refusal()).toMatch(
    /holds a database of Postgres 17; this version of the bot reads Postgres 18\. Make a backup with the version/,
  );
});

test.each([
  [
    'a missing folder',
    (path: string) => rmSync(join(path, 'pg_wal'), { recursive: true }),
    /pg_wal is missing/,
  ],
  ['no control file', (path: string) => rmSync(join(path, 'global/pg_control')), /pg_control is missing/],
  [
    'a control file that was cut off',
    (path: string) => truncateSync(join(path, 'global/pg_control'), 100),
    /can't be used \(could not read file .*pg_control/,
  ],
  [
    'an empty control file',
    (path: string) => truncateSync(join(path, 'global/pg_control')),
    /can't be used \(could not read file .*pg_control/,
  ],
  [
    'a write-ahead log that is gone',
    (path: string) => rmSync(join(path, 'pg_wal', logOf(path))),
    /can't be used \(could not locate a valid checkpoint record/,
  ],
  [
    'a write-ahead log that was cut off',
    (path: string) => truncateSync(join(path, 'pg_wal', logOf(path)), 100),
    /can't be used \(could not locate a valid checkpoint record/,
  ],
  [
    'a transaction log that is gone',
    (path: string) => rmSync(join(path, 'pg_xact/0000')),
    /can't be used \(could not access status of transaction/,
  ],
  [
    'settings that were garbled',
    (path: string) => writeFileSync(join(path, 'postgresql.conf'), 'shared_buffers = = 3\n'),
    /can't be used \(.*postgresql\.conf/,
  ],
])('%s is told in a sentence', async (_name, damage, expected) => {
  damage(used());
  const said = await refusal();
  expect(said).toMatch(expected);
  expect(said).toMatch(RESTORE);
});

const logOf = (path: string): string =>
  readdirSync(join(path, 'pg_wal')).find((name) => /^[0-9A-F]{24}$/.test(name)) ?? '';

/** The file that a table is in. */
async function fileOf(client: PGlite, table: string): Promise<string> {
  const { rows } = await client.query<{ file: string }>('select pg_relation_filepath($1) as file', [table]);
  return rows[0]?.file ?? '';
}

test.each([
  ['is gone', (file: string) => rmSync(file), /base\/5\/\d+ is missing/],
  ['is empty', (file: string) => truncateSync(file), /base\/5\/\d+ has 0 of its 8192 bytes/],
  [
    'has other bytes',
    (file: string) => {
      const bytes = readFileSync(file);
      bytes.fill(0xff, 8000, 8010);
      writeFileSync(file, bytes);
    },
    /base\/5\/\d+ has been changed since it was closed/,
  ],
])(
  'a table whose file %s is told at the start, before anybody misses what was in it',
  async (_name, damage, expected) => {
    damage(join(used(), table));
    expect(await refusal()).toMatch(expected);
  },
);

test('a database whose process was killed is no damaged one', async () => {
  const path = used();
  const note = readFileSync(`${path}.files.json`);
  const { client, close } = await openEmbedded(directory);
  await client.query("update ml_intern.installation set id = 'other'");
  const killed = mkdtempSync(join(FAST_FOLDER, 'ml-intern-killed-'));
  cpSync(path, join(killed, 'pg'), { recursive: true });
  writeFileSync(join(killed, 'pg.files.json'), note); // that of another close
  await close();
  const again = await openEmbedded(killed);
  expect((await again.client.query('select id from ml_intern.installation')).rows).toEqual([{ id: 'other' }]);
  await again.close();
  rmSync(killed, { recursive: true });
});

test('a file where the directory should be is told', async () => {
  rmSync(directory, { recursive: true });
  writeFileSync(directory, 'not a directory');
  expect(await refusal()).toMatch(/is a file, but DATA_DIR has to be a directory\. Move the file away/);
  expect(readFileSync(directory, 'utf8')).toBe('not a directory');
});

test('a file where the database should be is told', async () => {
  writeFileSync(join(directory, 'pg'), 'not a directory');
  expect(await refusal()).toMatch(/pg is a file, but/);
});

test('a link to nothing is told: a disk that is not mounted must not begin an empty record', async () => {
  symlinkSync(join(directory, 'unmounted'), join(directory, 'pg'));
  expect(await refusal()).toMatch(/pg is a link to what is not there\. Is a disk not mounted\?/);
  rmSync(directory, { recursive: true });
  symlinkSync('/nowhere/at/all', directory);
  expect(await refusal()).toMatch(/is a link to what is not there\. Is a disk not mounted\?/);
});

test('a link to a database on another disk is followed', async () => {
  const elsewhere = join(directory, 'elsewhere');
  cpSync(join(closed, 'pg'), elsewhere, { recursive: true });
  symlinkSync(elsewhere, join(directory, 'pg'));
  const { client, close } = await openEmbedded(directory);
  expect((await client.query('select id from ml_intern.installation')).rows).toEqual([{ id: 'mine' }]);
  await close();
});
