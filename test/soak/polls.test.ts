import pg from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { type Running, start } from '../../src/app/start.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { isThere } from '../support/backends.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { noteStatements } from '../support/statements.ts';
import { until } from '../support/until.ts';
import { World } from '../support/world.ts';

const SESSIONS = 300;

/** What a process asks for besides its sessions: sweeps, watches, and BullMQ's three queues and workers. */
const OTHERS = 24;

/** What `look` finds once nobody has been able to use the tables of the record for some time. */
async function whileLocked(world: World, look: () => number): Promise<number> {
  const client = new pg.Client({ connectionString: world.backend.settings.databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query(
    'lock table ml_intern.sessions, ml_intern.operations, ml_intern.watches in access exclusive mode',
  );
  await systemClock.sleep(2_500); // what is to be seen is what time does
  const found = look();
  await client.end();
  return found;
}

describe.skipIf(!isThere('postgres'))(`${SESSIONS} sessions under way in one worker process`, () => {
  let world: World;
  let running: Running | undefined;
  let storage: Storage;
  afterEach(async () => {
    await running?.stop();
    await storage.close();
    await world.close();
  });

  test('keep their leases with one statement at a time, and nothing piles up while the record is slow', async () => {
    world = await World.create('postgres', {
      script: () => ({ hangs: true }),
      configure: ({ database, durability }) => {
        database.connections = 24;
        durability.worker_concurrency = SESSIONS;
        durability.lease_seconds = 20;
      },
    });
    storage = await world.backend.open();
    const intake = intakeOn(storage.db, () => {});
    for (let i = 0; i < SESSIONS; i++) {
      const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: `${i}.1` };
      await intake.message({ address, sourceId: `m${i}`, text: 'go', author: ADA, messageId: `${i}.1` });
    }
    const connect = vi.spyOn(pg.Pool.prototype, 'connect');
    running = await start(world.config, new Set(['worker']), {
      ids: randomIds,
      platforms: PLATFORMS,
    });
    await until('all are under way', () => world.model.requests.length === SESSIONS, 60_000);
    const pools = [...new Set(connect.mock.contexts as pg.Pool[])];
    connect.mockRestore();

    const waiting = await whileLocked(world, () =>
      pools.reduce((sum, { waitingCount }) => sum + waitingCount, 0),
    );
    expect(waiting).toBeLessThanOrEqual(OTHERS);

    const asked = noteStatements(pools);
    await until('leases are renewed again and again', () => asked.count('set "lease_until"') >= 2);
    expect(asked.texts.length).toBeLessThan(SESSIONS);
    const rows = await storage.db.select().from(sessions);
    expect(rows.filter(({ epoch, leaseUntil }) => epoch === 1 && leaseUntil !== null)).toHaveLength(SESSIONS);
    expect(world.model.requests).toHaveLength(SESSIONS);
  }, 120_000);
});
