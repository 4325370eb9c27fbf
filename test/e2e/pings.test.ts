/** @module-tag long */

import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import { ping } from '../../src/jobs/pings.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createEngine } from '../../src/runtime/engine.ts';
import { runPings } from '../../src/runtime/ping-schedules.ts';
import { describeOn, EVERYWHERE } from '../support/backends.ts';
import { ISOLATION } from '../support/isolation.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

describeOn('pings', EVERYWHERE, (backend) => {
  test('report on running jobs, survive a restart, and end when they are switched off', async () => {
    await begin(callOnce(runJob), { backend });
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['step 3 of 9'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    world.slack.say('U0ADA', 'C0ML', 'pings 30m', asked.ts);
    await world.reply(asked, 'I report on the running jobs of this thread every 30m.');
    const message = await world.reply(asked, '⏰ go is running');
    const said = message.text.replace(/; under \$0\.01 since \w{3} \d{1,2}:\d\d Europe\/Berlin/, '');
    expect(said).toBe('⏰ go is running.');
    const table = JSON.stringify(message.blocks);
    expect(table).toContain('"caption":"Running"');
    expect(table).toMatch(/\d+ s of 10 min/);
    await world.stop();
    await world.start();
    world.slack.say('U0ADA', 'C0ML', 'pings', asked.ts);
    await until(
      'they are still set',
      () => world.replies(asked).filter((reply) => reply.text.includes('I report on')).length === 2,
    );
    world.slack.say('U0ADA', 'C0ML', 'pings channel 1d', asked.ts);
    await world.reply(asked, 'I report on this channel’s running jobs every 1d.');
    world.slack.say('U0ADA', 'C0ML', 'pings off', asked.ts);
    // What is still on is said along with it.
    const off = await world.reply(asked, 'Pings are off in this thread.');
    expect(off.text).toContain('I report on this channel’s running jobs every 1d.');
  });
});

test('a due time is told once however often it is asked for, and quiet pings only tell what is new', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'pings 1d quiet');
  await world.reply(asked, 'when something has changed');
  await world.reply(asked, '⏰ No job is running.');
  await world.stop();
  const storage = await world.backend.open();
  try {
    const [row] = await storage.db.select().from(sessions);
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    const tell = (due: Date) => ping(storage.db, ISOLATION, row?.id ?? '', 'thread', due);
    expect(await tell(at(1))).toBe(false); // quiet: nothing is new
    await storage.db.execute('update ml_intern.schedules set last_shown = null');
    const due = at(2);
    const told = await Promise.all([tell(due), tell(due), tell(due)]);
    expect(told.filter(Boolean)).toHaveLength(1);
  } finally {
    await storage.close();
  }
});

test('a daily ping comes at its hour in its time zone', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'pings daily 9:00 Europe/Paris');
  await world.reply(asked, 'I write a note on this thread every day at 9:00 Europe/Paris.');
  await world.stop();
  const storage = await world.backend.open();
  const log = createLogger('silent', (text) => text);
  const engine = createEngine(storage.queues, world.config.durability.queue_prefix, log);
  try {
    const pings = runPings(engine, {
      db: storage.db,
      log,
      isolation: ISOLATION,
      leaseMs: 5_000,
      render: async () => {},
    });
    await pings.sync();
    const [scheduler] = await engine.queue('pings').getJobSchedulers();
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'short' });
    expect(hour.format(scheduler?.next)).toBe('09:00');
  } finally {
    await engine.close();
    await storage.close();
  }
});
