import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Db } from '../db/database.ts';
import type { Logger } from '../lib/log.ts';
import { knownSessions } from '../session/store/abandoned.ts';

/** The queues' keys on a Redis: an installation's own, because several may share one. */
export const prefixOf = (prefix: string, installation: string): string => `${prefix}:${installation}`;

const NAMES = ['turns', 'renders', 'pings'];

/** If Redis is away for longer than this many tries, the next start does it. */
const TRIES = 10;

type Foreign = { id: string; sessionId: string; remove(): Promise<unknown> };

/**
 * Before installations had prefixes of their own, their jobs were all below `prefix`. What waits there for a
 * session of this record is found again by maintenance, and is removed here: nobody takes it up any more.
 * What is another installation's stays. Returns how much was removed.
 */
export async function emptyOlderQueues(url: string, prefix: string, db: Db, log: Logger): Promise<number> {
  const connection = new Redis(url, { retryStrategy: (times) => (times > TRIES ? null : 500) });
  connection.on('error', (error) => log.debug({ err: error }, 'the older queues can not be asked'));
  try {
    let removed = 0;
    for (const name of NAMES) {
      if ((await connection.exists(`${prefix}:${name}:meta`)) === 0) continue; // making a queue would make it
      const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true });
      queue.on('error', (error) => log.debug({ err: error, queue: name }, 'an older queue has trouble'));
      removed += await emptyOf(queue, db);
      await queue.close();
    }
    return removed;
  } finally {
    connection.disconnect();
  }
}

async function emptyOf(queue: Queue, db: Db): Promise<number> {
  const schedulers = (await queue.getJobSchedulers()).map(({ key, template }) => ({
    id: key,
    sessionId: sessionOf(template?.data),
    remove: () => queue.removeJobScheduler(key),
  }));
  const jobs = (await queue.getJobs(['waiting', 'delayed', 'prioritized'])).map((job) => ({
    id: job.id ?? '',
    sessionId: sessionOf(job.data),
    remove: () => job.remove(),
  }));
  const found: Foreign[] = [...schedulers, ...jobs];
  const ours = await knownSessions(db, [...new Set(found.map(({ sessionId }) => sessionId))]);
  let removed = 0;
  for (const { sessionId, remove } of found) {
    if (!ours.has(sessionId)) continue;
    // One that a process of the older version has right now, or that went with its scheduler, is not removed.
    removed += await remove().then(
      () => 1,
      () => 0,
    );
  }
  return removed;
}

const sessionOf = (data: unknown): string =>
  data instanceof Object && 'sessionId' in data ? String(data.sessionId) : '';
