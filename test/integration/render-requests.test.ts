import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createEngine, type Engine, type Process } from '../../src/runtime/engine.ts';
import { createRenders, runRenders } from '../../src/runtime/renders.ts';
import * as record from '../../src/session/store/record.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { type Backend, createBackend, describeOn, EVERYWHERE } from '../support/backends.ts';
import { ADA, assistant } from '../support/snapshots.ts';
import { until } from '../support/until.ts';

const RATE = { perMinute: 60_000, burst: 100, per: 'workspace' as const };
const LEASE_MS = 1_000;

/** Something that is waited for, and opened from outside. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: () => resolve() };
}

/** A platform that notes which texts it shows; what is done in a delivery is `during`'s. */
function platform() {
  const shown: string[] = [];
  const on = { during: async (): Promise<void> => {}, intervalMs: 0 };
  async function taken(...what: unknown[]) {
    await on.during();
    shown.push(JSON.stringify(what));
    return { ok: true as const, platformId: `m${shown.length}` };
  }
  const outbound: Outbound = {
    rates: { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE },
    get editIntervalMs() {
      return on.intervalMs;
    },
    translate: ({ body }) => {
      const isText = body.kind === 'answer' || body.kind === 'status';
      return isText ? [{ kind: 'message', body: { text: JSON.stringify(body) } }] : [];
    },
    post: taken,
    edit: taken,
    remove: async () => ({ ok: true, platformId: '' }),
    find: async () => undefined,
    plainer: () => [],
  };
  return { outbound, shown, on };
}

describeOn('what asks for renders', EVERYWHERE, (name) => {
  let backend: Backend;
  let storage: Storage;
  const engines: Engine[] = [];
  beforeAll(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    // Each engine listens to the pool for as long as that lives; here it outlives many.
    if (storage.queues.kind === 'postgres') storage.queues.pool.setMaxListeners(0);
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()));
  });
  afterAll(async () => {
    await storage.close();
    await backend.remove();
  });

  /** A session whose thread is empty, and a queue of renders whose runs are in the hands of `around`. */
  async function thread(around: (run: () => ReturnType<Process>, count: number) => ReturnType<Process>) {
    const { db } = storage;
    const log = createLogger('silent', (text) => text);
    const prefix = randomIds.next('q');
    const engineOf = () => {
      const engine = createEngine(storage.queues, prefix, log);
      engines.push(engine);
      return engine;
    };
    const runs = { begun: 0, ended: 0 };
    const counting = (engine: Engine, more: object): Engine => ({
      ...engine,
      worker: (queue, options, process) =>
        engine.worker(queue, { ...options, ...more }, async (job) => {
          const count = ++runs.begun;
          try {
            return await around(() => process(job), count);
          } finally {
            runs.ended++;
          }
        }),
    });
    async function jobs() {
      const states = ['active', 'waiting', 'delayed'] as const;
      const counts = { active: 0, waiting: 0, delayed: 0 };
      for (const state of states) {
        const found = await queue.getJobs([state]);
        counts[state] = found.filter((job) => job?.data.sessionId === id).length;
      }
      return counts;
    }
    const { outbound, shown, on } = platform();
    // What a rate gives to wait is no whole millisecond.
    const clock = { ...systemClock, elsewhere: (ms: number) => Math.floor(ms) + 0.5 };
    const deps = { db, clock, log, outboundOf: () => outbound, leaseMs: LEASE_MS };
    const engine = engineOf();
    const queue = engine.queue('renders');
    const id = randomIds.next('s');
    const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
    await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
    await db.transaction('a request', (tx) => record.openExchange(tx, id, 1, []));
    const renders = createRenders(engine, log);
    return {
      ...{ id, renders, runs, shown, on },
      /** Begins to run what is asked for, in a process more. */
      work: (more = {}) => runRenders(counting(engineOf(), more), deps, 4),
      says: (text: string) =>
        db.transaction('an answer', (tx) => record.addMessage(tx, id, 1, assistant(text))),
      drafts: (text: string) => db.transaction('a draft', (tx) => record.setDraft(tx, id, { text })),
      showsNewest: (text: string) =>
        until(
          () => `${text} is shown, and not ${shown.join(' ')}`,
          () => shown.some((one) => one.includes(text)),
          5_000,
        ),
      /** Jobs that run, wait, or wait for their time. */
      jobs,
      atRest: () =>
        until('nothing runs or waits', async () => {
          const { active, waiting } = await jobs();
          return active === 0 && waiting === 0 && runs.begun === runs.ended;
        }),
    };
  }

  const tags = name === 'postgres' ? ['long'] : []; // its queue is the embedded one's
  const changes = name === 'postgres+redis' ? 1_000 : 200; // a queue in the database takes longer
  test(`${changes} changes while one render runs end in one more, which shows the newest`, {
    tags,
  }, async () => {
    const { work, says, drafts, renders, id, on, runs, showsNewest, atRest, jobs } = await thread((run) =>
      run(),
    );
    const [begun, held] = [gate(), gate()];
    on.during = () => {
      begun.open();
      return held.passed;
    };
    work();
    await says('the first');
    await renders.request(id);
    await begun.passed;
    for (let i = 1; i <= changes; i++) {
      if (i % 100 === 0) await drafts(`change ${i}.`);
      await (i % 2 === 0 ? renders.progress([id]) : renders.request(id));
    }
    expect(await jobs()).toEqual({ active: 1, waiting: 0, delayed: 0 });
    held.open();
    await showsNewest(`change ${changes}.`);
    await atRest();
    expect(runs.begun).toBe(2);
    expect(await jobs()).toEqual({ active: 0, waiting: 0, delayed: 0 });
  });

  test('what is asked for before anything runs is one render', async () => {
    const { work, says, renders, id, runs, showsNewest, atRest } = await thread((run) => run());
    await says('the first');
    for (let i = 0; i < 100; i++) await (i % 2 === 0 ? renders.progress([id]) : renders.request(id));
    work();
    await showsNewest('the first');
    await atRest();
    expect(runs.begun).toBe(1);
  });

  test('what is asked for while one fails is shown', async () => {
    const [begun, held] = [gate(), gate()];
    const { work, says, renders, id, runs, showsNewest, atRest } = await thread(async (run, count) => {
      if (count > 1) return run();
      begun.open();
      await held.passed;
      throw new Error('it breaks');
    });
    work();
    await says('the first');
    await renders.request(id);
    await begun.passed;
    await says('the second');
    await Promise.all([renders.request(id), renders.progress([id]), renders.request(id)]);
    held.open();
    await showsNewest('the second');
    await atRest();
    expect(runs.begun).toBe(2);
  });

  test('what is asked for after a render has looked, before its job has ended, is shown', async () => {
    const [looked, held] = [gate(), gate()];
    const { work, says, renders, id, runs, showsNewest, atRest } = await thread(async (run, count) => {
      const left = await run();
      if (count === 1) {
        looked.open();
        await held.passed;
      }
      return left;
    });
    work();
    await says('the first');
    await renders.request(id);
    await looked.passed;
    await says('the second');
    await renders.progress([id]);
    held.open();
    await showsNewest('the second');
    await atRest();
    expect(runs.begun).toBe(2);
  });

  test('what is urgent waits for no progress, and that for its time: one job in all', async () => {
    const { work, says, drafts, renders, id, on, runs, shown, showsNewest, atRest, jobs } = await thread(
      (run) => run(),
    );
    on.intervalMs = 50_000;
    work();
    await drafts('I am');
    await renders.request(id);
    await showsNewest('I am');
    await drafts('I am about');
    await renders.request(id);
    await until('progress is shown, or waits', async () => shown.length > 1 || (await jobs()).delayed === 1);
    await drafts('I am about to');
    await renders.request(id);
    await until('progress waits', async () => (await jobs()).delayed === 1);
    await atRest();
    const before = runs.begun;
    for (let i = 0; i < 10; i++) await renders.progress([id]);
    expect(await jobs()).toEqual({ active: 0, waiting: 0, delayed: 1 });
    expect(runs.begun).toBe(before);
    await says('this is urgent');
    await renders.request(id);
    await until('it is shown', () => shown.some((text) => text.includes('this is urgent')));
    await atRest();
    expect((await jobs()).delayed).toBeLessThanOrEqual(1);
  });

  test('what is asked for while one has looked and has to wait is shown at once', async () => {
    const [looked, held] = [gate(), gate()];
    let isHeld = false;
    const { work, says, drafts, renders, id, on, shown, showsNewest, atRest, jobs } = await thread(
      async (run) => {
        const left = await run();
        if (left && !isHeld) {
          isHeld = true;
          looked.open();
          await held.passed;
        }
        return left;
      },
    );
    on.intervalMs = 50_000;
    work();
    await drafts('I am');
    await renders.request(id);
    await showsNewest('I am');
    let words = 0;
    await until('a render has to wait', async () => {
      await drafts(`I am about to do ${++words} things`);
      await renders.request(id);
      return isHeld;
    });
    await looked.passed;
    await says('this is urgent');
    await renders.request(id);
    held.open();
    await until('it is shown', () => shown.some((text) => text.includes('this is urgent')));
    await atRest();
    await until('the rest waits', async () => (await jobs()).delayed <= 1);
  });

  test('what is asked for while one is killed is shown once its lease is over', {
    tags: 'long',
  }, async () => {
    const [begun, held] = [gate(), gate()];
    const { work, says, renders, id, runs, showsNewest } = await thread(async (run, count) => {
      if (count > 1) return run();
      begun.open();
      await held.passed;
      return undefined;
    });
    work({ skipLockRenewal: true }); // as one that does not live any more
    await says('the first');
    await renders.request(id);
    await begun.passed;
    await says('the second');
    await renders.request(id);
    work();
    await showsNewest('the second');
    held.open();
    expect(runs.begun).toBeGreaterThanOrEqual(2);
  });
});
