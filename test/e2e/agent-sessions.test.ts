import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const sessionOf = ({ channel, ts }: { channel: string; ts: string }) =>
  world.slack.sessions.get(`${channel}/${ts}`);

describe('the session of a thread, where the app is an agent', () => {
  test('says how it stands and what it is about, and no message has a reaction', {
    tags: 'long',
  }, async () => {
    await begin(callOnce(runJob));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'print hello on the Hub');
    await until('it waits', () => world.slack.standing(asked) === 'suspended');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, 'COMPLETED');
    await until('it has ended', () => world.slack.standing(asked) === 'active');
    await until('its name', () => sessionOf(asked)?.title !== undefined);
    expect(sessionOf(asked)?.statuses[0]).toBe('processing');
    expect([...asked.reactions]).toEqual([]);
    world.slack.say('U0ADA', 'C0ML', 'close', asked.ts);
    await until('it is closed', () => world.slack.standing(asked) === 'closed');
  });

  test('is idle again once what was worked on is undone, and works on what comes after it', async () => {
    await begin((request) => (lastText(request).includes('hang') ? { hangs: true } : echo(request)));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hang');
    await until('it is worked on', () => world.slack.standing(asked) === 'processing');
    world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
    await until('it is idle', () => world.slack.standing(asked) === 'active');
    world.slack.say('U0ADA', 'C0ML', 'more', asked.ts);
    await world.reply(asked, 'heard: [Ada] more');
    await until(
      'it is idle once more',
      () => sessionOf(asked)?.statuses.slice(-2).join() === 'processing,active',
    );
  });

  test.each(['off', 'native'] as const)(
    'is stopped with Slack’s own button, streaming %s',
    { tags: 'long' },
    async (streaming) => {
      const words = 'Some words that are streamed. '.repeat(30);
      await begin(() => ({ text: words, stalls: true }), {
        configure: (config) => {
          config.platforms.slack.streaming = streaming === 'native' ? 'native' : 'edits';
        },
      });
      const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
      await world.reply(asked, 'Some words');
      world.slack.stopSession('U0GRACE', asked);
      await world.reply(asked, 'Stopped by Grace');
      await until('it is idle', () => world.slack.standing(asked) === 'active');
      expect(world.replies(asked).filter(({ isStreaming }) => isStreaming)).toEqual([]);
    },
  );

  test('is left as it is where whoever presses that button may not use the bot, who is told', async () => {
    await begin(() => ({ hangs: true }), {
      configure: ({ access }) => {
        access.deny_people = ['U0LINUS'];
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await until('it is worked on', () => world.slack.standing(asked) === 'processing');
    world.slack.stopSession('U0LINUS', asked);
    await until('Linus is told', () => world.slack.ephemerals.some(({ user }) => user === 'U0LINUS'));
    expect(world.slack.standing(asked)).toBe('processing');
  });

  test('is asked for again where Slack has trouble, and tried once where the app is no agent', {
    tags: 'long',
  }, async () => {
    await begin(echo);
    world.slack.faults.push({ method: 'agents.sessions.setStatus', fault: 503 });
    const first = world.slack.mention('U0ADA', 'C0ML', 'one');
    await until('it is shown', () => world.slack.standing(first) === 'active');
    await world.stop();
    world.slack.isAgent = false;
    await world.start();
    const before = world.slack.calls.length;
    const second = world.slack.mention('U0ADA', 'C0ML', 'two');
    await until('the reaction', () => second.reactions.has('white_check_mark'));
    const third = world.slack.mention('U0ADA', 'C0ML', 'three');
    await until('the reaction', () => third.reactions.has('white_check_mark'));
    const asked = world.slack.calls.slice(before).filter(({ method }) => method.startsWith('agents.'));
    expect(asked).toHaveLength(1);
  });
});

test('an agent’s messages offer something to begin with, to those who may use it', async () => {
  await begin(echo);
  world.slack.openMessages('U0ADA');
  const offered = await until('the offer', () => world.slack.prompts.get('D0ADA'));
  expect(offered.map(({ title }) => title)).toContain('Fine-tune a model');
  expect(offered.length).toBeLessThanOrEqual(4);
});
