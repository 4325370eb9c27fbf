import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueConnection } from '../db/storage.ts';
import { answersWithin } from '../ops/answers.ts';
import { systemClock } from '../ops/clock.ts';
import type { Logger } from '../ops/log.ts';

/** BullMQ on whatever it runs on: queues and workers by name, closed together. */
export type Engine = {
  queue(name: string): Queue;
  worker(
    name: string,
    options: Partial<WorkerOptions>,
    process: (job: Job, token: string | undefined) => Promise<void>,
  ): Worker;
  /** Whether what the queues run on answers. */
  isReachable(): Promise<boolean>;
  /** Stops taking jobs; resolves when those that run have ended. */
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
};

/** Jobs leave nothing behind: the record has what they were about, the log has what failed. */
export const LEAVE_NOTHING: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
};

/** How soon BullMQ gives a dead worker's job to another: within the lease that it would have had on its session. */
export function locks(leaseMs: number): Partial<WorkerOptions> {
  return { lockDuration: leaseMs, stalledInterval: Math.max(1_000, leaseMs / 2), maxStalledCount: 1_000 };
}

const ASK_MS = 1_500;

/** How long workers without a job may take to close. */
const CLOSE_MS = 4_000;
const POLL_MS = 100;

/**
 * Adds a job, or gives up waiting for it after a moment: a queue that is away keeps nobody from going on, because the
 * record has the work and upkeep asks for it again. The job may still be added later; asking twice is harmless. Says
 * whether the queue took it.
 */
export async function ask(log: Logger, adding: Promise<unknown>): Promise<boolean> {
  const asked = adding.then(
    () => true,
    (error: unknown) => {
      log.warn({ err: error }, 'a job could not be queued; upkeep will ask again');
      return false;
    },
  );
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ASK_MS);
  const isTaken = await Promise.race([asked, promise]);
  clearTimeout(timer);
  if (isTaken === undefined) log.warn('the queue does not answer; upkeep will ask again');
  return isTaken ?? false;
}

/** `prefix` separates installations that share one Redis. */
export function createEngine(connection: QueueConnection, prefix: string, log: Logger): Engine {
  const redis =
    connection.kind === 'redis' ? new Redis(connection.url, { maxRetriesPerRequest: null }) : undefined;
  redis?.on('error', (error) => log.warn({ error: error.message }, 'redis is unavailable'));
  const queues: Queue[] = [];
  const workers: Worker[] = [];
  /** Jobs that are being worked on by this process. */
  let running = 0;

  /** BullMQ's types name a Redis connection; its Postgres backend takes the pool in the same place. */
  const base = {
    connection: (connection.kind === 'redis' ? redis : connection.pool) as QueueOptions['connection'],
    prefix,
  };
  const backend = connection.kind === 'redis' ? [] : [createPostgresBackend];

  function queue(name: string): Queue {
    const made: Queue = Reflect.construct(Queue, [name, base, ...backend]);
    made.on('error', (error) => log.warn({ queue: name, error: error.message }, 'queue error'));
    queues.push(made);
    return made;
  }

  function worker(
    name: string,
    options: Partial<WorkerOptions>,
    process: (job: Job, token: string | undefined) => Promise<void>,
  ): Worker {
    const counted = async (job: Job, token: string | undefined) => {
      running++;
      try {
        await process(job, token);
      } finally {
        running--;
      }
    };
    const made: Worker = Reflect.construct(Worker, [name, counted, { ...base, ...options }, ...backend]);
    made.on('error', (error) => log.warn({ queue: name, error: error.message }, 'worker error'));
    made.on('failed', (job, error) => log.error({ queue: name, job: job?.data, err: error }, 'a job failed'));
    workers.push(made);
    return made;
  }

  async function stopWorkers(): Promise<void> {
    const closing = Promise.all(workers.splice(0).map((made) => made.close()));
    const isClosed = await Promise.race([closing.then(() => true), idleFor(CLOSE_MS)]);
    if (!isClosed) log.warn('a queue did not close; nothing runs on it any more');
  }

  /**
   * Resolves once no job has run for so long. A worker whose connection was lost while it ended a job may wait for ever
   * when it is closed (seen with BullMQ 6.7); what it would still do is done by another one after the lock's time.
   */
  async function idleFor(ms: number): Promise<false> {
    for (let idle = 0; idle < ms; idle += POLL_MS) {
      await systemClock.sleep(POLL_MS);
      if (running > 0) idle = 0;
    }
    return false;
  }

  async function close(): Promise<void> {
    await stopWorkers();
    await Promise.all(queues.map((made) => made.close()));
    redis?.disconnect();
  }

  /** On the database there is nothing besides the record itself to ask. */
  async function isReachable(): Promise<boolean> {
    if (redis === undefined) return true;
    return answersWithin(ASK_MS, redis.ping());
  }

  return { queue, worker, isReachable, stopWorkers, close };
}
