/** @module-tag long */
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

test('whoever comes while others wait for their models is begun with at once', async () => {
  await begin(() => ({ hangs: true }));
  const asked = Array.from({ length: 24 }, (_, i) => world.slack.mention('U0ADA', 'C0ML', `question ${i}`));
  await until(
    () => `all are asked of the model; there are ${world.model.requests.length}`,
    () => world.model.requests.length === asked.length,
  );
  for (const one of asked) await world.reply(one, 'Working');
  expect(world.model.requests).toHaveLength(asked.length);
});

test('whoever waits for a worker is told so, and no more once one has begun', async () => {
  await begin(() => ({ text: 'Here it is.' }), { isStarted: false });
  await world.start(['chat']);
  const first = world.slack.mention('U0ADA', 'C0ML', 'go on');
  await world.reply(first, 'as soon as a worker is free');
  await world.stop();
  await world.start();
  await world.reply(first, 'Here it is.');
  await until(
    () => `it is told no more: ${world.describe(first)}`,
    () => !world.describe(first).includes('as soon as a worker is free'),
  );
});
