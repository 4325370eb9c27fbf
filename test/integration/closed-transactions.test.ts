import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { connect } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { NotInTransaction } from '../../src/lib/transaction-scope.ts';
import { createEngine, type Engine } from '../../src/runtime/engine.ts';
import { createTurns, type Turns } from '../../src/runtime/turns.ts';
import { placesOf } from '../../src/session/store/places.ts';
import { createFetcher } from '../../src/web/fetcher.ts';
import { type Listening, listen } from '../doubles/http.ts';
import { type Backend, createBackend, describeOn, EVERYWHERE } from '../support/backends.ts';
import { ANSWER, keptAnswers } from '../support/kept-answers.ts';
import { ADA } from '../support/snapshots.ts';

describeOn('inside a transaction', EVERYWHERE, (name) => {
  let backend: Backend;
  let storage: Storage;
  let engine: Engine;
  let turns: Turns;
  let db: Db;
  let server: Listening;
  let requests = 0;
  const log = createLogger('silent', (text) => text);

  beforeAll(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    db = storage.db;
    engine = createEngine(storage.queues, 'closed', log);
    turns = createTurns(engine, log, (ids) => placesOf(db, ids));
    await turns.wake('warm');
    server = await listen(async (request, response) => {
      requests++;
      const isAsked = request.url !== '/';
      response.setHeader('content-type', isAsked ? 'application/json' : 'text/plain');
      response.end(isAsked ? JSON.stringify(ANSWER) : 'here');
    });
  });
  afterAll(async () => {
    await engine.close();
    await storage.close();
    await Promise.all([backend.remove(), server.close()]);
  });

  let made = 0;
  const begun = (tx: Tx) =>
    tx.insert(sessions).values({
      id: `s_${++made}`,
      platform: 'slack',
      workspace: 'T1',
      channel: 'C1',
      thread: `${made}`,
      requester: ADA,
      state: { kind: 'idle' },
    });
  const count = async () => db.$count(sessions);

  const port = () => Number(new URL(server.url).port);
  const attempts: readonly (readonly [what: string, attempt: () => Promise<unknown>, named: RegExp])[] = [
    [
      'another query',
      () => db.execute(sql`select 1 as other`),
      /a query on another connection \(select 1 as other\)/,
    ],
    [
      'another transaction',
      () => db.transaction('the inner one', async () => {}),
      /another transaction, "the inner one"/,
    ],
    ['a job for a queue', () => turns.wake('s1'), /inside the transaction "the outer one"/],
    ['a sleep', () => systemClock.sleep(1), /a sleep of 1 ms/],
    ['a fetch', () => fetch(server.url), /a request to http/],
    [
      'a page of the web',
      () =>
        createFetcher({
          cache: { find: async () => undefined, keep: async () => {} },
          clock: systemClock,
          trusted: [server.url],
        }).text({ url: server.url, signal: new AbortController().signal }),
      /a request to 127/,
    ],
    [
      'a request of node:http',
      () => new Promise((yes, no) => get(server.url, yes).on('error', no)),
      /a (request|connection)/,
    ],
    [
      'a connection',
      () => new Promise<void>((yes, no) => connect(port(), '127.0.0.1', yes).on('error', no)),
      /a connection/,
    ],
    ['a process', () => new Promise<void>((yes) => execFile('true', () => yes())), /a process/],
  ];

  test.each(attempts)(
    '%s is refused at once by name, and nothing of the transaction stays',
    async (_what, attempt, named) => {
      const [rows, sent] = [await count(), requests];
      const outer = db.transaction('the outer one', async (tx) => {
        await begun(tx);
        await attempt().catch(() => {}); // whoever minds no error does not get away with it
      });
      const error = await outer.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NotInTransaction);
      expect(String(error)).toMatch(named);
      expect(String(error)).toContain('inside the transaction "the outer one"');
      expect([await count(), requests]).toEqual([rows, sent]);
    },
  );

  test('what a port was told before is refused as what it has to ask for', async () => {
    const passed: string[] = [];
    for (const [what, ask, named] of await keptAnswers(db, server.url)) {
      const outer = db.transaction('the outer one', () => ask().then(() => {}));
      const error = String(await outer.catch((reason: unknown) => reason));
      if (!named.test(error) || !error.includes('inside the transaction')) passed.push(`${what}: ${error}`);
    }
    expect(passed).toEqual([]);
  });

  test('its own queries go through, and what is started in it may go on when it is over', async () => {
    const rows = await count();
    let later: Promise<unknown> = Promise.resolve();
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
    await db.transaction('the outer one', async (tx) => {
      await begun(tx);
      later = isOver.then(async () => {
        await systemClock.sleep(1);
        await db.transaction('one after it', async (next) => void (await begun(next)));
        expect(await turns.wake('later')).toBe(true);
        return fetch(server.url).then((response) => response.text());
      });
    });
    end();
    expect(await later).toBe('here');
    expect(await count()).toBe(rows + 2);
  });

  test('what others do meanwhile waits, and is not taken for a part of it', async () => {
    const { promise: isInside, resolve: inside } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const outer = db.transaction('the outer one', async (tx) => {
      await begun(tx);
      inside();
      await mayEnd;
    });
    await isInside;
    const others = Promise.all([
      db.execute(sql`select 1`),
      turns.wake('others'),
      fetch(server.url).then((response) => response.text()),
    ]);
    end();
    await outer;
    await others;
  });

  test('its handle is of no use when it is over', async () => {
    let kept: Tx | undefined;
    await db.transaction('the outer one', async (tx) => {
      kept = tx;
    });
    expect(() => kept && begun(kept)).toThrow('the transaction "the outer one" is over');
  });
});

test('a transaction is not taken for the database, nor the database for a transaction', () => {
  const opens = (_db: Db) => {};
  const isInside = (_tx: Tx) => {};
  const check = (db: Db, tx: Tx) => {
    // @ts-expect-error a function that opens transactions can't be called in one
    opens(tx);
    // @ts-expect-error what has to be in a transaction can't be called without one
    isInside(db);
  };
  expect(check).toBeTypeOf('function');
});
