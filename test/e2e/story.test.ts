import { afterEach, describe, expect, test } from 'vitest';
import { BACKENDS } from '../support/backends.ts';
import { story } from '../support/story.ts';
import { World } from '../support/world.ts';

let world: World | undefined;
afterEach(() => world?.close());

describe.each(BACKENDS)('on %s', (backend) => {
  test('a mention becomes a thread that plans, asks for approval, runs a job and reports its result', async () => {
    world = await World.create(backend, { script: story });
    world.hub.course = () => ({
      queueMs: 300,
      runMs: 3_000,
      lines: ['epoch 1 loss 0.41', 'eval accuracy 0.912'],
      stage: 'COMPLETED',
    });
    await world.start();
    const asked = world.slack.mention(
      'U0ADA',
      'C0ML',
      'fine-tune a small model on stanfordnlp/imdb and tell me the accuracy',
    );
    const card = await world.reply(asked, 'Run a Hugging Face Job on a10g-small');
    expect(world.hub.jobs).toHaveLength(0);
    world.slack.click('U0ADA', card, 'approve');
    await world.reply(asked, 'RUNNING');
    await world.reply(asked, '91.2 %');
    await world.reply(asked, 'COMPLETED');
    expect(world.hub.jobs).toHaveLength(1);
  });
});
