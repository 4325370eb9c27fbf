import type { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Redaction } from '../lib/redaction.ts';
import { closedInTransactions, queryName } from '../lib/transaction-scope.ts';
import { databaseOf } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { PglitePool } from './pglite-pool.ts';
import { createRecordClock } from './record-clock.ts';

/** As in `storage.ts`, which reads this file where nothing but it is asked for. */
type Settings = {
  timed?: ((record: Clock) => Clock) | undefined;
  redaction?: Redaction | undefined;
};

type EmbeddedStorage = ReturnType<typeof embeddedStorage>;

/** Storage on the database of a data directory, which is opened for this process alone. */
export async function openEmbeddedStorage(directory: string, settings: Settings): Promise<EmbeddedStorage> {
  const { client, close } = await openEmbedded(directory);
  return embeddedStorage(client, close, settings);
}

/** With what an embedded database is asked. A transaction has a client of its own. */
const ASKING: ReadonlySet<string> = new Set(['query', 'sql', 'exec', 'transaction']);

/**
 * Storage on an embedded database that is open already, with both schemas up to date. Its time is this
 * process's: Postgres asks the same clock.
 */
export function embeddedStorage(
  client: PGlite,
  close: () => Promise<void>,
  { timed = (record) => record, redaction }: Settings = {},
) {
  const time = createRecordClock(async () => systemClock.now());
  const closed = closedInTransactions(client, ASKING, queryName);
  const db = databaseOf(drizzlePglite(closed), timed(time.clock), redaction);
  return {
    db,
    urgent: db,
    queues: { kind: 'postgres' as const, pool: new PglitePool(closed) },
    name: 'embedded',
    isExclusive: true,
    isReachable: async () => true,
    async close() {
      await time.stop();
      await close();
    },
  };
}
