import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { operations } from '../../src/db/schema/inbox.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createEngine, type Engine } from '../../src/runtime/engine.ts';
import { createTurns } from '../../src/runtime/turns.ts';
import { placesOf } from '../../src/session/store/places.ts';
import { type Backend, createBackend, describeOn, EVERYWHERE } from '../support/backends.ts';
import { until } from '../support/until.ts';

describeOn('who begins first where more is asked for than can be done', EVERYWHERE, (name) => {
  let backend: Backend;
  let storage: Storage;
  let engine: Engine;
  const log = createLogger('silent', (text) => text);
  beforeAll(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
  });
  afterEach(() => engine.close());
  afterAll(async () => {
    await storage.close();
    await backend.remove();
  });

  /** A session that has been asked something, or is worked on. */
  async function asked(workspace: string, person: string, isWorkedOn = false): Promise<string> {
    const id = randomIds.next('s');
    const address = { platform: 'slack', workspace, channel: 'C1', thread: id };
    const leaseUntil = isWorkedOn ? new Date(Date.now() + 60_000) : null;
    const requester = { id: person, name: person };
    await storage.db
      .insert(sessions)
      .values({ id, ...address, requester, state: { kind: 'idle' }, leaseUntil });
    const body = { kind: 'user_input', text: 'go' };
    if (!isWorkedOn)
      await storage.db.insert(operations).values({ sessionId: id, sourceId: id, kind: 'user_input', body });
    return id;
  }

  function queue() {
    engine = createEngine(storage.queues, randomIds.next('q'), log);
    return createTurns(engine, log, (ids) => placesOf(storage.db, ids));
  }

  /** Runs what waits, one after the other, and says in which order. */
  async function order(count: number): Promise<string[]> {
    const began: string[] = [];
    engine.worker('turns', { concurrency: 1 }, async (job) => {
      began.push((job.data as { sessionId: string }).sessionId);
    });
    await until('all have begun', () => began.length === count);
    return began;
  }

  test('workspaces take turns, and in each of them its people', async () => {
    const turns = queue();
    const [crowd, small] = [randomIds.next('T'), randomIds.next('T')];
    const ask = async (workspace: string, person: string) => {
      const id = await asked(workspace, person);
      await turns.wake(id);
      return id;
    };
    const many = [];
    for (let i = 0; i < 6; i++) many.push(await ask(crowd, 'U0ADA'));
    const other = await ask(crowd, 'U0GRACE');
    const stranger = await ask(small, 'U0LINUS');
    const second = await ask(small, 'U0LINUS');
    const began = await order(9);
    // The first of the crowd was there first; then the first of the others, and the second of each.
    expect(began.slice(0, 5)).toEqual([many[0], stranger, many[1], other, second]);
    expect(began.slice(5)).toEqual(many.slice(2));
  });

  test('who has much that is worked on comes after who has nothing', async () => {
    const turns = queue();
    const [crowd, small] = [randomIds.next('T'), randomIds.next('T')];
    for (let i = 0; i < 3; i++) await asked(crowd, 'U0ADA', true);
    const [again, first] = [await asked(crowd, 'U0ADA'), await asked(small, 'U0LINUS')];
    await turns.wake(again);
    await turns.wake(first);
    expect(await order(2)).toEqual([first, again]);
  });

  test('what the sweep finds waiting gets no better place than it has', async () => {
    const turns = queue();
    const [crowd, small] = [randomIds.next('T'), randomIds.next('T')];
    const many = [await asked(crowd, 'U0ADA'), await asked(crowd, 'U0ADA'), await asked(crowd, 'U0ADA')];
    await turns.takeOver(many.map((id) => ({ id, epoch: 0 })));
    const first = await asked(small, 'U0LINUS');
    await turns.wake(first);
    expect((await order(4))[0]).toBe(first);
  });

  test('a session that is in no record can be asked for all the same', async () => {
    const turns = queue();
    await turns.wake('s_unknown');
    expect(await order(1)).toEqual(['s_unknown']);
  });
});
