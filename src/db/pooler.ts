import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { ConfigError } from '../lib/config-error.ts';

/** How the settings are called that a server is reached by. */
type UrlName = 'DATABASE_URL' | 'DATABASE_DIRECT_URL';

/**
 * Whether clients keep a session of their own on the server. Behind a pooler in transaction mode (PgBouncer's
 * `pool_mode = transaction`, and others like it) each transaction may run in another session: what one has
 * set, listens to or has locked is another's with the next statement. Told by two clients that see the same
 * session, or by one that sees two; and by a notification that does not arrive.
 */
export async function keepsSessions(pool: pg.Pool): Promise<boolean> {
  const [a, b] = await Promise.all([pool.connect(), pool.connect()]);
  try {
    const first = await sessionOf(a);
    // While b is in a transaction, nobody else is given its session.
    await b.query('begin');
    const held = await sessionOf(b);
    const meanwhile = await sessionOf(a);
    await b.query('commit');
    const last = await sessionOf(a);
    const isOwn = held !== first && meanwhile === first && last === first;
    return isOwn && (await hears(a, b));
  } finally {
    a.release();
    b.release();
  }
}

async function sessionOf(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** A notification takes milliseconds; a machine may be busy. */
const HEARD_WITHIN_MS = 5_000;

async function hears(listener: pg.PoolClient, speaker: pg.PoolClient): Promise<boolean> {
  const channel = `ml_intern_${randomBytes(6).toString('hex')}`;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const heard = () => resolve(true);
  const timer = setTimeout(() => resolve(false), HEARD_WITHIN_MS);
  listener.on('notification', heard);
  try {
    await listener.query(`listen ${channel}`);
    await speaker.query(`notify ${channel}`);
    return await promise;
  } finally {
    clearTimeout(timer);
    listener.off('notification', heard);
    await listener.query(`unlisten ${channel}`);
  }
}

/** Whether two pools lead to the same database of the same running server. */
export async function isSameDatabase(a: pg.Pool, b: pg.Pool): Promise<boolean> {
  const identity =
    'select oid::text, pg_postmaster_start_time()::text as since from pg_database where datname = current_database()';
  const [one, other] = await Promise.all([a.query(identity), b.query(identity)]);
  return JSON.stringify(one.rows) === JSON.stringify(other.rows);
}

/** Connects once and begins a transaction. Throws ConfigError where a pooler refuses that. */
export async function reach(pool: pg.Pool, name: UrlName): Promise<void> {
  try {
    const client = await pool.connect();
    const taken = client.query('begin').then(() => client.query('commit'));
    await taken.finally(() => client.release());
  } catch (error) {
    throw asRefusal(error, name);
  }
}

/** What is said where a pooler takes no `options=`. */
export const optionsRefused = (name: string): string =>
  `${name} has "options", which the pooler that it leads through refuses. Take them out of the URL (set them with ALTER ROLE … SET instead), or let the pooler pass them by: ignore_startup_parameters = options.`;

/** Makes what a pooler refuses a sentence that says what to do; any other error passes as it is. */
function asRefusal(error: unknown, name: UrlName): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.includes('unsupported startup parameter')) {
    return new ConfigError(optionsRefused(name));
  }
  if (error.message.includes('not allowed in statement pooling mode')) {
    return new ConfigError(
      `${name} leads through a pooler in statement mode, which takes no transactions. Set its pool_mode to transaction or session for this database.`,
    );
  }
  return error;
}

/** What is said where the queues would have to share sessions. */
export function sharedSessions(name: UrlName): ConfigError {
  const remedy =
    name === 'DATABASE_URL'
      ? 'set DATABASE_DIRECT_URL to the same database without the pooler (or through it in session mode)'
      : 'have it lead to the database itself (or through the pooler in session mode)';
  return new ConfigError(
    `${name} leads through a pooler that shares sessions between clients (transaction mode), which queues on Postgres can't work with: ${remedy}, or run the queues on Redis with REDIS_URL.`,
  );
}

export const ANOTHER_DATABASE =
  'DATABASE_DIRECT_URL leads to another database than DATABASE_URL. It has to be the same one, without the pooler.';
