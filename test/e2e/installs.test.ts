import { expect, test } from 'vitest';
import { installations } from '../../src/db/schema/access.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { BOT, SECOND_TEAM } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { install, letInstall } from '../support/slack-installs.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const address = () => `http://127.0.0.1:${world.config.platforms.slack.port}`;

async function beginInstallable(): Promise<void> {
  await begin(echo, { mode: 'http', isStarted: false });
  letInstall(world, [BOT.team_id, SECOND_TEAM]);
  await world.start();
}

async function recorded() {
  const storage = await world.backend.open();
  const rows = await storage.db.select().from(installations);
  const states = await storage.db.select({ state: sessions.state }).from(sessions);
  await storage.close();
  return { rows, states: states.map(({ state }) => (state as { kind: string }).kind) };
}

test('two workspaces install the app, and each is answered with its own token, which is encrypted in the record', async () => {
  await beginInstallable();
  world.slack.oauth.expiresIn = 3_600; // about to run out: renewed before it is used
  expect((await install(world, BOT.team_id)).status).toBe(200);
  expect((await install(world, SECOND_TEAM)).status).toBe(200);
  const one = world.slack.mention('U0ADA', 'C0ML', 'in the first');
  const two = world.slack.mention('U0ADA', 'C0TWO', 'in the second');
  await world.reply(one, 'heard: [Ada] in the first');
  await world.reply(two, 'heard: [Ada] in the second');
  expect(world.slack.oauth.renewals).toBeGreaterThanOrEqual(2);
  await world.stop();
  const { rows } = await recorded();
  expect(rows.map(({ workspace }) => workspace).sort()).toEqual([BOT.team_id, SECOND_TEAM]);
  expect(JSON.stringify(rows)).not.toContain('xox');
});

test('taking the app out of a workspace forgets its token and closes its sessions, and no other', async () => {
  await beginInstallable();
  await install(world, BOT.team_id);
  await install(world, SECOND_TEAM);
  const one = world.slack.mention('U0ADA', 'C0ML', 'stay');
  const two = world.slack.mention('U0ADA', 'C0TWO', 'go');
  await world.reply(one, 'heard: [Ada] stay');
  await world.reply(two, 'heard: [Ada] go');
  world.slack.uninstall(SECOND_TEAM);
  world.slack.say('U0ADA', 'C0ML', 'still there?', one.ts);
  await world.reply(one, 'heard: [Ada] still there?');
  const { rows, states } = await until('the second is gone', async () => {
    await world.stop();
    const now = await recorded();
    if (now.rows.length === 1 && now.states.includes('closed')) return now;
    await world.start();
    return undefined;
  });
  expect(rows.map(({ workspace }) => workspace)).toEqual([BOT.team_id]);
  expect(states.sort()).toEqual(['closed', 'idle']);
});

test('a sign-in that was not begun here is refused', async () => {
  await beginInstallable();
  const page = await fetch(`${address()}/slack/install`);
  const [, link = ''] = /href="([^"]*oauth\/v2\/authorize[^"]*)"/.exec(await page.text()) ?? [];
  const back = world.slack.oauth.allow(link.replaceAll('&amp;', '&'), BOT.team_id);
  const answer = await fetch(`${address()}${back}`); // without the cookie of who began
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect((await fetch(`${address()}/health`)).status).toBe(200);
  await world.stop();
  expect((await recorded()).rows).toEqual([]);
});

test('installs by OAuth without what they need say what is missing', async () => {
  await begin(echo, { isStarted: false });
  world.config.platforms.slack.installs = 'oauth';
  await expect(world.start()).rejects.toThrow(ConfigError);
  await expect(world.start()).rejects.toThrow('needs slack.mode "http"');
  world.config.platforms.slack.mode = 'http';
  await expect(world.start()).rejects.toThrow('ENCRYPTION_KEY is not set');
});
