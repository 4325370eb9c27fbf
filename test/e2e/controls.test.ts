import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/** The newest message of a thread that has the session's menu. */
const menuOf = (asked: SlackMessage) =>
  until('the menu of the session', () =>
    world.replies(asked).findLast((reply) => shown(reply).includes('"session_menu"')),
  );

const answered = (text: string) =>
  until(`a private answer with "${text}"`, () =>
    world.slack.ephemerals.find((item) => JSON.stringify(item).includes(text)),
  );

describe('the menu of a session', () => {
  test('stands at its newest request, under its title, and does what the commands do', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a tiny model');
    await world.reply(asked, 'heard:');
    const first = await menuOf(asked);
    expect(shown(first)).toContain('*fine-tune a tiny model*');
    world.slack.say('U0ADA', 'C0ML', 'and more', asked.ts);
    await world.reply(asked, 'heard: [Ada] and more');
    await until('the older status has no menu any more', () => !shown(first).includes('"session_menu"'));
    world.slack.pick('U0ADA', await menuOf(asked), 'session_menu', 'undo');
    await world.reply(asked, 'Undone');
  });

  test('opens a dialog for model, effort and approvals, each checked as if it had been written', async () => {
    await begin(
      (request) => ({
        text: `${request.model} at ${Reflect.get(request, 'reasoning_effort')}: ${lastText(request)}`,
      }),
      {
        configure: ({ model }) => {
          model.choices = ['other/model'];
        },
      },
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, '[Ada] go');
    world.slack.pick('U0GRACE', await menuOf(asked), 'session_menu', 'settings');
    const dialog = await until('the dialog', () => world.slack.dialogs.open.at(-1));
    await world.slack.sendOff(dialog, {
      model: 'model other/model',
      effort: 'effort high',
      approvals: 'yolo $5',
    });
    await world.reply(asked, 'Effort is high');
    await world.reply(asked, 'From here on I use **other/model**');
    await world.reply(asked, 'Grace may not approve calls here'); // who did not ask for the session
    world.slack.say('U0ADA', 'C0ML', 'now', asked.ts);
    await world.reply(asked, 'other/model at high: [Ada] now');
  });
});

describe('a reaction on the request, where the app is no agent', () => {
  test('shows that it is worked on, waited for, and done', async () => {
    await begin(callOnce(runJob));
    world.slack.isAgent = false;
    world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['x'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const seen = new Set<string>();
    const has = (name: string) =>
      until(`the reaction ${name}`, () => {
        for (const item of asked.reactions) seen.add(item);
        return asked.reactions.has(name) && asked.reactions.size === 1;
      });
    await has('hourglass_flowing_sand');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, 'COMPLETED');
    await has('white_check_mark');
  });

  test.each([
    ['put', 'reactions.add', 0],
    ['changed', 'reactions.add', 1],
  ])(
    'is one alone, although Slack did not say that it was %s',
    { tags: 'long' },
    async (_what, method, after) => {
      let calls = 0;
      await begin(callOnce(runJob), { isStarted: false });
      world.slack.isAgent = false;
      world.slack.disturb = (called) => (called === method && calls++ === after ? 'drop' : undefined);
      await world.start();
      const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
      world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'reject');
      await world.slack.submit('U0ADA', 'no');
      await world.reply(asked, 'result:');
      await until(
        () => `one mark; there are ${[...asked.reactions]}`,
        () => asked.reactions.has('white_check_mark') && asked.reactions.size === 1,
      );
      expect(calls).toBeGreaterThan(after);
    },
  );

  test('is gone with a request that is undone, and does no harm where the message was deleted', {
    tags: 'long',
  }, async () => {
    await begin(echo);
    world.slack.isAgent = false;
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'heard: [Ada] go');
    const more = world.slack.say('U0ADA', 'C0ML', 'more', asked.ts);
    await world.reply(asked, 'heard: [Ada] more');
    await until('the mark', () => more.reactions.has('white_check_mark'));
    world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
    await until('the mark is gone', () => more.reactions.size === 0);
    const third = world.slack.say('U0ADA', 'C0ML', 'third', asked.ts);
    world.slack.workspace.delete(third);
    await world.reply(asked, 'heard: [Ada] third');
    world.slack.say('U0ADA', 'C0ML', 'fourth', asked.ts);
    await world.reply(asked, 'heard: [Ada] fourth');
  });
});

describe('/ml-intern', () => {
  test('new begins a session in a thread of its own, for everybody to see', async () => {
    await begin(echo);
    world.slack.slash('U0ADA', 'C0ML', 'new fine-tune <!channel> & test');
    await answered('It goes on in <https://double.slack.com/archives/C0ML/');
    const posted = world.slack.workspace.topLevel('C0ML').at(0);
    if (posted === undefined) throw new Error('nothing was posted');
    expect(posted.text).toBe('<@U0ADA> asks: fine-tune &lt;\u200b!channel&gt; &amp; test');
    await world.reply(posted, 'heard: [Ada] fine-tune');
  });

  test('new says what to do where there is nothing to begin with, or the bot is not in the channel', async () => {
    await begin(echo);
    world.slack.slash('U0ADA', 'C0ML', 'new');
    await answered('Say what you need');
    world.slack.slash('U0ADA', 'C0NOWHERE', 'new something');
    await answered('I can’t write in this channel');
  });

  test('status, usage, models and settings answer in private', async () => {
    await begin(echo, {
      configure: ({ access, budgets }) => {
        access.channels.C0ML = { approvers: ['U0GRACE'], replies: 'mentions' };
        budgets.session_usd = 20;
        budgets.approvers = ['U0GRACE'];
      },
    });
    world.slack.slash('U0ADA', 'C0ML', 'status');
    await answered('You have no sessions yet');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a tiny model');
    await world.reply(asked, 'heard:');
    world.slack.slash('U0ADA', 'C0ML', 'status');
    const list = await answered('Your sessions');
    expect(JSON.stringify(list.blocks)).toContain(
      `<https://double.slack.com/archives/C0ML/p${asked.ts.replace('.', '')}|fine-tune a tiny model> · Nothing to do`,
    );
    world.slack.slash('U0ADA', 'C0ML', 'usage');
    await answered('this channel today | 1');
    world.slack.slash('U0ADA', 'C0ML', 'models');
    await answered('scripted/model');
    world.slack.slash('U0ADA', 'C0ML', 'settings');
    const settings = await answered('Who approves');
    for (const part of ['| Who approves | U0GRACE |', 'only mentions are for me', '$20 for a session']) {
      expect(JSON.stringify(settings.blocks)).toContain(part);
    }
  });
});

describe('the shortcut on a message', () => {
  test('asks what about it, and the answer stands in its thread', async () => {
    await begin(echo);
    const message = world.slack.say('U0GRACE', 'C0ML', 'The loss is NaN after 200 steps.');
    world.slack.useShortcut('U0ADA', message, 'ask_about_message');
    await world.slack.submit('U0ADA', 'why is that?');
    await world.reply(message, 'heard: [Ada] why is that?');
    expect(lastText(world.model.requests[0] ?? { messages: [], model: '' })).toContain(
      '> [Grace] The loss is NaN after 200 steps.',
    );
  });

  test('is refused to those who may not use the bot', async () => {
    await begin(echo);
    const message = world.slack.say('U0GRACE', 'C0ML', 'The loss is NaN.');
    world.slack.useShortcut('U0GUEST', message, 'ask_about_message');
    await answered('Guests may not use me here');
    expect(world.slack.dialogs.open).toEqual([]);
  });
});

test('the Home tab shows my sessions, the jobs of the workspace and what was used', {
  tags: 'long',
}, async () => {
  await begin(callOnce(runJob));
  world.hub.course = () => ({ queueMs: 0, runMs: 60_000, lines: ['x'] });
  world.slack.openHome('U0ADA');
  await until('an empty Home tab', () =>
    JSON.stringify(world.slack.homes.get('U0ADA') ?? '').includes('None yet'),
  );
  const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune a tiny model');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  await world.reply(asked, '· running');
  world.slack.openHome('U0ADA');
  await until('the session and its job', () => {
    const home = JSON.stringify(world.slack.homes.get('U0ADA') ?? '');
    return (
      home.includes('|fine-tune a tiny model>') &&
      home.includes('1 of yours is running') &&
      home.includes('Who approves') &&
      home.includes('· running')
    );
  });
  world.slack.openHome('U0GUEST');
  await until('a guest sees why there is nothing', () => {
    const home = JSON.stringify(world.slack.homes.get('U0GUEST') ?? '');
    return home.includes('Guests may not use me here') && !home.includes('· running');
  });
  world.slack.openHome('U0GRACE');
  await until('Grace sees jobs, and none of Ada’s sessions', () => {
    const home = JSON.stringify(world.slack.homes.get('U0GRACE') ?? '');
    return home.includes('· running') && home.includes('None yet');
  });
});
