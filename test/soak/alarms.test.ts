import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { watches } from '../../src/db/schema/jobs.ts';
import { recordLook } from '../../src/jobs/claims.ts';
import { watchOf } from '../../src/session/store/rows.ts';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { ISOLATION } from '../support/isolation.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Somebody sleeps while their job runs: what their phone shows, once, and what they can do from it.
 */

const NAME = 'IMDB baseline · lr 2e-5';
const MINUTE_MS = 60_000;
const STEPS = 118;

/** A dollar an hour, for twenty at most. */
const script = callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, name: NAME, timeout: '20h' } });

/** A run that has printed a step and its loss every so often, then these lines, the last one at that time. */
function training(
  after: readonly string[],
  { everyMs = MINUTE_MS, lastAgoMs = 5_000, of = 1_000 } = {},
): JobCourse {
  const steps = Array.from(
    { length: STEPS },
    (_, i) => `step ${i + 1}/${of} | loss ${(2 - i / 200).toFixed(3)}`,
  );
  const lines = [...steps, ...after];
  return { queueMs: 0, runMs: 0, agoMs: lines.length * everyMs + lastAgoMs, lineMs: everyMs, lines };
}

const BROKEN = training(['step 119/1000 | loss nan', 'step 120/1000 | loss nan']);
const SENTENCE = `🔴 Loss is NaN since step 119: ${NAME} (2 h, $2.00; up to $18.00 more).`;
const OOM = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB';

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  const alarms = (to = 'U0ADA') =>
    world.slack.pushes.flatMap((push) => (push.to === to && push.text.includes('🔴') ? [push.text] : []));

  async function started(course: JobCourse, configure: (config: Config) => void = () => {}, job = script) {
    await begin(job, { configure });
    world.hub.course = () => course;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to'), 'approve');
    await world.reply(asked, 'running');
    return asked;
  }

  function end(stage: 'COMPLETED' | 'ERROR' = 'ERROR'): void {
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, stage);
  }

  const buttons = (message: SlackMessage): unknown[] =>
    (message.blocks as { type: string; elements?: { text: { text: string } }[] }[])
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements = [] }) => elements.map(({ text }) => text.text));

  const withoutButtons = (asked: SlackMessage, text: string) =>
    until('nothing is offered any more', async () => buttons(await world.reply(asked, text)).length === 0);

  test('a loss that is NaN calls whoever asked, once, also across a restart', async () => {
    const asked = await started(BROKEN);
    const alarm = await world.reply(asked, 'Loss is NaN');
    expect(alarm.text).toBe(`<@U0ADA> ${SENTENCE}`);
    expect(buttons(alarm)).toEqual(['Cancel', 'Let it run']);
    expect(JSON.stringify(alarm.blocks)).toContain('a lower learning rate');
    await world.stop();
    await world.start();
    end();
    await world.reply(asked, 'failed at step');
    await withoutButtons(asked, 'Loss is NaN');
    expect(alarms()).toEqual([`<@U0ADA> ${SENTENCE}`]);
  });

  test('who lets it run is named by the message, and nobody is asked again', async () => {
    const asked = await started(BROKEN);
    const alarm = await world.reply(asked, 'Loss is NaN');
    world.slack.click('U0GRACE', alarm, 'let_job_run');
    const shown = await world.reply(asked, '<@U0GRACE> lets it run');
    expect(shown.ts).toBe(alarm.ts);
    expect(buttons(shown)).toEqual([]);
    world.slack.clickValue('U0ADA', alarm, 'let_job_run', `w_${world.hub.jobs[0]?.id}|loss_not_finite`);
    await until('the second one is told', () =>
      world.slack.ephemerals.some(({ text }) => text.includes('Grace has said already that it may run on.')),
    );
    expect(world.hub.jobs[0]?.ended).toBeUndefined();
    expect(alarms()).toHaveLength(1);
  });

  test('it can be cancelled from there, by those who may approve', async () => {
    const asked = await started(BROKEN, (config) => {
      config.approvals.approvers = ['U0ADA'];
    });
    const alarm = await world.reply(asked, 'Loss is NaN');
    world.slack.click('U0GRACE', alarm, 'cancel_job');
    await until('she is refused', () => world.slack.ephemerals.length > 0);
    expect(world.hub.jobs[0]?.ended).toBeUndefined();
    world.slack.click('U0ADA', alarm, 'cancel_job');
    await world.reply(asked, 'Ada: cancelled the job');
    await withoutButtons(asked, 'Loss is NaN');
  });

  test('a job that hangs is told of once the Hub was asked whether it is silent', async () => {
    const course = training([], { everyMs: 20_000, lastAgoMs: 30 * MINUTE_MS });
    const asked = await started(course);
    const alarm = await world.reply(asked, 'No progress for');
    expect(alarm.text).toMatch(
      /^<@U0ADA> 🔴 No progress for 30 min(?: \d+ s)? after step 118: IMDB baseline/,
    );
    expect(JSON.stringify(alarm.blocks)).toContain('about every 20 s');
    expect(world.hub.requests.filter(({ path }) => path.endsWith('/logs')).length).toBeGreaterThan(1);
  });

  test('a limit that comes too early is told of with the step that it comes at', async () => {
    // A step a minute: of 1,000 minutes it has ten hours.
    const job = callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, name: NAME, timeout: '10h' } });
    const asked = await started(training([]), undefined, job);
    const alarm = await world.reply(asked, 'Will be cut off');
    expect(alarm.text).toMatch(/by its time limit at about step (599|600) of 1,000: IMDB baseline/);
  });

  test('what ends the job within seconds is told by its end alone', async () => {
    const asked = await started(training([OOM], { everyMs: MINUTE_MS }));
    await world.reply(asked, '❗ *out of GPU memory*');
    end();
    await world.reply(asked, 'ran out of GPU memory');
    expect(alarms()).toEqual([]);
  });

  test('what does not end it is told after a while', async () => {
    const asked = await started(training([OOM], { lastAgoMs: 4 * MINUTE_MS }));
    expect((await world.reply(asked, 'has not ended')).text).toMatch(
      /^<@U0ADA> 🔴 Out of GPU memory 4 min(?: \d+ s)? ago, and the job has not ended: IMDB baseline/,
    );
  });

  test('whoever has muted alarms finds them in the thread, and is not called', async () => {
    await begin(script);
    world.hub.course = () => BROKEN;
    const other = world.slack.mention('U0ADA', 'C0ML', 'mute alarms');
    await world.reply(other, 'Ada: alarms of jobs no longer call you.');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Approve up to'), 'approve');
    const alarm = await world.reply(asked, 'Loss is NaN');
    expect(alarm.text).toBe(SENTENCE);
    expect(buttons(alarm)).toEqual(['Cancel', 'Let it run']);
    expect(alarms()).toEqual([]);
    world.slack.say('U0ADA', 'C0ML', 'unmute alarms', asked.ts);
    await world.reply(asked, 'Ada: alarms of jobs call you again');
  });

  test.each<[string, (config: Config) => void]>([
    ['where the config says so', (config) => Object.assign(config.jobs.alarms, { on: false })],
    [
      'in a channel that the config names',
      (config) => Object.assign(config.jobs.alarms, { off_in: ['C0ML'] }),
    ],
  ])('nobody is told %s', async (_name, configure) => {
    const asked = await started(BROKEN, configure);
    await world.reply(asked, '❗ *the loss is NaN*');
    end();
    await world.reply(asked, 'failed at step');
    expect(world.describe(asked)).not.toContain('Loss is NaN');
  });

  test('the model is told, and goes on, where the config pays for that', async () => {
    const asked = await started(BROKEN, (config) => Object.assign(config.jobs.alarms, { wake_model: true }));
    await world.reply(asked, 'Loss is NaN');
    await world.reply(asked, 'It goes on running, and you will be told when it ends. Do not poll it.');
    const told = JSON.stringify(world.model.requests.at(-1));
    expect(told).toContain('Something is wrong with a job that you started');
    expect(told).toContain('Loss is NaN since step 119');
    end();
    await world.reply(asked, 'failed at step');
    await until('its end is told to the model', () =>
      JSON.stringify(world.model.requests.at(-1)).includes('A job you started earlier has ended'),
    );
  });

  test('the model is not asked for an alarm otherwise', async () => {
    const asked = await started(BROKEN);
    await world.reply(asked, 'Loss is NaN');
    const count = world.model.requests.length;
    end();
    await world.reply(asked, 'result: Job');
    expect(world.model.requests).toHaveLength(count + 1);
  });

  test('two followers that notice the same tell it once, and an end tells nothing else', async () => {
    await started(training([]));
    await world.stop();
    const storage = await world.backend.open();
    const [row] = await storage.db.select().from(watches);
    if (row === undefined) throw new Error('there is no job');
    const watch = watchOf(row);
    const rules = { areTold: () => true, wakeModel: false };
    const finding = { cause: 'loss_not_finite', value: 'NaN', step: 3 } as const;
    const look = { snapshot: watch.snapshot, findings: [finding] };
    const looks = [look, look].map((one) =>
      recordLook(storage.db, watch, one, rules, { isolation: ISOLATION }),
    );
    expect((await Promise.all(looks)).sort()).toEqual(['noted', 'told']);
    const over = { ...look, snapshot: { ...watch.snapshot, stage: 'COMPLETED' } };
    const spike = { cause: 'loss_jumped', loss: 9, usual: 1, step: 4 } as const;
    expect(
      await recordLook(storage.db, watch, { ...over, findings: [spike] }, rules, { isolation: ISOLATION }),
    ).toBe('over');
    const [after] = await storage.db.select().from(watches);
    expect(after && watchOf(after).alarms.map(({ cause }) => cause)).toEqual(['loss_not_finite']);
    await storage.close();
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const ada = `<@${PEOPLE.ada.id}>`;
  const alarms = () =>
    on.discord.pushes.flatMap(({ to, text }) => (to === PEOPLE.ada.id && text.includes('🔴') ? [text] : []));
  const labels = (components: readonly unknown[]) => flat(components).flatMap(({ label }) => label ?? []);

  async function started() {
    await begin(script);
    on.world.hub.course = () => BROKEN;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(asked.id, 'Approve up to'), 'approve');
    return asked;
  }

  test('a phone shows the sentence in plain words, once, and it becomes a card with its buttons', async () => {
    const asked = await started();
    await until('it is a card', () => on.replies(asked.id).some((message) => isCard(message, 'Loss is NaN')));
    expect(alarms()).toHaveLength(1);
    expect(alarms()[0]?.split('\n')[0]).toBe(`${ada} ${SENTENCE}`);
    const card = await on.reply(asked.id, 'Loss is NaN');
    expect(card.content).toBe('');
    expect(labels(card.components)).toEqual(['Cancel', 'Let it run']);
    on.discord.click('grace', card, 'let_job_run');
    const shown = await on.reply(asked.id, `<@${PEOPLE.grace.id}> lets it run`);
    expect(labels(shown.components)).toEqual([]);
    expect(alarms()).toHaveLength(1);
  });

  test('it is cancelled once somebody is sure', async () => {
    const asked = await started();
    const card = await until('a card', () =>
      on.replies(asked.id).find((message) => isCard(message, 'Loss is NaN')),
    );
    on.discord.click('ada', card, 'cancel_job');
    const answer = await until('whether she is sure', () => on.discord.privates.at(-1));
    on.discord.clickPrivate('ada', card.channel_id, answer, 'cancel_job');
    await on.reply(asked.id, 'Ada: cancelled the job');
  });
});

const isCard = ({ components }: { components: readonly unknown[] }, text: string): boolean =>
  flat(components).some(({ content }) => content?.includes(text));
