import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import { lastText } from '../doubles/model.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const HOUR_MS = 3_600_000;

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const THREADS = ['one', 'two', 'three'];

test.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('a clock that is set an hour %s in the middle of a model call throws nothing away', async (_how, ms) => {
  let asks = 0;
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
  await begin((request) => {
    if (!lastText(request).includes('train it')) return echo(request);
    asks++;
    return { ...echo(request), until: mayAnswer };
  });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
  await until('the model is asked', () => asks === 1);
  world.setClock(ms);
  // Sweeps go on meanwhile, and look for whom nobody works on.
  for (const text of THREADS) {
    await world.reply(world.slack.mention('U0GRACE', 'C0ML', text), `heard: [Grace] ${text}`);
  }
  answer();
  await world.reply(asked, 'heard: [Ada] train it');
  await world.reply(asked, '✅ *Done*');
  expect(asks).toBe(1);
});

test('a clock that was an hour ahead when a platform asked for a second’s pause keeps nobody waiting', async () => {
  await begin(echo);
  const first = world.slack.mention('U0ADA', 'C0ML', 'before');
  await world.reply(first, '✅ *Done*');
  world.setClock(HOUR_MS);
  world.slack.faults.push({ method: 'chat.postMessage', fault: 429 }, { method: 'chat.update', fault: 429 });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await until('Slack has asked for a pause', () => world.slack.faults.length < 2);
  world.setClock(-HOUR_MS);
  await world.reply(asked, 'heard: [Ada] hello');
  await world.reply(asked, '✅ *Done*');
  const next = world.slack.mention('U0ADA', 'C0ML', 'after');
  await world.reply(next, 'heard: [Ada] after');
  await world.reply(next, '✅ *Done*');
});

test('what a process that was killed had taken is free at the next start, however long its leases seem to last', async () => {
  await begin(echo, { backend: 'embedded' });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'before');
  await world.reply(asked, '✅ *Done*');
  await world.stop();
  const storage = await world.backend.open();
  const inAnHour = new Date(storage.db.clock.now().getTime() + HOUR_MS);
  await storage.db.update(sessions).set({ leaseUntil: inAnHour, renderUntil: inAnHour });
  await storage.close();
  await world.start();
  world.slack.say('U0ADA', 'C0ML', 'after', asked.ts);
  await world.reply(asked, 'heard: [Ada] after');
});
