import { cpSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { migrateEmbedded } from '../../src/db/embedded.ts';
import { embeddedStorage } from '../../src/db/embedded-storage.ts';
import { PreparingPGlite } from '../../src/db/preparing-pglite.ts';
import type { Storage, StorageSettings } from '../../src/db/storage.ts';

/** An embedded database that users have one after another: empty at the start of each. */
export type Loan = {
  /** Opens it, again and again; what an earlier opening gave is closed by then, as with one of its own. */
  open(settings?: Pick<StorageSettings, 'timed' | 'redaction'>): Promise<Storage>;
  giveBack(): Promise<void>;
};

/** How long what a user left behind may take to end. */
const QUIET_MS = 10_000;

/** Where new databases are made, and the migrated one that they are copies of. */
export type LenderPlace = { scratch: string; template: string };

/**
 * Lends databases of this process. Starting one takes longer than most of what is done with it, so those that
 * nobody uses are kept; who asks while none is idle gets a new one.
 */
export function lenderAt(place: () => LenderPlace): { borrow(): Promise<Loan> } {
  const idle: PGlite[] = [];
  return {
    async borrow() {
      const database = idle.pop() ?? (await openFresh(place()));
      return loanOf(database, () => void idle.push(database));
    },
  };
}

function loanOf(database: PGlite, onReturn: () => void): Loan {
  let close: (() => void) | undefined;
  return {
    async open(settings = {}) {
      if (close !== undefined) throw new Error('the database is open already, and has one user at a time');
      const opened = lend(database);
      close = opened.close;
      return embeddedStorage(
        opened.client,
        async () => {
          opened.close();
          close = undefined;
        },
        settings,
      );
    },
    async giveBack() {
      close?.();
      await empty(database);
      onReturn();
    },
  };
}

async function openFresh({ scratch, template }: LenderPlace): Promise<PGlite> {
  const dataDir = await mkdtemp(join(scratch, 'shared-'));
  cpSync(template, dataDir, { recursive: true });
  const database = await PreparingPGlite.open({ dataDir });
  await migrateEmbedded(database);
  await database.exec(MAKE_EMPTY);
  return database;
}

/**
 * Deletes what a test has left. Throws where that can't be done, because a transaction of the test never
 * ends.
 */
async function empty(database: PGlite): Promise<void> {
  const late = new Promise<never>((_resolve, reject) => {
    const message = `a transaction on the record is still open ${QUIET_MS} ms after the bot has stopped`;
    setTimeout(() => reject(new Error(message)), QUIET_MS).unref();
  });
  await Promise.race([database.exec(EMPTY), late]);
}

/** What belongs to a connection, all rows but the list of BullMQ's migrations, and all counters. */
const EMPTY = `
  unlisten *;
  select pg_advisory_unlock_all();
  reset all;
  set search_path to bullmq, public;
  select pg_temp.empty();`;

/**
 * A function whose statements are planned once; those that it names come in any order, whatever refers to
 * whatever.
 */
const MAKE_EMPTY = `
  do $$
    begin
      execute (
        select 'create function pg_temp.empty() returns void language plpgsql set session_replication_role = replica as '
          || quote_literal('begin ' || string_agg(statement, ' ') || ' end')
        from (
          select format('delete from %I.%I;', schemaname, tablename) as statement from pg_tables
            where schemaname in ('ml_intern', 'bullmq') and tablename <> 'migration'
          union all
          select format('perform setval(%L, %s, false) from %1$s where is_called;',
            format('%I.%I', schemaname, sequencename), start_value) from pg_sequences
            where schemaname in ('ml_intern', 'bullmq')
        ) as statements
      );
    end $$;`;

/**
 * The database for one user. After `close` it is a closed one, so what still goes on can't reach the next
 * test.
 */
function lend(database: PGlite): { client: PGlite; close(): void } {
  let isClosed = false;
  const unsubscribes: (() => void)[] = [];
  const guard = <T extends object>(target: T, own: object = {}): T =>
    new Proxy(target, {
      get(_target, name) {
        const holder = name in own ? own : target;
        const value: unknown = Reflect.get(holder, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) =>
          isClosed ? Promise.reject(new Error('PGlite is closed')) : Reflect.apply(value, holder, given);
      },
    });
  const client = guard(database, {
    transaction: <T>(work: (transaction: Transaction) => Promise<T>) =>
      database.transaction((transaction) => work(guard(transaction))),
    onNotification(listener: (channel: string, payload: string) => void) {
      const unsubscribe = database.onNotification(listener);
      unsubscribes.push(unsubscribe);
      return unsubscribe;
    },
  });
  return {
    client,
    close() {
      isClosed = true;
      for (const unsubscribe of unsubscribes) unsubscribe();
    },
  };
}
