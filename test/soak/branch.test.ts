import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* A thread that goes on from another one: what came along, what did not, and that there is one. */

const NAMED = { ...dollarJob, arguments: { ...dollarJob.arguments, name: 'IMDB baseline' } };
const OVER = { queueMs: 0, runMs: 0, lines: ["{'eval_accuracy': 0.934}"], stage: 'COMPLETED' as const };

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const openers = () =>
    world.slack.workspace.topLevel('C0ML').filter((one) => shown(one).includes('branched off by'));
  const opened = () => until('a thread is begun', () => openers()[0]);

  async function asked(text = 'train the baseline'): Promise<SlackMessage> {
    await begin(callOnce(NAMED));
    world.hub.course = () => OVER;
    const first = world.slack.mention('U0ADA', 'C0ML', text);
    await world.reply(first, 'Approve up to $1.00?');
    return first;
  }

  test('a new thread goes on with what was said, and not with what was allowed; both link to each other', async () => {
    const first = await asked();
    world.slack.say('U0GRACE', 'C0ML', 'branch', first.ts);
    const opener = await opened();
    const link = (ts: string) => `archives/C0ML/p${ts.replace('.', '')}`;
    expect(opener.thread_ts).toBeUndefined();
    expect(shown(opener)).toContain('train the baseline');
    expect(shown(opener)).toContain('branched off by Grace');
    expect(shown(opener)).toContain(link(first.ts));
    expect(shown(opener)).toContain('what was said (1 message of people)');
    expect(shown(opener)).toContain('1 open approval, and those that were given');
    expect(shown(await world.reply(first, 'Grace has branched off'))).toContain(link(opener.ts));
    world.slack.say('U0GRACE', 'C0ML', 'and with lora?', opener.ts);
    await until('the model is told what was said before', () =>
      world.model.requests.some(({ messages }) => {
        const told = JSON.stringify(messages);
        return told.includes('Ada: train the baseline') && told.includes('and with lora?');
      }),
    );
    const card = await world.reply(opener, 'Approve up to $1.00?'); // nothing that was given counts
    world.slack.click('U0GRACE', card, 'approve');
    await world.reply(opener, 'result: ');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('a click that is delivered twice, and a restart in the middle, begin one thread', async () => {
    const first = await asked();
    world.slack.disturb = (method) => (method === 'chat.postMessage' ? 'drop' : undefined);
    const said = world.slack.say('U0GRACE', 'C0ML', 'branch', first.ts);
    await until('it is posted, and nobody knows', () => openers().length > 0);
    await world.stop();
    world.slack.disturb = () => undefined;
    await world.start();
    world.slack.deliverMessage(said);
    await world.reply(first, 'Grace has branched off');
    expect(openers()).toHaveLength(1);
    world.slack.say('U0GRACE', 'C0ML', 'status', openers()[0]?.ts);
    await until('it has its session', () => world.replies(openers()[0] as SlackMessage).length > 0);
  });

  test('where the channel takes nothing the thread is told why, and it can be asked for again', async () => {
    const first = await asked();
    world.slack.disturb = (method) => (method === 'chat.postMessage' ? 'restricted_action' : undefined);
    world.slack.say('U0GRACE', 'C0ML', 'branch', first.ts);
    await until('it is refused', () => world.slack.calls.some(({ error }) => error === 'restricted_action'));
    world.slack.disturb = () => undefined;
    await world.reply(first, 'I could not begin the branch that Grace asked for');
    world.slack.say('U0GRACE', 'C0ML', 'branch', first.ts);
    await world.reply(first, 'Grace has branched off');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const menuIn = (thread: string) =>
    until('it has its menu', () =>
      on.replies(thread).find(({ components }) => JSON.stringify(components).includes('session_menu')),
    );
  const threads = () =>
    [...on.discord.guild.messages.values()].filter((one) => shownOn(one).includes('branched off by'));

  test('a thread of a channel branches into one of the channel, a post of a forum into a post', async () => {
    await begin(() => ({ text: 'It is trained.' }));
    for (const first of [
      on.discord.mention('ada', CHANNELS.ml, 'train the baseline'),
      on.discord.post('ada', CHANNELS.forum, 'baseline', '<@me> train the baseline'),
    ]) {
      await on.reply(first.id, 'It is trained.');
      const before = threads().length;
      on.discord.pick('grace', await menuIn(first.id), 'session_menu', 'branch');
      const told = shownOn(await on.reply(first.id, 'Grace has branched off'));
      const opener = threads()[before];
      const thread = opener && on.discord.guild.threads.get(opener.id);
      expect(thread).toMatchObject({ parent: on.discord.guild.threads.get(first.id)?.parent });
      expect(told).toContain(`/${opener?.id}`);
      expect(opener && shownOn(opener)).toContain(`/${first.id}`);
      on.discord.say('grace', opener?.id ?? '', 'and with lora?');
      await on.reply(opener?.id ?? '', 'It is trained.');
    }
  });

  test('where answers are lost one thread is begun nevertheless', async () => {
    await begin(() => ({ text: 'It is trained.' }));
    for (const [first, lost] of [
      [on.discord.mention('ada', CHANNELS.ml, 'train the baseline'), /\/messages\/\d+\/threads$/],
      [on.discord.post('ada', CHANNELS.forum, 'baseline', '<@me> train the baseline'), /\d\/threads$/],
    ] as const) {
      await on.reply(first.id, 'It is trained.');
      const before = threads().length;
      let losses = 0;
      on.discord.disturb = (method, path) =>
        method === 'POST' && lost.test(path) && losses++ < 4 ? 'drop' : undefined;
      on.discord.say('grace', first.id, 'branch');
      await on.reply(first.id, 'Grace has branched off');
      expect(losses).toBeGreaterThan(0);
      expect(threads()).toHaveLength(before + 1);
    }
  });

  test('a private thread and direct messages are branched nowhere', async () => {
    await begin(() => ({ text: 'It is trained.' }));
    const secret = on.discord.startPrivateThread('grace', CHANNELS.ml, 'quiet');
    on.discord.say('grace', secret, '<@me> train the baseline');
    await on.reply(secret, 'It is trained.');
    on.discord.say('grace', secret, 'branch');
    await on.reply(secret, 'This thread is private');
    on.discord.pick('grace', await menuIn(secret), 'session_menu', 'branch');
    await until(
      'it is refused again',
      () => on.describe(secret).split('This thread is private').length === 3,
    );
    on.discord.say('ada', CHANNELS.direct, 'train it');
    await on.reply(CHANNELS.direct, 'It is trained.');
    on.discord.say('ada', CHANNELS.direct, 'branch');
    await on.reply(CHANNELS.direct, 'There are no threads in direct messages here');
    expect(threads()).toEqual([]);
  });
});
