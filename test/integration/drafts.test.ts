import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDrafts } from '../../src/agent/drafts.ts';
import { type Db, databaseOf } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { type Claim, claim, keeping } from '../../src/session/store/lease.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { type Backend, createBackend, isThere } from '../support/backends.ts';
import { hasty } from '../support/clocks.ts';
import { ADA } from '../support/snapshots.ts';
import { noteStatements, type Statements } from '../support/statements.ts';
import { until } from '../support/until.ts';

describe.skipIf(!isThere('postgres'))('growing answers of many sessions', () => {
  let backend: Backend;
  let pool: pg.Pool;
  let statements: Statements;
  let db: Db;
  beforeAll(async () => {
    backend = await createBackend('postgres');
    pool = new pg.Pool({ connectionString: backend.settings.databaseUrl });
    statements = noteStatements([pool]);
    db = databaseOf(drizzle(pool), systemClock);
  });
  afterAll(async () => {
    await pool.end();
    await backend.remove();
  });

  async function held(): Promise<Claim> {
    const id = randomIds.next('s');
    const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
    await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
    const claimed = await claim(db, id, 'w', 60_000);
    if (claimed === undefined) throw new Error('nobody else can hold it');
    await keeping(claimed, (tx) => record.openExchange(tx, id, 1, []));
    claimed.known = await readSnapshot(db, id, 'context');
    await hasShown(claimed);
    return claimed;
  }

  /** The thread shows all that there is. */
  const hasShown = ({ sessionId }: Claim) =>
    pool.query('update ml_intern.sessions set rendered_rev = rev where id = $1', [sessionId]);

  function drafts() {
    const shown: string[] = [];
    const show = async (ids: readonly string[]) => void shown.push(...ids);
    const made = createDrafts({ db, clock: hasty(systemClock, 20), show });
    return { begin: (claimed: Claim) => made.begin(claimed), shown };
  }

  const draftOf = async ({ sessionId }: Claim) =>
    (await readSnapshot(db, sessionId, 'context'))?.session.draft?.text;

  const saved = (claims: readonly Claim[], text: string) =>
    until(`all have "${text}"`, async () => {
      const all = await Promise.all(claims.map(draftOf));
      return all.every((draft) => draft === text);
    });

  test('are saved with one statement for all, and what turns know of their sessions holds', async () => {
    const { begin, shown } = drafts();
    const claims = await Promise.all(Array.from({ length: 20 }, held));
    const writers = claims.map(begin);
    statements.texts.length = 0;
    for (const { write } of writers) write('So the loss ');
    await saved(claims, 'So the loss ');
    const saves = statements.count('jsonb_build_object');
    expect(saves).toBe(1);
    for (const one of claims) expect(one.known).toEqual(await readSnapshot(db, one.sessionId, 'context'));
    expect(shown.toSorted()).toEqual(claims.map(({ sessionId }) => sessionId).toSorted());
    await Promise.all(writers.map(({ stop }) => stop()));
  });

  test('ask for a render where the thread has shown what there was, and for no other', async () => {
    const { begin, shown } = drafts();
    const one = await held();
    const { write, stop } = begin(one);
    write('The first ');
    await saved([one], 'The first ');
    write('The first grows ');
    await saved([one], 'The first grows ');
    expect(shown).toEqual([one.sessionId]);
    await hasShown(one);
    write('The first grows on ');
    await saved([one], 'The first grows on ');
    expect(shown).toEqual([one.sessionId, one.sessionId]);
    await stop();
  });

  test('wait for nobody: a session that is being written to is saved the next time', async () => {
    const { begin } = drafts();
    const [busy, free] = [await held(), await held()];
    const [first, second] = [begin(busy), begin(free)];
    const client = await pool.connect();
    await client.query('begin');
    await client.query('select from ml_intern.sessions where id = $1 for update', [busy.sessionId]);
    first.write('One ');
    second.write('Two ');
    await saved([free], 'Two ');
    expect(await draftOf(busy)).toBeUndefined();
    await client.query('commit');
    client.release();
    await saved([busy], 'One ');
    await Promise.all([first.stop(), second.stop()]);
  });

  test('are nobody’s any more once another worker has the session', async () => {
    const { begin } = drafts();
    const [mine, other] = [await held(), await held()];
    await db.update(sessions).set({ epoch: 99 }).where(eq(sessions.id, mine.sessionId));
    const [lost, kept] = [begin(mine), begin(other)];
    lost.write('Mine ');
    kept.write('Theirs ');
    await saved([other], 'Theirs ');
    expect(await draftOf(mine)).toBeUndefined();
    await Promise.all([lost.stop(), kept.stop()]);
  });

  test('are not written once they have been stopped', async () => {
    const { begin } = drafts();
    const [one, other] = [await held(), await held()];
    const [stopped, going] = [begin(one), begin(other)];
    going.write('Here ');
    stopped.write('Gone ');
    await stopped.stop();
    await keeping(one, (tx) => record.setDraft(tx, one.sessionId, undefined));
    going.write('Here it goes ');
    await saved([other], 'Here it goes ');
    expect(await draftOf(one)).toBeUndefined();
    await going.stop();
  });

  test('hold no secret, and none that is still being written', async () => {
    const { begin } = drafts();
    const one = await held();
    const { write, stop } = begin(one);
    const token = `hf_${'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3f'}`;
    write(`Use ${token.slice(0, 20)}`);
    await saved([one], 'Use ');
    write(`Use ${token} now, `);
    await until('it goes on', async () => ((await draftOf(one)) ?? '').includes('now'));
    expect(await draftOf(one)).not.toContain(token);
    await stop();
  });
});
