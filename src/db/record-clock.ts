import type { Pool } from 'pg';
import { type Clock, systemClock } from '../lib/clock.ts';

/** How often the database is asked for its time. */
const ASK_MS = 10_000;

/** The database's time as this process knows it, and what keeps that right. */
export type RecordClock = {
  clock: Clock;
  /** Asks for the time. Throws where the database does not answer, and then goes on with what it knows. */
  ask(): Promise<void>;
  stop(): Promise<void>;
};

/** What time it is on a server, now and not when a transaction began. */
export async function timeOf(server: Pick<Pool, 'query'>): Promise<Date> {
  const { rows } = await server.query<{ at: Date }>('select clock_timestamp() as at');
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not say what time it is');
  return row.at;
}

/**
 * The time of a database that `read` asks: again and again, and carried on in between by what this machine's
 * clock can't change. An answer that took long tells little and changes little: it moves the time only as far
 * as it proves it wrong.
 */
export function createRecordClock(read: () => Promise<Date>, own: Clock = systemClock): RecordClock {
  /** What is added to `monotonic`. Until the first answer it is this machine's time. */
  let offset = own.now().getTime() - own.monotonic();
  let isFirst = true;
  let asking: Promise<void> | undefined;

  async function once(): Promise<void> {
    const asked = own.monotonic();
    const at = (await read()).getTime();
    const [least, most] = [at - own.monotonic(), at - asked];
    offset = isFirst ? (least + most) / 2 : Math.min(Math.max(offset, least), most);
    isFirst = false;
  }

  function ask(): Promise<void> {
    asking ??= once().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  const end = own.every(ASK_MS, () => void ask().catch(() => {})); // known well enough until it answers
  return {
    clock: { ...own, now: () => new Date(own.monotonic() + offset) },
    ask,
    async stop() {
      end();
      await asking?.catch(() => {});
    },
  };
}
