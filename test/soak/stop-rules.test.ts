import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Rules that are approved with a job, and kept by who follows it: whatever the model does, and across a
 * restart.
 */

const NAME = 'IMDB baseline';
const job = (stop_when: object) =>
  callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, name: NAME, timeout: '20h', stop_when } });

/** An hour of a run; its last line was printed just now. */
function hour(...after: readonly string[]): JobCourse {
  const steps = Array.from(
    { length: 60 - after.length },
    (_, i) => `step ${i + 1}/1000 | loss ${2 - i / 100}`,
  );
  const lines = [...steps, ...after];
  return { queueMs: 0, runMs: 0, agoMs: 60 * 60_000 + 5_000, lineMs: 60_000, lines };
}

const BROKEN = hour('step 59/1000 | loss nan', 'step 60/1000 | loss nan');
const STOPPED = `⏹️ ${NAME} was stopped by its rule: loss NaN since step 59 · 1 h · $1.00`;
const ALL = {
  on_nan: true,
  no_improvement: { minutes: 30, metric: 'eval_loss', direction: 'lower' },
  usd: 10,
};

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const pushed = (mark: string) =>
    world.slack.pushes.flatMap(({ to, text }) => (to === 'U0ADA' && text.includes(mark) ? [text] : []));
  const cancels = () => world.hub.requests.filter(({ path }) => path.endsWith('/cancel')).length;

  async function approved(stopWhen: object, course: JobCourse) {
    await begin(job(stopWhen));
    world.hub.course = () => course;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Approve up to');
    world.slack.click('U0ADA', card, 'approve');
    return { asked, card };
  }

  test('they are on the card that is approved, and one of them stops the job, which is told once', async () => {
    const { asked, card } = await approved(ALL, BROKEN);
    expect(JSON.stringify(card.blocks)).toContain(
      'on NaN, after 30 min without a better eval_loss (lower is better), at $10.00',
    );
    await until('its end is told', () => pushed('⏹️').length > 0);
    expect(pushed('⏹️')).toEqual([expect.stringContaining(STOPPED)]);
    expect(world.hub.jobs[0]?.ended?.stage).toBe('CANCELED');
    await world.reply(asked, 'Stopped by its rule: loss NaN since step 59'); // on its card
    await world.reply(asked, 'by its rule: loss NaN since step 59, after 1 h'); // what the model was told
    expect(pushed('🔴')).toEqual([]); // no alarm for what is seen to
  });

  test('a sum that is spent stops it, also after a restart', async () => {
    const { asked } = await approved({ usd: 2 }, hour());
    await world.reply(asked, 'running');
    await world.stop();
    const [running] = world.hub.jobs;
    if (running) running.createdAt -= 61 * 60_000;
    await world.start();
    await until('its end is told', () => pushed('⏹️').length > 0);
    expect(pushed('⏹️')[0]).toMatch(/was stopped by its rule: \$2\.00 spent · 2 h 1 min · \$2\.02/);
  });

  test('a cancellation that the Hub refuses is tried again, and told once', async () => {
    await begin(job({ on_nan: true }));
    world.hub.course = () => BROKEN;
    let isRefused = true;
    world.hub.disturb = (_method, path) => (isRefused && path.endsWith('/cancel') ? 403 : undefined);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to'), 'approve');
    await until('it is tried', () => cancels() >= 1);
    world.advance(60_000);
    await world.reply(asked, 'and Hugging Face does not cancel it');
    await world.stop();
    await world.start();
    const before = cancels();
    await until('it is tried again after the restart', () => cancels() > before);
    isRefused = false;
    world.advance(10 * 60_000);
    await until('its end is told', () => pushed('⏹️').length > 0);
    expect(pushed('does not cancel it')).toHaveLength(1);
    expect(pushed('⏹️')).toHaveLength(1);
  });

  test('a metric that gets no better stops it', async () => {
    const lines = [
      "{'eval_loss': 0.5, 'epoch': 0.1}",
      ...Array<string>(39).fill("{'eval_loss': 0.6, 'epoch': 0.2}"),
    ];
    await approved({ no_improvement: ALL.no_improvement }, hour(...lines));
    await until('its end is told', () => pushed('⏹️').length > 0);
    expect(pushed('⏹️')[0]).toContain('was stopped by its rule: 30 min without a better eval_loss than 0.5');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('a phone shows which rule has stopped the job, for how long it ran and what it cost', async () => {
    await begin(job(ALL));
    on.world.hub.course = () => BROKEN;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(asked.id, 'Approve up to'), 'approve');
    const pushes = () =>
      on.discord.pushes.filter(({ to, text }) => to === PEOPLE.ada.id && text.includes('⏹️'));
    await until('its end is told', () => pushes().length > 0);
    expect(pushes().map(({ text }) => text)).toEqual([`<@${PEOPLE.ada.id}> ${STOPPED}`]);
  });
});
