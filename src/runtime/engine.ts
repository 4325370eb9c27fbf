import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  Queue,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import type { QueueConnection } from '../db/storage.ts';
import { answering } from '../lib/answers.ts';
import { randomIds, systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { withLogContext } from '../lib/log-context.ts';
import { onceAnHour } from '../lib/once-an-hour.ts';
import { NotInTransaction } from '../lib/transaction-scope.ts';
import { connectRedis, type QueueRedis } from './queue-redis.ts';
import { RetryingWorker } from './retrying-worker.ts';
import { createRoom, type Room } from './room.ts';

/**
 * Works on a job. What it may give back is done once the job has ended, when the queue has given its key to
 * whatever was asked for meanwhile; should the process die before, it is not done.
 */
export type Process = (job: Job) => Promise<(() => Promise<void>) | undefined | void>;

/** BullMQ on whatever it runs on: queues and workers by name, closed together. */
export type Engine = {
  queue(name: string): Queue;
  worker(name: string, options: Partial<WorkerOptions>, process: Process): void;
  /** Resolves once every queue and worker can be used. Throws where the server can't be used as it is. */
  ready(): Promise<void>;
  /** Whether jobs can be fetched and, on Redis, added. */
  isReachable(): Promise<boolean>;
  /** Why jobs can't be fetched, once a worker has found out. */
  trouble(): string | undefined;
  /**
   * Whether it is this process's turn at something that one process should do every `everyMs` milliseconds.
   * Where the processes can't agree (Redis is away, or the queues are in the database, where agreeing costs
   * as much as doing it), it is everybody's turn.
   */
  isOurTurn(what: string, everyMs: number): Promise<boolean>;
  /** Calls `listener` whenever jobs can't be fetched any more. */
  onTrouble(listener: () => void): void;
  /** Takes no more jobs; resolves when the running ones have ended, or after `graceMs`. */
  stopWorkers(graceMs: number): Promise<void>;
  close(): Promise<void>;
};

/** Finished jobs are removed: the record has what they did, and the log has what failed. */
export const LEAVE_NOTHING: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
};

/**
 * BullMQ gives a dead worker's job to another once its lease on the session has run out, half a lease later
 * at most.
 */
export function locks(leaseMs: number): Partial<WorkerOptions> {
  return { lockDuration: leaseMs, stalledInterval: Math.max(1_000, leaseMs / 2), maxStalledCount: 1_000 };
}

const ASK_MS = 1_500;

/** How long idle workers may take to close, and after them the queues and connections. */
const CLOSE_MS = 800;
const POLL_MS = 100;

/**
 * Adds a job, or stops waiting for the queue after a moment: a queue that is away must hold nobody up,
 * because the work is in the record and maintenance asks for it again. The job may still be added later;
 * asking twice is harmless. Returns whether the queue accepted it.
 */
export async function ask(log: Logger, adding: Promise<unknown>): Promise<boolean> {
  const asked = adding.then(
    () => true,
    (error: unknown) => {
      if (error instanceof NotInTransaction) throw error;
      log.warn({ err: error }, 'a job could not be queued; maintenance will ask again');
      return false;
    },
  );
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ASK_MS);
  const isTaken = await Promise.race([asked, promise]);
  clearTimeout(timer);
  if (isTaken === undefined) log.warn('the queue does not answer; maintenance will ask again');
  return isTaken ?? false;
}

/** `prefix` separates installations that share one Redis. */
export function createEngine(connection: QueueConnection, prefix: string, log: Logger): Engine {
  const redis = connection.kind === 'redis' ? connectRedis(connection.url) : undefined;
  const state: EngineState = {
    kind: connection.kind,
    prefix,
    log,
    redis,
    base: {
      // BullMQ's types name a Redis connection; its Postgres backend takes the pool in the same place.
      connection: (connection.kind === 'redis' ? redis : connection.pool) as QueueOptions['connection'],
      prefix,
    },
    backend: connection.kind === 'redis' ? [] : [createPostgresBackend],
    isNew: onceAnHour(systemClock),
    queues: [],
    workers: [],
    running: 0,
    room: createRoom(),
    ending: new Set(),
    isClosing: false,
    listeners: [],
  };
  redis?.on('error', (error) => complain(state, error));
  const isWritable = writableOn(state);
  const { queues, workers, listeners } = state;
  return {
    queue: (name) => addQueue(state, name),
    worker: (name, options, process) => addWorker(state, name, options, process),
    async ready() {
      await Promise.all([...queues, ...workers].map((made) => made.waitUntilReady()));
    },
    isReachable: async () => workers.every((made) => made.trouble === undefined) && isWritable(),
    isOurTurn: (what, everyMs) => isOurTurn(state, what, everyMs),
    trouble: () => workers.find((made) => made.trouble !== undefined)?.trouble?.message,
    onTrouble: (listener) => void listeners.push(listener),
    stopWorkers: (graceMs) => stopWorkers(state, graceMs),
    close: () => close(state),
  };
}

type EngineState = {
  kind: QueueConnection['kind'];
  prefix: string;
  log: Logger;
  /** Undefined where the queues are on the database. */
  redis: QueueRedis | undefined;
  base: QueueOptions;
  backend: (typeof createPostgresBackend)[];
  isNew: ReturnType<typeof onceAnHour>;
  queues: Queue[];
  workers: RetryingWorker[];
  /** How many jobs this process works on. */
  running: number;
  room: Room;
  /** What is done after jobs that have ended. */
  ending: Set<Promise<void>>;
  isClosing: boolean;
  listeners: (() => void)[];
};

/** Logs one line for an outage, however many queues and connections report it. */
function complain({ isClosing, log, kind }: EngineState, error: Error): void {
  if (!isClosing) log.warn({ err: error, on: kind }, 'the queues fail; they are tried again');
}

function addQueue(state: EngineState, name: string): Queue {
  const made: Queue = Reflect.construct(Queue, [name, state.base, ...state.backend]);
  made.on('error', (error) => complain(state, error));
  state.queues.push(made);
  return made;
}

function addWorker(
  state: EngineState,
  name: string,
  options: Partial<WorkerOptions>,
  process: Process,
): void {
  const { log, listeners } = state;
  const afterwards = new WeakMap<Job, () => Promise<void>>();
  let running = 0;
  const counted = async (job: Job) => {
    state.running++;
    running++;
    try {
      const left = await withLogContext(contextOf(name, job), () => process(job));
      if (left) afterwards.set(job, left);
    } finally {
      state.running--;
      running--;
    }
  };
  const made: RetryingWorker = Reflect.construct(RetryingWorker, [
    name,
    counted,
    { ...state.base, ...options },
    ...state.backend,
  ]);
  made.on('error', (error) => complain(state, error));
  made.on('completed', (job) => {
    const left = afterwards.get(job);
    if (left !== undefined) doAfterwards(state, left);
  });
  made.on('failed', (job, error) => {
    // Work on a session that can't be read comes up with every sweep.
    if (!state.isNew(JSON.stringify([name, job?.data, error.message]))) return;
    log.error({ queue: name, job: job?.data, err: error }, 'a job failed');
  });
  made.onTrouble = (trouble) => {
    if (trouble !== undefined) for (const listener of listeners) listener();
    else log.info({ queue: name }, 'the queues work again');
  };
  made.hasRoom = () => state.room(running);
  state.workers.push(made);
}

function doAfterwards(state: EngineState, left: () => Promise<void>): void {
  const doing = left()
    .catch((error: unknown) => complain(state, error instanceof Error ? error : new Error(String(error))))
    .finally(() => state.ending.delete(doing));
  state.ending.add(doing);
}

async function stopWorkers(state: EngineState, graceMs: number): Promise<void> {
  const closing = Promise.all(state.workers.splice(0).map((made) => made.close())).then(() =>
    Promise.all(state.ending),
  );
  const isClosed = await Promise.race([closing.then(() => true), idleFor(state, CLOSE_MS, graceMs)]);
  if (!isClosed) {
    state.log.warn({ running: state.running }, 'a queue did not close; nothing is taken from it any more');
  }
}

/**
 * Resolves once no job has run for `ms`, or `graceMs` have passed. A worker whose connection was lost as it
 * ended a job may wait for ever when it is closed (seen with BullMQ 6.7); another worker does what is left
 * once the job's lock has run out.
 */
async function idleFor(state: EngineState, ms: number, graceMs: number): Promise<false> {
  const until = systemClock.monotonic() + graceMs;
  for (let idle = 0; idle < ms && systemClock.monotonic() < until; idle += POLL_MS) {
    await systemClock.sleep(POLL_MS);
    if (state.running > 0) idle = 0;
  }
  return false;
}

async function close(state: EngineState): Promise<void> {
  state.isClosing = true;
  await stopWorkers(state, CLOSE_MS);
  await answering(CLOSE_MS, () => Promise.all(state.queues.map((made) => made.close())))();
  state.redis?.disconnect();
}

/** On the database there is nothing besides the record itself to ask. */
const writableOn = ({ redis, prefix }: EngineState): (() => Promise<boolean>) =>
  redis === undefined
    ? async () => true
    : answering(ASK_MS, async () => void (await redis.set(`${prefix}:asked`, '', 'EX', 60)));

/** A little less than the time between two turns, so that a timer that is late finds it open. */
async function isOurTurn({ redis, prefix }: EngineState, what: string, everyMs: number): Promise<boolean> {
  if (redis === undefined) return true;
  const { promise: late, resolve } = Promise.withResolvers<'OK'>();
  const timer = setTimeout(() => resolve('OK'), ASK_MS);
  const taken = redis.set(`${prefix}:turn:${what}`, '', 'PX', Math.ceil(everyMs * 0.9), 'NX');
  const answer = await Promise.race([taken.catch(() => 'OK' as const), late]);
  clearTimeout(timer);
  return answer === 'OK';
}

/** The context of a job's log lines: its session, and an id for this run of the job. */
function contextOf(name: string, { data }: Job): Record<string, string> {
  const { sessionId } = data as { sessionId?: string };
  return { ...(sessionId ? { session: sessionId } : {}), [RUNS[name] ?? 'job']: randomIds.next('r') };
}

const RUNS: Readonly<Record<string, string>> = { turns: 'turn', renders: 'render', pings: 'ping' };
