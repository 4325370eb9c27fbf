import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bot } from '../bot.ts';
import { situation } from '../situation.ts';

/** How long is listened to a process whose token is refused. */
const LISTEN_MS = 5_000;

/** It names the setting once, keeps still, and goes on. */
async function namesOnce(bot: Bot, setting: string): Promise<string> {
  const named = new RegExp(`^${setting} is refused by `);
  await bot.logs(named);
  const before = bot.log.length;
  await sleep(LISTEN_MS);
  assert.equal(bot.lines(named).length, 1, bot.describe());
  const lines = bot.log.length - before;
  assert.ok(lines <= 20, `${lines} lines\n${bot.describe()}`);
  assert.ok(bot.isRunning, bot.describe());
  return `${lines} lines in ${LISTEN_MS / 1000} s`;
}

export const TOKENS = [
  situation('SLACK_BOT_TOKEN is revoked while the bot runs: named once', async (site) => {
    const bot = await site.started();
    await site.answers();
    site.slack.tokenError = 'token_revoked';
    site.ask('and now?');
    return namesOnce(bot, 'SLACK_BOT_TOKEN');
  }),
  situation('SLACK_APP_TOKEN is revoked while the bot runs: named once', async (site) => {
    const bot = await site.started();
    await site.answers();
    site.slack.disturb = (method) => (method === 'apps.connections.open' ? 'invalid_auth' : undefined);
    site.slack.disconnect();
    return namesOnce(bot, 'SLACK_APP_TOKEN');
  }),
  situation('DISCORD_TOKEN is reset while the bot runs: named once', async (site) => {
    const discord = await site.discord();
    const environment = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: `${discord.url}/api` };
    const bot = await site.started({ ...environment, SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' });
    discord.token = 'another.token.altogether';
    discord.gateway.disconnect(true);
    return namesOnce(bot, 'DISCORD_TOKEN');
  }),
  situation('HF_TOKEN is refused by the model provider: named once, and the thread is told', async (site) => {
    const bot = await site.started();
    await site.answers();
    site.model.script = () => ({ error: { status: 401, message: 'Invalid username or password.' } });
    const asked = site.ask('and now?');
    await site.shows(asked, 'refused our key');
    return namesOnce(bot, 'HF_TOKEN');
  }),
];
