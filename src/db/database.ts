import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type {
  PgDatabase,
  PgDialect,
  PgQueryResultHKT,
  PgTable,
  PgTransactionConfig,
} from 'drizzle-orm/pg-core';
import type { Clock } from '../lib/clock.ts';
import { createRedaction, type Redaction } from '../lib/redaction.ts';
import { inTransaction, refuseInTransaction } from '../lib/transaction-scope.ts';
import { wellFormed, wellFormedValue } from '../lib/well-formed.ts';
import { keptRow, UNCHANGED } from './kept-rows.ts';
import { MADE_AT } from './schema/columns.ts';

type Drizzle = PgDatabase<PgQueryResultHKT>;

type Statements = Pick<
  Drizzle,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'execute' | '$count'
> & {
  /** The record's time: what statements are given, and what rows that are inserted are stamped with. */
  readonly clock: Clock;
  /** What every row that is written passes: nothing secret is kept. */
  readonly redaction: Redaction;
};

/**
 * The record, each statement by itself. A function that takes a `Db` may open a transaction, ask others or
 * wait, and so can't be called inside a transaction: a `Tx` is no `Db`.
 */
export type Db = Statements & {
  readonly kind: 'database';
  /**
   * Runs `work` in one transaction: all of it is committed, or nothing where it throws. Inside there are the
   * queries of `tx` and pure functions; anything else that reaches out throws NotInTransaction, which gives
   * the transaction's `name`.
   */
  transaction<T>(name: string, work: (tx: Tx) => Promise<T>, config?: PgTransactionConfig): Promise<T>;
};

/** The record inside a transaction, until that ends. */
export type Tx = Statements & { readonly kind: 'transaction' };

/** For functions that ask one thing, or write one thing by itself: in a transaction or not. */
export type Queries = Db | Tx;

/** A moment in the text of a statement; columns of drizzle take a Date as it is. */
export const moment = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

/** A value as the text of a statement has it: it passes what rows pass. */
export const jsonOf = ({ redaction }: Pick<Statements, 'redaction'>, value: unknown): SQL =>
  sql`${JSON.stringify(wellFormedValue(redaction.value(value, UNCHANGED)))}::jsonb`;

/** The one place that opens transactions, and that every row passes which is written. */
export function databaseOf(drizzle: Drizzle, clock: Clock, redaction: Redaction = createRedaction()): Db {
  takeAnyText(drizzle);
  const begin = drizzle.transaction.bind(drizzle);
  const transaction: Db['transaction'] = async (name, work, config) => {
    refuseInTransaction(() => `another transaction, "${name}",`);
    return begin(
      (opened) =>
        inTransaction(name, async () => {
          const own: Drizzle = Object.create(opened); // drizzle still commits with `opened` when this is retired
          const tx: Tx = Object.assign(own, {
            kind: 'transaction' as const,
            clock,
            redaction,
            ...writing(opened, clock, redaction),
          });
          try {
            return await work(tx);
          } finally {
            retire(tx, name);
          }
        }),
      config,
    );
  };
  const db: Drizzle = Object.create(drizzle);
  return Object.assign(db, {
    kind: 'database' as const,
    clock,
    redaction,
    ...writing(drizzle, clock, redaction),
    transaction,
  });
}

/**
 * Makes the texts of every statement, in transactions too, what they were kept as: a row is looked up by
 * what people or models wrote, Postgres refuses a statement with NUL in it, and finds nothing by half of a
 * character.
 */
function takeAnyText(drizzle: Drizzle): void {
  const dialect: Pick<PgDialect, 'sqlToQuery'> = Reflect.get(drizzle, 'dialect'); // transactions share it
  const toQuery = dialect.sqlToQuery.bind(dialect);
  dialect.sqlToQuery = (...of) => {
    const query = toQuery(...of);
    return { ...query, params: query.params.map(takenText) };
  };
}

function takenText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(takenText);
  return typeof value === 'string' ? wellFormed(value) : value;
}

/**
 * `insert` gives a row the time it is made at, where it is given none: what the database would put there by
 * itself is for older versions that run beside this one. Both take secrets out of what they write.
 */
function writing(drizzle: Drizzle, clock: Clock, redaction: Redaction): Pick<Drizzle, 'insert' | 'update'> {
  return {
    insert(table) {
      const stamped = stamping(table, clock);
      const kept = (row: object) => keptRow(table, stamped(row), redaction);
      return changing(drizzle.insert(table), {
        values: (rows) => (Array.isArray(rows) ? rows.map(kept) : kept(Object(rows))),
        onConflictDoUpdate: (clause) => {
          const set: unknown = Reflect.get(Object(clause), 'set');
          return { ...Object(clause), set: keptRow(table, Object(set), redaction) };
        },
      });
    },
    update: (table) =>
      changing(drizzle.update(table), { set: (row) => keptRow(table, Object(row), redaction) }),
  };
}

function stamping(table: PgTable, clock: Clock): (row: object) => object {
  const made = Object.entries(getTableColumns(table)).flatMap(([key, column]) =>
    column.default === MADE_AT ? [key] : [],
  );
  return (row) => {
    const now = clock.now();
    return { ...Object.fromEntries(made.map((key) => [key, now])), ...row };
  };
}

/** A builder of a statement, some of whose steps are given something else than what their caller gave. */
function changing<Builder extends object>(
  builder: Builder,
  steps: Readonly<Record<string, (given: unknown) => unknown>>,
): Builder {
  return new Proxy(builder, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const change = typeof name === 'string' && Object.hasOwn(steps, name) ? steps[name] : undefined;
      if (change === undefined) return value.bind(target);
      return (given: unknown) => changing(Reflect.apply(value, target, [change(given)]), steps);
    },
  });
}

/** Whoever still has a transaction after its end would write outside of it, or into somebody else's. */
function retire(tx: Tx, name: string): void {
  const over = () => {
    throw new Error(`the transaction "${name}" is over`);
  };
  const methods = {
    select: over,
    selectDistinct: over,
    insert: over,
    update: over,
    delete: over,
    execute: over,
  };
  Object.assign(tx, methods);
}
