import { randomBytes } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { isThere } from '../support/backends.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { World } from '../support/world.ts';

/** Nothing is rescued: what another installation took is lost. */
const NEVER = '3600';

const open: World[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((world) => world.close()));
});

async function begin(prefix: string, sweepSeconds: string): Promise<World> {
  const world = await World.create('postgres+redis', {
    script: echo,
    environment: { ML_INTERN_QUEUE_PREFIX: prefix, SWEEP_SECONDS: sweepSeconds },
  });
  open.push(world);
  return world;
}

const newPrefix = () => `shared-${randomBytes(4).toString('hex')}`;

describe.skipIf(!isThere('postgres+redis'))('installations that share a Redis and a prefix', () => {
  test('each has its own work done, and none of it by the other', async () => {
    const prefix = newPrefix();
    const worlds = [await begin(prefix, NEVER), await begin(prefix, NEVER)];
    for (const world of worlds) await world.start();
    const asked = worlds.map((world) =>
      [1, 2, 3, 4, 5].map((n) => world.slack.mention('U0ADA', 'C0ML', `question ${n}`)),
    );
    for (const [i, world] of worlds.entries()) {
      for (const [n, message] of (asked[i] ?? []).entries()) {
        await world.reply(message, `heard: [Ada] question ${n + 1}`);
      }
    }
  });

  test('work that waited below the prefix of an older version is done, and what waits of others there is left', async () => {
    const prefix = newPrefix();
    const world = await begin(prefix, '0.5');
    const redis = new Redis(world.config.secrets.REDIS_URL ?? '');
    await world.start(['chat']); // nobody to take the turn
    const asked = world.slack.mention('U0ADA', 'C0ML', 'before the update');
    const waiting = (name: string) =>
      new Queue(name, { connection: redis, prefix, skipMetasUpdate: true }).getJobs([
        'waiting',
        'delayed',
        'prioritized',
      ]);
    await until('the turn waits', async () => (await redis.keys(`${prefix}:*:turns:prioritized`)).length > 0);
    await world.stop();
    // As the older version has it: without the installation in its keys.
    for (const key of await redis.keys(`${prefix}:*:turns:*`)) {
      await redis.rename(key, key.replace(/^([^:]+):[^:]+:/, '$1:'));
    }
    const older = new Queue('turns', { connection: redis, prefix });
    const pings = new Queue('pings', { connection: redis, prefix });
    const [ours] = await waiting('turns');
    await older.add('turn', { sessionId: 's_of_another' });
    const session = String(ours?.data.sessionId);
    for (const sessionId of [session, 's_of_another']) {
      await pings.upsertJobScheduler(
        `${sessionId}/x`,
        { every: 3_600_000 },
        { name: 'ping', data: { sessionId, scope: 'thread' } },
      );
    }
    await world.start();
    await world.reply(asked, 'heard: [Ada] before the update');
    const left = async () => (await waiting('turns')).map((job) => job.data.sessionId);
    await until('ours is removed', async () => !(await left()).includes(session));
    expect(await left()).toEqual(['s_of_another']);
    const schedulers = await pings.getJobSchedulers();
    expect(schedulers.map(({ key }) => key)).toEqual(['s_of_another/x']);
    await older.obliterate({ force: true });
    await pings.obliterate({ force: true });
    redis.disconnect();
  });
});
