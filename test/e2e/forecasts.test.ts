import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/* What is to be expected of a job stands on its card, without anybody being called. */

/** A job whose log says that a hundred of a thousand steps take a minute. */
const TRAINING: JobCourse = {
  queueMs: 0,
  runMs: 0,
  lineMs: 60_000,
  lines: [1, 2, 3, 4, 5].map((n) => `step ${n * 100}/1000 | loss ${(2 / n).toFixed(2)}`),
};

const within = (timeout: string) => ({ ...dollarJob, arguments: { ...dollarJob.arguments, timeout } });

const WARNING = /Its time limit of 3 min will cut it off at \d+ %, step \d+: it needs about 5 min/;

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  async function running(timeout: string) {
    await begin(callOnce(within(timeout)));
    world.hub.course = () => TRAINING;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to'), 'approve');
    return asked;
  }

  test('a card says how much is done, how long it takes yet and what it will have cost', async () => {
    const asked = await running('1h');
    await world.reply(asked, '50 % done · about 5 min left · about $0.08 at the end');
    expect(world.describe(asked)).not.toContain('cut it off');
    expect(world.slack.pushes.filter(({ text }) => text.includes('%'))).toEqual([]);
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await until('status says so', () =>
      world
        .replies(asked)
        .some(({ text }) => /Requests: 1/.test(text) && /50 % done · about 5 min/.test(text)),
    );
  });

  test('a card warns where the time limit will cut the job off', async () => {
    const asked = await running('3m');
    await until('it is warned of', () => WARNING.test(world.describe(asked)));
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('a card says what is to be expected, and warns where the job will be cut off', async () => {
    await begin(callOnce(within('3m')));
    on.world.hub.course = () => TRAINING;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(asked.id, 'Approve up to'), 'approve|');
    await on.reply(asked.id, '50 % done · about 5 min left');
    await until('it is warned of', () => WARNING.test(on.describe(asked.id)));
  });
});
