import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import { listed, startRouter } from '../doubles/router.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const told = (user: string, text: string) =>
  until(`${user} is told "${text}"`, () =>
    world.slack.ephemerals.find((item) => item.user === user && item.text.includes(text)),
  );

describe('who may use the bot', () => {
  test.each([
    ['U0GUEST', 'Guests may not use me here'],
    ['U0SINGLE', 'Guests may not use me here'],
    ['U0OTHER', 'I only work for people of this workspace'],
  ])('%s is refused in private, and nothing of it reaches the model', async (user, reason) => {
    await begin(echo);
    const asked = world.slack.mention(user, 'C0ML', 'go');
    await told(user, reason);
    const member = world.slack.mention('U0ADA', 'C0ML', 'and me');
    await world.reply(member, 'heard: [Ada] and me');
    expect(world.replies(asked)).toEqual([]);
    expect(world.model.requests).toHaveLength(1);
    world.slack.say(user, 'C0ML', 'a word in between', member.ts);
    world.slack.slash(user, 'C0ML', 'jobs');
    await until(
      'the command is refused as well',
      () => world.slack.ephemerals.filter((item) => item.text.includes(reason)).length === 2,
    );
    world.slack.say('U0ADA', 'C0ML', 'more', member.ts);
    await world.reply(member, 'heard: [Ada] more');
    expect(JSON.stringify(world.model.requests)).not.toContain('a word in between');
  });

  test('a guest’s click decides nothing', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0GUEST', card, 'approve');
    await told('U0GUEST', 'Guests may not');
    expect(world.hub.jobs).toHaveLength(0);
  });

  test('a channel may have approvers of its own', async () => {
    await begin(callOnce(runJob), {
      configure: ({ access }) => {
        access.channels.C0ML = { approvers: ['U0GRACE'] };
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.click('U0ADA', card, 'approve');
    await told('U0ADA', 'Only <@U0GRACE> may decide this');
    world.slack.click('U0GRACE', card, 'approve');
    await until('the job runs', () => world.hub.jobs.length === 1);
  });

  test('where only mentions are for the bot, people may talk in its threads', async () => {
    await begin(echo, {
      configure: ({ access }) => {
        access.replies = 'mentions';
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'heard: [Ada] go');
    world.slack.say('U0GRACE', 'C0ML', 'what do you think of it?', asked.ts);
    world.slack.mention('U0GRACE', 'C0ML', 'and you?', asked.ts);
    await world.reply(asked, 'heard: [Grace] and you?');
    expect(world.model.requests.some((request) => lastText(request).includes('what do you think'))).toBe(
      false,
    );
  });
});

describe('a picture that somebody shares', () => {
  const seeing = async () => {
    await begin(
      (request) => ({ text: `seen: ${JSON.stringify(request.messages).includes('data:image/gif;base64,')}` }),
      {
        isStarted: false,
      },
    );
    const router = await startRouter(world.model, [
      listed('scripted/model', [{ provider: 'novita', context: 100_000 }], ['text', 'image']),
    ]);
    world.config.model.base_url = router.baseUrl;
    await world.start();
    return router;
  };

  test('reaches a model that sees as what it is, whatever it is called, also without a word to it', async () => {
    const router = await seeing();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    await world.reply(asked, 'seen: false');
    world.slack.share('U0ADA', 'C0ML', { name: 'loss.png', text: 'GIF89a' }, '', asked.ts);
    await world.reply(asked, 'seen: true');
    expect(JSON.stringify(world.model.requests.at(-1)?.messages)).toContain(
      Buffer.from('GIF89a').toString('base64'),
    );
    await router.close();
  });

  test('is left out for one that does not, and what is too large is refused in private', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    await world.reply(asked, 'heard: [Ada] hello');
    world.slack.share('U0ADA', 'C0ML', { name: 'loss.png', text: 'PNG' }, 'and this?', asked.ts);
    await world.reply(asked, 'heard: [Ada] and this?');
    expect(JSON.stringify(world.model.requests)).not.toContain('image_url');
    world.slack.share(
      'U0ADA',
      'C0ML',
      { name: 'huge.png', text: 'GIF89a'.padEnd(3_000_001, 'x') },
      'and that?',
      asked.ts,
    );
    await told('U0ADA', 'huge.png is larger than 3 MB');
    await world.reply(asked, 'heard: [Ada] and that?');
  });
});

describe('what was said before', () => {
  test('in the thread that the bot is called into is told with who said it, and once', async () => {
    await begin(echo);
    const first = world.slack.say('U0GRACE', 'C0ML', 'The loss is NaN after 200 steps.');
    world.slack.say('U0LINUS', 'C0ML', 'Lower the learning rate?', first.ts);
    world.slack.mention('U0ADA', 'C0ML', 'what do you say?', first.ts);
    await world.reply(first, 'heard: [Ada] what do you say?');
    const sent = lastText(world.model.requests[0] ?? { messages: [], model: '' });
    expect(sent).toContain(
      'What was said in this thread before:\n  > [Grace] The loss is NaN after 200 steps.\n  > [Linus] Lower the learning rate?',
    );
    world.slack.say('U0ADA', 'C0ML', 'go on', first.ts);
    await world.reply(first, 'heard: [Ada] go on');
    expect(lastText(world.model.requests[1] ?? { messages: [], model: '' })).toBe('[Ada] go on');
  });

  test('in a message that is linked is told, as long as it is of this channel', async () => {
    await begin(echo);
    const here = world.slack.say('U0GRACE', 'C0ML', 'use <https://huggingface.co/datasets/a/b>');
    const elsewhere = world.slack.say('U0GRACE', 'C0OPS', 'the secret plan');
    const link = (message: { channel: string; ts: string }) =>
      `<https://double.slack.com/archives/${message.channel}/p${message.ts.replace('.', '')}>`;
    const asked = world.slack.mention('U0ADA', 'C0ML', `as in ${link(here)} and ${link(elsewhere)}`);
    await world.reply(asked, 'heard: [Ada] as in');
    const sent = lastText(world.model.requests[0] ?? { messages: [], model: '' });
    expect(sent).toContain(
      'The message that is linked:\n  > [Grace] use https://huggingface.co/datasets/a/b',
    );
    expect(sent).not.toContain('secret plan');
  });
});

describe('the settings of a channel', () => {
  /** Asks for the settings, presses Change, and sends the dialog off with `filled`. */
  async function change(user: string, filled: Record<string, string>) {
    const before = world.slack.ephemerals.length;
    world.slack.slash(user, 'C0ML', 'settings');
    const table = await until('the settings', () => world.slack.ephemerals[before]);
    world.slack.clickPrivate(user, 'C0ML', table, 'channel_settings');
    return world.slack.submit(user, filled);
  }

  test('are changed by an admin in a dialog, and hold from then on in that channel alone', async () => {
    await begin(
      (request) => ({
        text: `${request.model} heard: ${lastText(request)} ${JSON.stringify(request.messages[0]?.content).includes('Push to acme/')}`,
      }),
      { configure: ({ model }) => void model.choices.push('other/model') },
    );
    await change('U0GRACE', {
      model: 'other/model',
      replies: 'mentions',
      users: 'U0ADA,U0GRACE',
      instructions: 'Push to acme/ only.',
    });
    await told('U0GRACE', 'Saved.');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'other/model heard: [Ada] go true');
    world.slack.mention('U0LINUS', 'C0ML', 'and me');
    await told('U0LINUS', 'only some people may use me');
    world.slack.say('U0ADA', 'C0ML', 'just talking', asked.ts);
    world.slack.mention('U0ADA', 'C0ML', 'again', asked.ts);
    await world.reply(asked, 'heard: [Ada] again');
    expect(JSON.stringify(world.model.requests)).not.toContain('just talking');
    const elsewhere = world.slack.mention('U0LINUS', 'C0OPS', 'hello');
    await world.reply(elsewhere, 'scripted/model heard: [Linus] hello false');
    world.slack.slash('U0LINUS', 'C0OPS', 'settings');
    await until('no button for who is no admin', () =>
      world.slack.ephemerals.some(
        ({ user, blocks }) =>
          user === 'U0LINUS' && JSON.stringify(blocks ?? []).includes('Admins of this workspace'),
      ),
    );
    world.slack.slash('U0ADA', 'C0ML', 'settings');
    await until('who changed it is shown', () =>
      world.slack.ephemerals.some(({ blocks }) =>
        /Ada, Grace.*Changed by Grace/s.test(JSON.stringify(blocks ?? [])),
      ),
    );
  });

  test('name who approves, and how quiet threads are', async () => {
    await begin((request) =>
      request.messages.at(-1)?.role === 'tool'
        ? { text: 'all done' }
        : { text: 'First I look at this.', ...callOnceReply() },
    );
    await change('U0GRACE', { approvers: 'U0LINUS', verbosity: 'quiet' });
    await told('U0GRACE', 'Saved.');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    expect(world.describe(asked)).not.toContain('First I look at this');
    expect(world.describe(asked)).not.toContain('a job on cpu-basic');
    world.slack.click('U0ADA', card, 'approve');
    await told('U0ADA', 'Only <@U0LINUS> may decide this');
    world.slack.click('U0LINUS', card, 'approve');
    await until('the job is submitted', () => world.hub.jobs.length === 1);
  });

  test('are refused to others, and an amount that is none is said so in the dialog', async () => {
    await begin(echo, {
      configure: ({ budgets }) => {
        budgets.approvers = ['U0GRACE'];
      },
    });
    world.slack.slash('U0ADA', 'C0ML', 'settings');
    const table = await until('the settings', () => world.slack.ephemerals[0]);
    expect(JSON.stringify(table.blocks)).not.toContain('"Change"');
    const dialog = await change('U0GRACE', { day_usd: 'lots' });
    expect(dialog.errors).toEqual({ day_usd: expect.stringContaining('Write the budget as an amount') });
    await world.slack.sendOff(dialog, { day_usd: '$0' });
    await told('U0GRACE', 'Saved.');
    await world.stop();
    world.config.model.price = { input_usd_per_million: 1_000, output_usd_per_million: 1_000 };
    await world.start();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'heard: [Ada] go');
    world.slack.say('U0ADA', 'C0ML', 'more', asked.ts);
    await world.reply(asked, 'The budget of this channel’s day is $0.00');
  });
});

const callOnceReply = () => ({ calls: [runJob] });
