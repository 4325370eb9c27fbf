import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, databaseOf } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { later, randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import * as record from '../../src/session/store/record.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { type Backend, createBackend, isThere } from '../support/backends.ts';
import { standing } from '../support/clocks.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA, assistant, user } from '../support/snapshots.ts';
import { noteStatements } from '../support/statements.ts';

const RATE = { perMinute: 60_000, burst: 100, per: 'workspace' as const };

/** A platform that takes everything, and shows text alone; counts what it was given. */
function platform() {
  let given = 0;
  const taken = async () => ({ ok: true as const, platformId: `m${++given}` });
  const outbound: Outbound = {
    rates: { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE },
    editIntervalMs: 0,
    translate: ({ key, body }) => {
      if (body.kind === 'reaction' && key.includes('/heard/'))
        return [{ kind: 'reaction', on: body.on, name: 'heard' }];
      const isText = body.kind === 'answer' || body.kind === 'status';
      return isText ? [{ kind: 'message', body: { text: JSON.stringify(body) } }] : [];
    },
    post: taken,
    edit: taken,
    remove: taken,
    find: async () => undefined,
    plainer: () => [],
  };
  return { outbound, given: () => given };
}

/** Stands still: a status says for how long, and would be edited in between on a slow machine. */
const clock = standing(systemClock);

describe.skipIf(!isThere('postgres'))('what a render asks of the record', () => {
  let backend: Backend;
  let pool: pg.Pool;
  let db: Db;
  let asked: string[];
  beforeAll(async () => {
    backend = await createBackend('postgres');
    pool = new pg.Pool({ connectionString: backend.settings.databaseUrl });
    asked = noteStatements([pool]).texts;
    db = databaseOf(drizzle(pool), clock);
  });
  afterAll(async () => {
    await pool.end();
    await backend.remove();
  });

  /** A thread that shows that a request is worked on. */
  async function working() {
    const id = randomIds.next('s');
    const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
    const leaseUntil = later(clock.now(), 60_000);
    const state = { kind: 'running' as const };
    await db.insert(sessions).values({ id, ...address, requester: ADA, state, leaseUntil });
    const write = (work: Parameters<Db['transaction']>[1]) => db.transaction('what it shows', work);
    await write((tx) => record.openExchange(tx, id, 1, []));
    await write((tx) => record.addMessage(tx, id, 1, user('go')));
    const { outbound, given } = platform();
    const log = createLogger('silent', (text) => text);
    const deps = { db, clock, log, outboundOf: () => outbound, leaseMs: 60_000 };
    /** Renders once: what that asks of the record, and how many deliveries it makes. */
    async function render() {
      const before = given();
      asked.length = 0;
      const { kind } = await renderThread(deps, id);
      return { kind, texts: asked.slice(), sent: given() - before };
    }
    const answers = (count: number) =>
      write(async (tx) => {
        for (let i = 0; i < count; i++) await record.addMessage(tx, id, 1, assistant(`answer ${i}`));
      });
    const intake = intakeOn(db, () => {});
    const wrote = (messageId: string) =>
      intake.message({ address, sourceId: messageId, text: 'and?', author: ADA, messageId });
    const edited = (messageId: string, text: string) =>
      intake.edited({
        ...{ address, sourceId: messageId, messageId, change: { at: '2', text } },
        isForBot: async () => true,
        apply: async () => ({ text, background: {}, removed: [] }),
      });
    expect(await render()).toMatchObject({ kind: 'done', sent: 1 });
    return { id, write, render, answers, wrote, edited };
  }

  const isRead = (text: string) => /^\s*select/i.test(text);

  test('one that has nothing to show asks one thing', async () => {
    const { render } = await working();
    const { kind, texts, sent } = await render();
    expect({ kind, sent, statements: texts.length }).toEqual({ kind: 'done', sent: 0, statements: 1 });
  });

  test('a message takes five statements, one of them a read, and no transaction', async () => {
    const { render, answers } = await working();
    await answers(1);
    const { texts, sent } = await render();
    expect(sent).toBe(1);
    expect({ statements: texts.length, reads: texts.filter(isRead).length }).toEqual({
      statements: 5,
      reads: 1,
    });
    expect(texts.filter((text) => /^(?:begin|commit)/i.test(text))).toEqual([]);
  });

  test('each message more takes one', async () => {
    const { render, answers } = await working();
    await answers(6);
    const { texts, sent } = await render();
    expect({ sent, statements: texts.length }).toEqual({ sent: 6, statements: 10 });
  });

  test('an edit of progress takes five', async () => {
    const { id, render, write } = await working();
    await write((tx) => record.setDraft(tx, id, { text: 'I am' }));
    await render();
    await write((tx) => record.setDraft(tx, id, { text: 'I am about to look' }));
    const { texts, sent } = await render();
    expect({ sent, statements: texts.length, reads: texts.filter(isRead).length }).toEqual({
      sent: 1,
      statements: 5,
      reads: 1,
    });
  });

  test('what waits to be read is shown, and is not once it asks for nothing any more', async () => {
    const { id, render, wrote, edited } = await working();
    const message = `${id}.1`;
    await wrote(message);
    expect(await render()).toMatchObject({ kind: 'done', sent: 1 });
    expect(await render()).toMatchObject({ kind: 'done', sent: 0 });
    await edited(message, '');
    expect(await render()).toMatchObject({ kind: 'done', sent: 1 });
  });
});
