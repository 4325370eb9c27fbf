import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob, inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* A short test and the run that it is for: one card, one approval, and no run after a test that failed. */

const pair = {
  ...dollarJob,
  arguments: {
    ...dollarJob.arguments,
    name: 'IMDB',
    env: { LR: '1e-4' },
    smoke_test: { script_args: ['--max-steps', '5'], env: { ROWS: '16' } },
  },
};
const SUM = 'Approve up to $1.25?';
const RUNS_ON = () => ({ queueMs: 0, runMs: 0, lines: ['step 1', 'the last line of the test'] });

function end(hub: HubDouble, index: number, stage: 'COMPLETED' | 'ERROR'): void {
  const job = hub.jobs[index];
  if (job === undefined) throw new Error(`there is no job ${index}`);
  job.ended = { stage, at: Date.now() };
}

const begun = (hub: HubDouble, count: number) =>
  until(`${count} jobs are begun`, () => hub.jobs.length === count && hub.jobs);

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  /** A thread in which the pair was approved and its test runs. */
  async function approved(script: ModelScript = callOnce(pair)): Promise<SlackMessage> {
    await begin(script);
    world.hub.course = RUNS_ON;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, SUM), 'approve');
    await begun(world.hub, 1);
    await world.reply(asked, '· running');
    return asked;
  }

  test('one card has both prices and the sum, and the run begins by itself, as it was shown', async () => {
    await begin(callOnce(pair));
    world.hub.course = RUNS_ON;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, SUM);
    expect(shown(card)).toContain('arguments --max-steps 5 ROWS=16 · 15 min');
    expect(shown(card)).toContain('at most $0.25');
    expect(shown(card)).toContain('only if that passes · at most $1.00');
    world.slack.click('U0ADA', card, 'approve');
    await begun(world.hub, 1);
    await world.reply(asked, '· running');
    end(world.hub, 0, 'COMPLETED');
    const [test, run] = await begun(world.hub, 2);
    end(world.hub, 1, 'COMPLETED');
    await world.reply(asked, 'result: ');
    const code = Buffer.from('print("hello")\n').toString('base64');
    expect(test?.spec).toMatchObject({
      flavor: 'a10g-small',
      timeoutSeconds: 900,
      environment: { LR: '1e-4', ROWS: '16' },
    });
    expect(run?.spec).toMatchObject({
      flavor: 'a10g-small',
      timeoutSeconds: 3600,
      environment: { LR: '1e-4' },
    });
    expect(run?.spec.environment).not.toHaveProperty('ROWS');
    expect(test?.spec.command?.join(' ')).toContain(code);
    expect(test?.spec.command?.join(' ')).toContain('--max-steps 5');
    expect(run?.spec.command?.join(' ')).toContain(code);
    expect(run?.spec.command?.join(' ')).not.toContain('--max-steps');
    expect(world.hub.jobs).toHaveLength(2);
  });

  test('after a test that failed nothing is begun, and thread and model have the end of its log', {
    tags: 'long',
  }, async () => {
    const asked = await approved();
    end(world.hub, 0, 'ERROR');
    await world.reply(asked, 'did not pass, so the run was not begun');
    await world.reply(asked, 'result: The smoke test did not pass');
    expect(world.describe(asked)).toContain('the last line of the test');
    expect(JSON.stringify(world.model.requests.at(-1))).toContain('the last line of the test');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('a test that people cancel begins nothing, and neither does one of work that was stopped', {
    tags: 'long',
  }, async () => {
    const asked = await approved();
    world.slack.click('U0ADA', await world.reply(asked, '· running'), 'cancel_job');
    await world.reply(asked, 'did not pass, so the run was not begun');
    expect(world.hub.jobs).toHaveLength(1);
    const other = world.slack.mention('U0ADA', 'C0ML', 'again');
    world.slack.click('U0ADA', await world.reply(other, SUM), 'approve');
    await begun(world.hub, 2);
    await world.reply(other, '· running');
    world.slack.say('U0ADA', 'C0ML', 'stop', other.ts);
    await world.reply(other, 'Stopped by Ada');
    await until('its test has ended', () => world.hub.jobs[1]?.ended !== undefined);
    await until('that is seen', () => world.describe(other).includes('cancelled'));
    expect(world.hub.jobs).toHaveLength(2);
  });

  test('who writes meanwhile is answered, and the run begins nevertheless', { tags: 'long' }, async () => {
    const script: ModelScript = (request) => {
      const last = lastText(request);
      if (last.includes('how is it')) return { text: 'It is being tested.' };
      return callOnce(pair)(request);
    };
    const asked = await approved(script);
    world.slack.say('U0ADA', 'C0ML', 'how is it going?', asked.ts);
    await world.reply(asked, 'It is being tested.');
    end(world.hub, 0, 'COMPLETED');
    await begun(world.hub, 2);
    expect(JSON.stringify(world.model.requests)).toContain('smoke test of this call is running');
  });

  test('what is rejected begins neither, and other hardware is for both', { tags: 'long' }, async () => {
    await begin(callOnce(pair));
    world.hub.course = RUNS_ON;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, SUM);
    world.slack.say('U0ADA', 'C0ML', 'reject', asked.ts);
    await world.reply(asked, 'result: ');
    expect(world.hub.jobs).toHaveLength(0);
    const other = world.slack.mention('U0ADA', 'C0ML', 'again');
    const card = await world.reply(other, SUM);
    world.slack.pick('U0ADA', card, 'choose:hardware_flavor', 'l40sx1');
    await until('the sum is another', () => card.text.includes('Approve up to $2.25?'));
    expect(shown(card)).toContain('at most $0.45');
    expect(shown(card)).toContain('only if that passes · at most $1.80');
    world.slack.click('U0ADA', card, 'approve');
    await begun(world.hub, 1);
    await world.reply(other, '· running');
    end(world.hub, 0, 'COMPLETED');
    const jobs = await begun(world.hub, 2);
    expect(jobs.map(({ spec }) => spec.flavor)).toEqual(['l40sx1', 'l40sx1']);
  });

  test('a process that ends in between loses neither, and begins the run once', {
    tags: 'long',
  }, async () => {
    const asked = await approved();
    await world.stop();
    end(world.hub, 0, 'COMPLETED');
    await world.start();
    await begun(world.hub, 2);
    await world.reply(asked, '🟢 IMDB running');
    await world.stop();
    await world.start();
    end(world.hub, 1, 'COMPLETED');
    await world.reply(asked, 'result: ');
    expect(world.hub.jobs).toHaveLength(2);
  });

  test('auto-approval counts both before it lets any of them run', { tags: 'long' }, async () => {
    await begin(inTurn(pair));
    world.hub.course = RUNS_ON;
    const set = world.slack.mention('U0ADA', 'C0ML', 'yolo $1.20');
    await world.reply(set, 'Auto-approval is on up to $1.20');
    world.slack.say('U0ADA', 'C0ML', 'go', set.ts);
    await world.reply(set, SUM);
    expect(world.hub.jobs).toHaveLength(0);
    const other = world.slack.mention('U0ADA', 'C0ML', 'yolo $2.40');
    await world.reply(other, 'Auto-approval is on up to $2.40');
    world.slack.say('U0ADA', 'C0ML', 'go', other.ts);
    await begun(world.hub, 1);
    await until('both are reserved', () => world.describe(other).includes('$1.25 of $2.40'));
    end(world.hub, 0, 'COMPLETED');
    await begun(world.hub, 2);
  });
});

describe('what both can cost', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('is set aside from the approval on, the run too while its test still runs', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(pair), {
      configure: ({ budgets }) => {
        budgets.day_usd = 2;
        budgets.approvers = ['U0GRACE'];
      },
    });
    world.hub.course = RUNS_ON;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, SUM), 'approve');
    await begun(world.hub, 1);
    await world.reply(asked, '· running');
    const other = world.slack.mention('U0ADA', 'C0ML', 'and another');
    await world.reply(other, '$1.25 of it is spent or reserved');
    end(world.hub, 0, 'ERROR'); // the run is not begun: what was set aside for it is free again
    await world.reply(asked, 'did not pass');
    const third = world.slack.mention('U0ADA', 'C0ML', 'a third');
    await world.reply(third, SUM);
    expect(world.describe(third)).not.toContain('spent or reserved');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('one card has both prices and the sum, and the run begins after a test that passed alone', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(pair));
    const { hub } = on.world;
    hub.course = RUNS_ON;
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, SUM);
    await on.reply(asked.id, 'only if that passes · at most $1.00');
    on.discord.click('ada', card, 'approve|');
    await begun(hub, 1);
    await on.reply(asked.id, '· running');
    end(hub, 0, 'COMPLETED');
    await begun(hub, 2);
    const other = on.discord.mention('ada', CHANNELS.ml, 'again');
    on.discord.click('ada', await on.reply(other.id, SUM), 'approve|');
    await begun(hub, 3);
    await on.reply(other.id, '· running');
    end(hub, 2, 'ERROR');
    await on.reply(other.id, 'did not pass, so the run was not begun');
    expect(hub.jobs).toHaveLength(3);
  });
});
