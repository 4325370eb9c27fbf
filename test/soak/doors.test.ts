import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { ROOT } from '../support/root.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Every event that an adapter listens to, made by somebody who may not use the bot: they get the refusal, or
 * nothing, and nothing is done. An event that is listened to and stands in no table fails the test.
 */

const REFUSAL =
  /^(?:Guests may not use me here|I only work for people of this workspace|You may not use me here)/;

const sourcesOf = (adapter: string): string =>
  readdirSync(join(ROOT, 'adapters', adapter))
    .map((file) => readFileSync(join(ROOT, 'adapters', adapter, file), 'utf8'))
    .join('\n');

const found = (source: string, pattern: RegExp): string[] =>
  [...new Set([...source.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  type Doing = (who: string, at: { answer: SlackMessage; first: SlackMessage }) => unknown;

  /** What somebody does, by what is listened to. */
  const EVENTS: Readonly<Record<string, readonly Doing[]>> = {
    app_mention: [
      (who) => world.slack.mention(who, 'C0ML', 'train a model'),
      (who, { first }) => world.slack.mention(who, 'C0ML', 'approve', first.ts),
    ],
    message: [
      (who, { first }) => world.slack.say(who, 'C0ML', 'stop', first.ts),
      (who, { first }) => world.slack.say(who, 'C0ML', 'catch me up', first.ts),
      (who, { first }) => world.slack.share(who, 'C0ML', { name: 'a.csv', text: 'a,b\n' }, '', first.ts),
    ],
    app_home_opened: [(who) => world.slack.openHome(who), (who) => world.slack.openMessages(who)],
    agent_session_stopped: [(who, { first }) => world.slack.pressStop(who, first)],
    assistant_thread_started: [(who) => world.slack.openPanel(who)],
    action: [
      ...['stop', 'retry', 'job_log', 'cancel_job', 'channel_settings', 'account_sign_in'].map(
        (action): Doing =>
          (who, { answer }) =>
            world.slack.clickValue(who, answer, action, 'x'),
      ),
      (who, { answer }) => world.slack.clickValue(who, answer, 'nobody_knows', 'x'),
    ],
    view: [
      (who, { first }) =>
        world.slack.sendOff(
          {
            id: `V${who}`,
            user: who,
            team: 'T00000001',
            errors: undefined,
            view: {
              type: 'modal',
              callback_id: 'form',
              private_metadata: JSON.stringify({
                subject: { form: 'session' },
                channel: 'C0ML',
                thread: first.ts,
              }),
              title: { type: 'plain_text', text: 'x' },
              submit: { type: 'plain_text', text: 'x' },
              blocks: [
                {
                  type: 'input',
                  block_id: 'model',
                  label: { type: 'plain_text', text: 'x' },
                  element: { type: 'plain_text_input', action_id: 'value' },
                },
              ],
            } as never,
          },
          'undo',
        ),
    ],
    command: ['new train', 'jobs', 'status', 'usage', 'models', 'settings', 'account', 'help'].map(
      (words): Doing =>
        (who) =>
          world.slack.slash(who, 'C0ML', words),
    ),
    shortcut: [(who, { first }) => world.slack.useShortcut(who, first, 'ask_about_message')],
  };

  /** What no person does with the bot: the workspace itself changes. */
  const OF_WORKSPACES = [
    'app_uninstalled',
    'channel_unarchive',
    'group_unarchive',
    'member_joined_channel',
    'tokens_revoked',
  ];

  test('every listener is in the table', () => {
    const source = sourcesOf('slack');
    const named = found(source, /app\.event\('(\w+)'/g);
    const kinds = found(source, /app\.(action|view|command|shortcut|options|function|step)\(/g);
    expect([...named, ...kinds].sort()).toEqual([...Object.keys(EVENTS), ...OF_WORKSPACES].sort());
  });

  test.each([
    ['a guest', 'U0GUEST'],
    ['somebody of another workspace', 'U0OTHER'],
    ['somebody who is denied', 'U0LINUS'],
  ])('%s gets the refusal and nothing else, whatever they do', async (_who, who) => {
    await begin(echo, {
      configure: ({ access }) => {
        access.deny_people = ['U0LINUS'];
      },
    });
    const { slack, model, hub } = world;
    const first = slack.mention('U0ADA', 'C0ML', 'hello');
    const answer = await world.reply(first, 'heard: [Ada] hello');
    await until('it is done', () => slack.standing(first) === 'active');
    await slack.delivered();
    const before = {
      requests: model.requests.length,
      shown: world.replies(first).length,
      calls: slack.calls.length,
    };
    const done = Object.values(EVENTS).flat();
    for (const act of done) {
      await act(who, { answer, first });
      await slack.delivered();
    }
    await until('Home is shown', () => slack.homes.has(who));
    expect(JSON.stringify(slack.homes.get(who))).toMatch(new RegExp(REFUSAL.source.slice(1)));
    expect(slack.homes.get(who)).toHaveLength(1);
    const told = slack.ephemerals.filter(({ user }) => user === who).map(({ text }) => text);
    expect(told.length).toBeGreaterThan(15);
    expect(told.filter((text) => !REFUSAL.test(text))).toEqual([]);
    expect([...slack.prompts.keys()]).toEqual([]);
    expect(slack.dialogs.open).toEqual([]);
    const wrote = slack.calls.slice(before.calls).filter(({ method }) => method.startsWith('chat.post'));
    expect(wrote.every(({ method }) => method === 'chat.postEphemeral')).toBe(true);
    expect(world.replies(first)).toHaveLength(before.shown);
    expect(world.describe(first)).not.toContain('Stopped');
    expect(slack.standing(first)).toBe('active');
    expect(model.requests).toHaveLength(before.requests);
    expect(hub.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('an edit of somebody who has been denied meanwhile changes nothing of what waits', async () => {
    await begin(echo, { isStarted: false });
    await world.start(['chat']);
    const { slack, config } = world;
    const first = slack.mention('U0ADA', 'C0ML', 'the first words');
    await slack.delivered();
    config.access.deny_people = [...config.access.deny_people, 'U0ADA'];
    slack.editMessage(first, `${first.text.replace('first', 'second')}`);
    await slack.delivered();
    await world.stop();
    await world.start(['chat', 'worker']);
    await world.reply(first, 'heard: [Ada] the first words');
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  type Doing = (at: { answer: DiscordMessage; first: DiscordMessage }) => unknown;
  const who = 'linus';

  const EVENTS: Readonly<Record<string, readonly Doing[]>> = {
    MessageCreate: [
      () => on.discord.mention(who, CHANNELS.ml, 'train a model'),
      ({ first }) => on.discord.say(who, first.id, 'stop'),
      ({ first }) => on.discord.say(who, first.id, 'catch me up'),
    ],
    isButton: ['stop', 'retry', 'job_log|x', 'cancel_job|x', 'channel_settings', 'account_sign_in', 'x'].map(
      (id): Doing =>
        ({ answer }) =>
          on.discord.clickId(who, answer, id),
    ),
    isChatInputCommand: ['status', 'jobs', 'usage', 'models', 'settings', 'account', 'help'].map(
      (name): Doing =>
        () =>
          on.discord.slash(who, CHANNELS.ml, name),
    ),
    isAutocomplete: [
      () => on.discord.type(who, CHANNELS.ml, 'model', 'id', ''),
      () => on.discord.type(who, CHANNELS.ml, 'status', 'session', ''),
    ],
    isMessageContextMenuCommand: [({ first }) => on.discord.pointAt(who, first)],
  };

  /** What is asked at the same door as those above, or what no person does with the bot. */
  const OTHERS = {
    sameAsButtons: ['isStringSelectMenu', 'isModalSubmit'],
    /** Tried below. */
    edits: ['MessageUpdate'],
    /** Takes back what waits, of whoever wrote it: nothing is told, done or spent by that. */
    deletions: ['MessageDelete', 'MessageBulkDelete'],
    ofGuilds: [
      ...[
        'ChannelUpdate',
        'GuildAvailable',
        'GuildCreate',
        'GuildMemberUpdate',
        'GuildRoleUpdate',
        'ThreadUpdate',
      ],
      ...['ClientReady', 'Error', 'Warn', 'InteractionCreate'],
      ...['ShardDisconnect', 'ShardError', 'ShardReady', 'ShardReconnecting', 'ShardResume'],
    ],
  };

  test('every listener is in the table', () => {
    const source = sourcesOf('discord');
    const events = found(source, /client\.on(?:ce)?\(Events\.(\w+)/g);
    const kinds = found(source, /interaction\.(is(?!MessageComponent|FromMessage)[A-Z]\w*)\(\)/g);
    const known = [...Object.keys(EVENTS), ...Object.values(OTHERS).flat()];
    expect([...events, ...kinds].filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => ![...events, ...kinds].includes(name))).toEqual([]);
  });

  test('somebody who is denied gets the refusal and nothing else, whatever they do', async () => {
    await begin(echo, {
      configure: ({ access }) => {
        access.deny_people = [PEOPLE.linus.id];
      },
    });
    const { discord, world } = on;
    const first = discord.mention('ada', CHANNELS.ml, 'hello');
    const answer = await on.reply(first.id, 'heard: [Ada] hello');
    await until('it is done', () => first.reactions.has('✅'));
    const before = { requests: world.model.requests.length, shown: on.replies(first.id).length };
    for (const act of Object.values(EVENTS).flat()) act({ answer, first });
    const asked = ['isButton', 'isChatInputCommand', 'isMessageContextMenuCommand'].flatMap(
      (kind) => EVENTS[kind] ?? [],
    );
    await until(
      () => `all are answered: ${JSON.stringify(discord.privates)}`,
      () => discord.privates.length === asked.length && discord.suggestions.length === 2,
    );
    expect(discord.privates.filter(({ text }) => !REFUSAL.test(text))).toEqual([]);
    expect(discord.suggestions).toEqual([[], []]);
    expect(discord.modals).toEqual([]);
    await on.reply(CHANNELS.ml, 'You may not use me here');
    expect(on.replies(CHANNELS.ml)).toHaveLength(1);
    expect(on.replies(first.id)).toHaveLength(before.shown);
    expect(on.describe(first.id)).not.toContain('Stopped');
    expect([...first.reactions]).toEqual(['✅']);
    expect(world.model.requests).toHaveLength(before.requests);
  });

  test('an edit of somebody who has been denied meanwhile changes nothing of what waits', async () => {
    await begin(echo, { isStarted: false });
    await on.start(['chat']);
    const { discord, world } = on;
    const first = discord.mention('ada', CHANNELS.ml, 'the first words');
    await until('it is taken in', () => discord.guild.threads.has(first.id));
    world.config.access.deny_people = [PEOPLE.ada.id];
    discord.editMessage(first, '<@me> the second words');
    discord.mention('ada', CHANNELS.ml, 'still there?');
    await on.reply(CHANNELS.ml, 'You may not use me here'); // what came before that is taken, too
    await world.stop();
    await on.start();
    await on.reply(first.id, 'heard: [Ada] the first words');
  });
});
