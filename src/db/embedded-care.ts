import type { PGlite } from '@electric-sql/pglite';

/** How often it is looked for something to do. */
const LOOK_MS = 60_000;

/**
 * A table is tidied when so many of its rows have changed since, and that share of them besides: as
 * autovacuum does.
 */
const CHANGED = { rows: 500, share: 0.2 } as const;

/** The log of changes is cut when so much was written since: as a server does long before `max_wal_size`. */
const LOG_BYTES = 32 * 2 ** 20;

/**
 * Does for an embedded database what processes of its own do for a server's, and PGlite has none (0.5:
 * `autovacuum` is on and never runs, the log of changes is cut at a shutdown alone): without it a bot that
 * runs for weeks fills the disk with rows that were changed long ago, and with its log. Failures are told as
 * warnings, and tried again at the next look.
 */
export function careFor(client: PGlite): { stop(): Promise<void> } {
  let caring: Promise<void> | undefined;
  const timer = setInterval(() => {
    caring ??= care(client)
      .catch((error: unknown) => process.emitWarning(`the record could not be tidied: ${String(error)}`))
      .finally(() => {
        caring = undefined;
      });
  }, LOOK_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await caring;
    },
  };
}

/** One look. Each table is a statement of its own, so that others have their turns in between. */
export async function care(client: PGlite): Promise<void> {
  const { rows } = await client.query<{ name: string }>(CHANGED_TABLES, [CHANGED.rows, CHANGED.share]);
  for (const { name } of rows) await client.exec(`vacuum (analyze, truncate false) ${name}`);
  const log = await client.query<{ isLong: boolean }>(LONG_LOG, [LOG_BYTES]);
  if (log.rows[0]?.isLong) await client.exec('checkpoint');
}

const CHANGED_TABLES = `
  select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
  where greatest(n_dead_tup, n_mod_since_analyze) > $1::float8 + $2::float8 * n_live_tup`;

const LONG_LOG = `
  select pg_current_wal_lsn() - redo_lsn > $1::numeric as "isLong" from pg_control_checkpoint()`;
