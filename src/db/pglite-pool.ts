import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import { outsideTransactions } from '../lib/transaction-scope.ts';

type Rows = { rows: never[]; rowCount: number };

/**
 * The part of a `pg.Pool` that BullMQ's Postgres backend uses, over one PGlite in this process. PGlite has a
 * single connection, so every client here is the same one; LISTEN/NOTIFY reaches clients through
 * `onNotification`. A client must not leave a transaction open: others would run inside it.
 */
export class PglitePool extends EventEmitter {
  readonly #db: PGlite;

  constructor(db: PGlite) {
    super();
    this.#db = db;
  }

  query(text: string, params?: readonly unknown[]): Promise<Rows> {
    return run(this.#db, text, params);
  }

  async connect(): Promise<PgliteClient> {
    return new PgliteClient(this.#db);
  }

  async end(): Promise<void> {}
}

class PgliteClient extends EventEmitter {
  readonly #db: PGlite;
  readonly #unsubscribe: () => void;

  constructor(db: PGlite) {
    super();
    this.#db = db;
    // Told in the middle of whichever query comes next, which may be one of somebody's transaction.
    this.#unsubscribe = db.onNotification((channel, payload) =>
      outsideTransactions(() => this.emit('notification', { channel, payload })),
    );
  }

  query(text: string, params?: readonly unknown[]): Promise<Rows> {
    return run(this.#db, text, params);
  }

  release(): void {
    this.#unsubscribe();
  }
}

/**
 * Without parameters a text may hold several statements (migrations do); the last one's rows are returned.
 */
async function run(db: PGlite, text: string, params: readonly unknown[] = []): Promise<Rows> {
  const result = params.length === 0 ? (await db.exec(text)).at(-1) : await db.query(text, [...params]);
  const rows = (result?.rows ?? []) as never[];
  return { rows, rowCount: result?.affectedRows ?? rows.length };
}
