import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { CHANNELS, GUILD, SECOND_CHANNEL, SECOND_GUILD } from '../doubles/discord/guild.ts';
import type { ModelScript } from '../doubles/model.ts';
import { BOT, SECOND_TEAM } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { inTurn } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* What the agent says in other channels than that of its thread: only where the config lists them. */

const HOSTILE =
  '@everyone <!channel> <@U0GRACE> <@600000000000000002> <@&800000000000000008>\n# Big\n- [google.com](https://evil.example/x) ~~*_`**\nhttps://hf.co/ada/my_model_2?x=1&y=2#z is there';

const say = (destinations: string[], title = 'IMDB is trained', message = HOSTILE) => ({
  name: 'notify',
  arguments: { destinations, title, message, severity: 'success' },
});

const list =
  (platform: string, workspace: string, channels: Record<string, string>) =>
  (config: Config): void => {
    config.notify.channels = Object.entries(channels).map(([name, channel]) => ({
      name,
      platform,
      workspace,
      channel,
    }));
    config.notify.per_hour = 3;
  };

/** What the newest request told the model that it can use, of a tool. */
const describedTo = (world: World, name: string): string | undefined =>
  world.model.requests
    .flatMap(({ tools = [] }) => tools)
    .findLast((tool) => 'function' in tool && tool.function.name === name)?.function.description;

const resultsIn = (world: World): string[] =>
  (world.model.requests.at(-1)?.messages ?? []).flatMap(({ role, content }) =>
    role === 'tool' ? [String(content)] : [],
  );

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });
  const listed = (channels: Record<string, string>) => list('slack', BOT.team_id, channels);
  const inOps = () => world.slack.workspace.topLevel('C0OPS').filter(({ bot_id }) => bot_id !== undefined);

  test('it is posted once in each channel with a link to its thread, and calls nobody', async () => {
    await begin(inTurn(say(['#Ops', 'ops', 'two'])), {
      configure: listed({ ops: 'C0OPS', two: 'C0TWO' }),
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await world.reply(asked, 'result: ops: posted.');
    expect(describedTo(world, 'notify')).toContain('The channels: ops, two.');
    expect(inOps()).toHaveLength(1);
    const [posted] = inOps();
    const text = posted ? shown(posted) : '';
    expect(text).toContain('IMDB is trained');
    expect(text).toContain(`archives/C0ML/p${asked.ts.replace('.', '')}`);
    expect(text).toContain('a thread that Ada began');
    expect(text).toContain('https://hf.co/ada/my_model_2?x=1');
    expect(text).not.toMatch(/<!channel>|<@U0GRACE>/);
    expect(JSON.stringify(posted?.blocks)).not.toContain('[google.com](');
    expect(world.slack.broadcasts).toEqual([]);
    expect(world.slack.pushes.filter(({ channel }) => channel === 'C0OPS')).toEqual([]);
    await world.reply(asked, 'Notified #Ops, #ops, #two');
  });

  test('what a channel does not take is told to the model and the thread, and the others get it', async () => {
    await begin(inTurn(say(['ops', 'two']), say(['two'], 'Again'), say(['ops'], 'Once more'), say(['ops'])), {
      configure: listed({ ops: 'C0OPS', two: 'C0TWO' }),
    });
    world.slack.refusals.set('C0TWO', 'archived');
    world.slack.refusals.set('C0OPS', 'removed');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await world.reply(asked, 'I could not post “IMDB is trained” in **#ops**: I am not in the channel');
    await world.reply(asked, '**#two**: the channel is archived; somebody has to un-archive it');
    await until('it gives up', () => resultsIn(world).length === 4);
    const [first, second, third] = resultsIn(world);
    expect(first).toMatch(
      /ops: not posted: I am not in the channel.*\ntwo: not posted: the channel is archived/,
    );
    expect(second).toMatch(/two: not posted: the channel is archived/);
    expect(third).toMatch(/Nothing was sent: a session may send 3 messages an hour/);
    expect(inOps()).toEqual([]);
  });

  test('no channel that is not listed, of another workspace or only an id, and none in direct messages', async () => {
    await begin(inTurn(say(['C0OPS']), say(['elsewhere'])), {
      configure(config) {
        listed({ ops: 'C0OPS' })(config);
        config.notify.channels.push({
          name: 'elsewhere',
          platform: 'slack',
          workspace: SECOND_TEAM,
          channel: 'C0TWO',
        });
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'train it');
    await world.reply(asked, '"elsewhere" is no channel that is listed. Listed are: ops.');
    expect(resultsIn(world)[0]).toContain('"C0OPS" is no channel that is listed');
    world.model.script = inTurn(say(['ops']));
    const direct = world.slack.say('U0ADA', 'D0ADA', 'train it');
    await world.reply(direct, 'There are no other channels here');
    const { tools = [], messages } = world.model.requests.at(-1) ?? { messages: [] };
    expect(JSON.stringify([tools, messages[0]])).not.toContain('notify');
    expect([...world.slack.workspace.topLevel('C0TWO'), ...inOps()]).toEqual([]);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });
  const told = (): string[] => resultsIn(on.world);
  const once: ModelScript = inTurn(say(['ops']), say(['second'], 'Two'), say(['closed'], 'Three'));
  const configure = list('discord', GUILD, {
    ops: CHANNELS.ops,
    second: SECOND_CHANNEL,
    closed: CHANNELS.closed,
  });

  test('it is posted once, with a link to its thread, and no channel of another server gets any', {
    tags: 'long',
  }, async () => {
    await begin(once, { configure });
    on.discord.guild.hasSecond = true;
    on.discord.refusals.lacksIn.set(CHANNELS.closed, 'SendMessages');
    const asked = on.discord.mention('ada', CHANNELS.ml, 'train it');
    await on.reply(asked.id, '#closed**: I lack a permission here');
    await on.reply(asked.id, 'result: closed: not posted: I lack a permission here');
    expect(told()).toEqual([
      'ops: posted.',
      expect.stringContaining('the channel is not in this server'),
      expect.anything(),
    ]);
    expect(on.replies(CHANNELS.ops)).toHaveLength(1);
    const [posted] = on.replies(CHANNELS.ops);
    const text = posted ? shownOn(posted) : '';
    expect(text).toContain(`https://discord.com/channels/${GUILD}/${asked.id}`);
    expect(text).not.toContain('](https://evil');
    expect(on.discord.pushes.filter(({ channel }) => channel === CHANNELS.ops)).toEqual([]);
    expect(on.discord.broadcasts).toEqual([]);
    expect(on.replies(SECOND_CHANNEL)).toEqual([]);
    expect(SECOND_GUILD).not.toBe(GUILD);
  });

  test('a channel that it can’t see or that is gone is told as that', async () => {
    await begin(inTurn(say(['ops', 'gone'])), {
      configure: list('discord', GUILD, { ops: CHANNELS.ops, gone: '700000000000000099' }),
    });
    on.discord.refusals.lacksIn.set(CHANNELS.ops, 'ViewChannel');
    const asked = on.discord.mention('ada', CHANNELS.ml, 'train it');
    await on.reply(asked.id, 'result:');
    expect(told()[0]).toMatch(
      /ops: not posted: I can't see this channel.*\ngone: not posted: the thread or channel is gone/,
    );
  });
});
