import { describe, expect, test } from 'vitest';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const REMINDER = 'This still waits for a decision';

/** A thread in which a job waits for approval, as long as it is left alone. */
async function waiting() {
  await begin(callOnce(runJob), { backend: 'embedded' });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'Run a Hugging Face Job');
  await world.reply(asked, 'Waiting for approval');
  return asked;
}

describe('an approval that nobody decides, with the durations that hold when nothing is set', () => {
  test.each([
    ['while the bot runs', false],
    ['after it was started anew', true],
  ])('is brought to mind after an hour, %s, and the bot goes on answering', async (_when, isRestarted) => {
    const asked = await waiting();
    if (isRestarted) await world.stop();
    world.advance(61 * MINUTE_MS);
    if (isRestarted) await world.start();
    await world.reply(asked, REMINDER);
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'reject');
    await world.slack.submit('U0ADA', '');
    await world.reply(asked, 'Ada rejected this call');
    expect(world.hub.jobs).toHaveLength(0);
    await until('nothing is left open', () => !world.describe(asked).includes('"approve"'));
  });

  test('lapses after three days, and is not told as if somebody had written instead', async () => {
    const asked = await waiting();
    world.advance(61 * MINUTE_MS);
    await world.reply(asked, REMINDER);
    world.advance(71 * HOUR_MS);
    await world.reply(asked, 'Lapsed: nobody decided');
    await world.reply(asked, 'result: Nobody decided on this call within');
    expect(world.describe(asked)).not.toContain('Set aside');
  });

  test('that was open through a long outage is brought to mind first, and lapses only later', async () => {
    const asked = await waiting();
    await world.stop();
    world.advance(100 * HOUR_MS);
    await world.start();
    const reminder = await world.reply(asked, REMINDER);
    expect(reminder.text).toContain('Without one it lapses in 1 h');
    world.advance(30 * MINUTE_MS);
    // Moving the clock begins a sweep, and what is asked now is done after that.
    await world.reply(world.slack.mention('U0ADA', 'C0ML', 'go on'), 'Run a Hugging Face Job');
    expect(world.describe(asked)).not.toContain('Lapsed');
    world.advance(31 * MINUTE_MS);
    await world.reply(asked, 'Lapsed: nobody decided');
    expect(world.replies(asked).filter(({ text }) => text.includes(REMINDER))).toHaveLength(1);
  });
});
