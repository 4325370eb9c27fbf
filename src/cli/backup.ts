import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PLATFORMS } from '../app/platforms.ts';
import { loadConfig } from '../config/load.ts';
import { verifyArchive } from '../db/archive-file.ts';
import { backupFolder, requestBackup } from '../db/backup-requests.ts';
import { DirectoryInUse } from '../db/directory-lock.ts';
import { backUpEmbedded } from '../db/embedded.ts';
import { systemClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';

const HELP = `npm run backup               writes the embedded record to a file in DATA_DIR/backups; the bot may be running
npm run backup -- FILE       writes it to FILE
`;

/** How often is looked whether the bot has made the backup, and whether it has ended meanwhile. */
const LOOK_MS = 200;

/** The bot takes a request up within a second, if it is one that knows of them. */
const TAKE_UP_MS = 30_000;

/** Writes the record to a file, by whoever has the database: this process, or the bot that runs. */
async function backUp(directory: string, file: string): Promise<void> {
  if (existsSync(file)) throw new ConfigError(`${file} is there already. Name another file.`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const name = `ml-intern-${systemClock.now().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}.jsonl.gz`;
  for (;;) {
    try {
      return await backUpEmbedded(directory, file);
    } catch (error) {
      if (!(error instanceof DirectoryInUse)) throw error;
      if (await madeByTheBot(directory, name, error)) break;
    }
  }
  move(join(backupFolder(directory), name), file);
}

/** Whether the process that has the directory made the backup; if not, it has ended meanwhile. */
async function madeByTheBot(directory: string, name: string, inUse: DirectoryInUse): Promise<boolean> {
  const request = requestBackup(directory, name);
  try {
    for (let waited = 0; ; waited += LOOK_MS) {
      const state = request.state();
      if (state.kind === 'made') return true;
      if (state.kind === 'failed')
        throw new ConfigError(`The bot could not make the backup: ${state.problem}`);
      if (state.kind === 'wanted' && waited > TAKE_UP_MS) {
        throw new ConfigError(
          `${inUse.holder} uses ${directory} and makes no backup when it is asked to. Stop it, and try again.`,
        );
      }
      if (inUse.hasEnded()) return false;
      await systemClock.sleep(LOOK_MS);
    }
  } finally {
    request.withdraw();
  }
}

/** Also to another disk. */
function move(from: string, to: string): void {
  if (from === to) return;
  try {
    renameSync(from, to);
  } catch {
    copyFileSync(from, to);
    rmSync(from);
  }
}

async function main(given: string | undefined): Promise<void> {
  const config = loadConfig(process.env, process.cwd(), PLATFORMS);
  if (config.secrets.DATABASE_URL !== undefined) {
    throw new ConfigError(
      'DATABASE_URL is set: that Postgres keeps the record. Back it up with: pg_dump --format=custom --schema=ml_intern --schema=ml_intern_migrations "$DATABASE_URL"',
    );
  }
  const directory = resolve(config.data_dir);
  const time = systemClock.now().toISOString().slice(0, 19).replaceAll(':', '-');
  const file = resolve(
    process.env.INIT_CWD ?? '',
    given ?? join(backupFolder(directory), `ml-intern-${time}.jsonl.gz`),
  );
  await backUp(directory, file);
  const { rows } = await verifyArchive(file);
  const mb = (statSync(file).size / 1_000_000).toFixed(1);
  process.stdout.write(`The record is in ${file}: ${rows} rows, ${mb} MB, read again and found whole.\n`);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
if (values.help || positionals.length > 1) process.stdout.write(HELP);
else {
  await main(positionals[0]).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
