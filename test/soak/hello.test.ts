import { describe, expect, test } from 'vitest';
import { CHANNELS, SECOND_CHANNEL } from '../doubles/discord/guild.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import type { TestConfig } from '../support/load-config.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* Where it is invited the bot says once what it is, what to ask, who approves and what it may spend. */

const configure = ({ access, budgets }: TestConfig): void => {
  access.hello = true;
  access.deny_channels = ['C0OPS', CHANNELS.ops];
  budgets.session_usd = 20;
  budgets.approvers = ['U0GRACE'];
};

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const hellos = (channel: string): SlackMessage[] =>
    world.slack.workspace.topLevel(channel).filter((one) => shown(one).includes('Hello, I am'));
  const handled = () => world.slack.delivered();

  test('an invitation is answered once: again invited, told twice, or after a restart', async () => {
    await begin(echo, { configure });
    world.slack.inviteBot('U0ADA', 'C0ML', 'U0LINUS'); // somebody else joins
    world.slack.inviteBot('U0ADA', 'C0OPS'); // where it may not be used
    world.slack.inviteBot('U0ADA', 'C0ML');
    world.slack.inviteBot('U0ADA', 'C0ML');
    const [hello] = await until('it says hello', () =>
      hellos('C0ML').length > 0 ? hellos('C0ML') : undefined,
    );
    await handled();
    await world.stop();
    await world.start();
    world.slack.inviteBot('U0GRACE', 'C0ML');
    await handled();
    expect(hellos('C0ML')).toHaveLength(1);
    expect(hellos('C0OPS')).toEqual([]);
    expect(hello && shown(hello)).toContain('fine-tune a small model on stanfordnlp/imdb');
    expect(hello && shown(hello)).toContain('**Who approves:** whoever asked. **Budget:** $20 for a session');
    expect(hello?.text).toMatch(/^👋 Hello, I am ML Intern: I research, train and ship models/);
    expect(world.slack.pushes).toEqual([]);
    world.slack.say('U0ADA', 'C0ML', 'nice', hello?.ts); // a thread that nobody has asked in
    await handled();
    expect(world.model.requests).toEqual([]);
  });

  test('one whose answer was lost is found, and one that failed is said when Slack tells it again', async () => {
    await begin(echo, { configure });
    let losses = 0;
    world.slack.disturb = (method) => (method === 'chat.postMessage' && losses++ === 0 ? 'drop' : undefined);
    world.slack.inviteBot('U0ADA', 'C0ML');
    await until('it is told again, and finds it', () =>
      world.slack.calls.some(({ method }) => method === 'conversations.history'),
    );
    await handled();
    expect(hellos('C0ML')).toHaveLength(1);
  });

  test('where people know it already it says nothing', async () => {
    await begin(echo, { configure });
    await world.reply(world.slack.mention('U0ADA', 'C0ML', 'hello'), 'hello');
    world.slack.inviteBot('U0ADA', 'C0ML');
    await handled();
    expect(hellos('C0ML')).toEqual([]);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const hellos = (channel: string) =>
    on.replies(channel).filter(({ content }) => content.includes('Hello, I am'));

  test('every server is told once, however often Discord tells of it', async () => {
    await begin(echo, { configure });
    const hello = await on.reply(CHANNELS.ml, 'Hello, I am');
    expect(hello.content).toMatch(/^👋 Hello, I am \*\*ML Intern\*\*: I research/);
    expect(hello.content).toContain('`/ml-intern settings`');
    on.discord.addToSecond();
    await on.reply(SECOND_CHANNEL, 'Hello, I am');
    on.discord.gateway.disconnect(true); // and all of them are told of anew
    await until('it is back', () => on.discord.gateway.counts.identified > 1);
    await on.world.stop();
    await on.start();
    on.discord.mention('ada', CHANNELS.ml, 'are you there?');
    await until('it listens', () => on.world.model.requests.length > 0);
    await on.world.stop();
    expect([CHANNELS.ml, CHANNELS.ops, SECOND_CHANNEL].map((one) => hellos(one).length)).toEqual([1, 0, 1]);
    expect(on.discord.pushes).toEqual([]);
  });

  test('a server that the config does not name is told nothing', async () => {
    await begin(echo, {
      configure(config) {
        configure(config);
        config.platforms.discord.allowed_guilds = ['899999999999999999'];
      },
    });
    on.discord.addToSecond();
    on.discord.mention('ada', CHANNELS.ml, 'hello?');
    await on.reply(CHANNELS.ml, 'I am not set up for this server');
    expect(hellos(CHANNELS.ml)).toEqual([]);
    expect(hellos(SECOND_CHANNEL)).toEqual([]);
  });
});
