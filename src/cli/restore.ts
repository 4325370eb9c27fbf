import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PLATFORMS } from '../app/platforms.ts';
import { loadConfig } from '../config/load.ts';
import { verifyArchive } from '../db/archive-file.ts';
import { restoreEmbedded } from '../db/embedded.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';

const HELP = `npm run restore -- FILE               makes the embedded record (DATA_DIR) the one of a backup, where there is none yet
npm run restore -- FILE --replace     the same where there is one: that is moved aside, not deleted
`;

async function main(given: string, isReplaced: boolean): Promise<void> {
  const config = loadConfig(process.env, process.cwd(), PLATFORMS);
  if (config.secrets.DATABASE_URL !== undefined) {
    throw new ConfigError(
      'DATABASE_URL is set: that Postgres keeps the record. Restore it with pg_restore, or leave DATABASE_URL unset to restore the embedded record.',
    );
  }
  const directory = resolve(config.data_dir);
  const file = resolve(process.env.INIT_CWD ?? '', given); // npm runs this in the project's folder
  const head = await verifyArchive(file);
  const aside = await restoreEmbedded(directory, file, head, isReplaced);
  if (aside !== undefined) process.stdout.write(`What was there is in ${aside} now.\n`);
  process.stdout.write(
    `The record in ${directory} is the one of ${head.madeAt.toISOString()}: ${head.rows} rows. Start the bot, with the ENCRYPTION_KEY that it had then.\n`,
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { replace: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});
const [file] = positionals;
if (values.help || file === undefined || positionals.length > 1) process.stdout.write(HELP);
else {
  await main(file, values.replace).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
