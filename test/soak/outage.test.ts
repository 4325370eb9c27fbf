import { expect, test } from 'vitest';
import { isThere } from '../support/backends.ts';
import { createProxy, type Wire } from '../support/proxy.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const SERVICES = [
  { name: 'Redis', secret: 'REDIS_URL' },
  { name: 'Postgres', secret: 'DATABASE_URL' },
] as const;

test.skipIf(!isThere('postgres+redis')).each(SERVICES)(
  'while $name is away the thread is told once, and the message is answered when it is back',
  async ({ secret }) => {
    await begin(echo, { backend: 'postgres+redis', isStarted: false });
    const proxy: Wire = await createProxy(world.config.secrets[secret] ?? '');
    world.config.secrets[secret] = proxy.url;
    await world.start();
    try {
      const asked = world.slack.mention('U0ADA', 'C0ML', 'first');
      await world.reply(asked, 'heard: [Ada] first');
      world.slack.say('U0ADA', 'C0ML', 'more', asked.ts);
      await world.reply(asked, 'heard: [Ada] more');
      proxy.cut();
      world.slack.say('U0ADA', 'C0ML', 'second', asked.ts);
      await world.reply(asked, 'my storage does not answer');
      world.slack.say('U0ADA', 'C0ML', 'third', asked.ts);
      expect(world.replies(asked).filter((message) => message.text.includes('my storage'))).toHaveLength(1);
      proxy.mend();
      // By itself, or after `second` in one turn: that one is often delivered again later than this one.
      await world.reply(asked, 'heard: [Ada] third');
      await until('the note is taken back', () => !world.describe(asked).includes('my storage'));
    } finally {
      proxy.mend(); // a bot that waits for its storage would not stop
      await world.stop();
      await proxy.close();
    }
  },
  120_000, // reconnecting waits longer and longer, and a busy machine adds to that
);
