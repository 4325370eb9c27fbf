import { afterEach, describe, expect, test } from 'vitest';
import { installations } from '../../src/db/schema/access.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { BOT, SECOND_TEAM } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { echo } from '../support/scripts.ts';
import { install, letInstall } from '../support/slack-installs.ts';
import { until } from '../support/until.ts';
import { World } from '../support/world.ts';

/*
 * Who may use the bot at all: workspaces and guilds that the config names.
 */

const GUILD_ELSEWHERE = '899999999999999999';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function rowsOf(of: World) {
  await of.stop();
  const storage = await of.backend.open();
  const all = {
    sessions: await storage.db.select().from(sessions),
    installations: await storage.db.select().from(installations),
  };
  await storage.close();
  return all;
}

describe('a Slack app that workspaces install', () => {
  async function beginInstallable(allowed: string[]): Promise<World> {
    const made = await World.create('shared', { script: echo, mode: 'http' });
    world = made;
    letInstall(made, allowed);
    await made.start();
    return made;
  }

  test('is not kept for a workspace that the config does not name, and whoever installs it is told', async () => {
    const made = await beginInstallable([BOT.team_id]);
    const answer = await install(made, SECOND_TEAM);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('may not be installed in your workspace');
    made.slack.mention('U0ADA', 'C0TWO', 'train a model');
    await made.slack.delivered();
    expect(made.slack.receipts.every(({ isAcknowledged }) => isAcknowledged)).toBe(true);
    expect(made.slack.failedAttempts).toBe(0);
    expect(made.model.requests).toHaveLength(0);
    expect(await rowsOf(made)).toEqual({ sessions: [], installations: [] });
  });

  test('does nothing for a workspace that is not allowed any more, and tells each person there once', async () => {
    const made = await beginInstallable([BOT.team_id, SECOND_TEAM]);
    expect((await install(made, BOT.team_id)).status).toBe(200);
    expect((await install(made, SECOND_TEAM)).status).toBe(200);
    await made.stop();
    made.config.platforms.slack.allowed_workspaces = [BOT.team_id];
    await made.start();
    const { slack } = made;
    slack.mention('U0ADA', 'C0TWO', 'train a model');
    await until('Ada is told', () => slack.ephemerals.length > 0);
    slack.mention('U0ADA', 'C0TWO', 'please');
    slack.mention('U0GRACE', 'C0TWO', 'and for me?');
    await until('Grace is told', () => slack.ephemerals.length > 1);
    await slack.delivered();
    expect(slack.ephemerals.map(({ user, text }) => [user, text])).toEqual([
      ['U0ADA', 'I am not set up for this workspace. Whoever runs me can change that.'],
      ['U0GRACE', 'I am not set up for this workspace. Whoever runs me can change that.'],
    ]);
    expect(made.model.requests).toHaveLength(0);
    expect((await rowsOf(made)).sessions).toEqual([]);
  });
});

test('a bot token whose workspace is not on the list is refused at the start', async () => {
  world = await World.create('shared', { script: echo });
  world.config.platforms.slack.allowed_workspaces = [SECOND_TEAM];
  await expect(world.start()).rejects.toThrow(
    `slack.allowed_workspaces (SLACK_ALLOWED_WORKSPACES) does not name ${BOT.team_id}`,
  );
});

describe('a Discord bot', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('that anybody may add to a server starts only with a list of servers', async () => {
    await begin(echo, { isStarted: false });
    on.discord.isPublic = true;
    await expect(on.start()).rejects.toThrow('discord.allowed_guilds (DISCORD_ALLOWED_GUILDS) is not set');
    on.world.config.platforms.discord.allowed_guilds = [GUILD_ELSEWHERE];
    await on.start();
  });

  test('does nothing in a server that the list does not name, and tells each person there once', async () => {
    await begin(echo, {
      configure: ({ platforms }) => {
        platforms.discord.allowed_guilds = [GUILD_ELSEWHERE];
      },
    });
    const { discord, world: made } = on;
    const first = discord.mention('ada', CHANNELS.ml, 'train a model');
    await on.reply(CHANNELS.ml, 'I am not set up for this server');
    discord.mention('ada', CHANNELS.ml, 'please');
    discord.mention('grace', CHANNELS.ml, 'and for me?');
    await until('Grace is told', () => on.replies(CHANNELS.ml).length > 1);
    discord.slash('ada', CHANNELS.ml, 'new', { request: 'train a model' });
    discord.slash('ada', CHANNELS.ml, 'jobs');
    await until('both commands are refused', () => discord.privates.length === 2);
    discord.type('ada', CHANNELS.ml, 'model', 'id', '');
    await until('nothing is offered', () => discord.suggestions.length === 1);
    expect(discord.suggestions).toEqual([[]]);
    expect(new Set(discord.privates.map(({ text }) => text))).toEqual(
      new Set(['I am not set up for this server. Whoever runs me can change that.']),
    );
    expect(on.replies(CHANNELS.ml)).toHaveLength(2);
    expect(discord.guild.threads.has(first.id)).toBe(false);
    expect(made.model.requests).toHaveLength(0);
    expect((await rowsOf(made)).sessions).toEqual([]);
  });

  test('answers direct messages of people who share an allowed server, and of nobody else', async () => {
    await begin(echo);
    const { discord, world: made } = on;
    let isMember = true;
    discord.disturb = (_method, path) => (path.includes('/members/') && !isMember ? 404 : undefined);
    discord.say('ada', CHANNELS.direct, 'hello');
    await on.reply(CHANNELS.direct, 'heard: [Ada] hello');
    isMember = false;
    made.advance(120_000);
    discord.say('ada', CHANNELS.direct, 'still there?');
    await on.reply(CHANNELS.direct, 'I only answer direct messages of people who are in a server');
    discord.slash('ada', CHANNELS.direct, 'jobs');
    await on.told('ada', 'I only answer direct messages of people who are in a server');
    expect(on.describe(CHANNELS.direct)).not.toContain('still there?');
  });
});
