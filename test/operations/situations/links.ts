import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { askOnDiscord, onDiscord, showsOnDiscord } from '../on-discord.ts';
import { situation } from '../situation.ts';

const SLACK = 'Slack can’t be connected to; it is tried again';
const DISCORD = 'Discord can’t be connected to; it is tried again';

/**
 * How long is listened to a bot whose platform cuts every connection, and how often it may try meanwhile:
 * waits double.
 */
const LISTEN_MS = 20_000;
const MOST_ATTEMPTS = 10;

export const LINKS = [
  situation('Slack’s socket never answers a handshake, or says nothing: told, tried again', async (site) => {
    const { socket } = site.slack;
    socket.silentFrom = 'handshake';
    const bot = await site.started({ DATABASE_URL: await site.database() });
    const line = await bot.logs(SLACK);
    assert.match(JSON.stringify(line.err), /has not answered within 20 s/);
    socket.silentFrom = 'hello';
    const before = socket.attempts;
    await until('it has given up a socket without a word', () => socket.attempts >= before + 2, TIMEOUT_MS);
    assert.equal(bot.lines(SLACK).length, 1, bot.describe());
    socket.silentFrom = undefined;
    await site.answers();
    return `${socket.attempts} attempts`;
  }),
  situation(
    'Slack’s socket dies without a word: it is replaced, and what was said is answered',
    async (site) => {
      await site.started({ DATABASE_URL: await site.database() });
      await site.answers();
      const { attempts } = site.slack.socket;
      site.slack.socket.freeze();
      const frozenAt = performance.now();
      site.model.script = () => ({ text: 'Aye, still here.' });
      const asked = site.ask('and now?');
      await until('it connects again', () => site.slack.socket.attempts > attempts, TIMEOUT_MS);
      const replacedMs = performance.now() - frozenAt;
      assert.ok(replacedMs < 60_000, `after ${replacedMs} ms`);
      await site.shows(asked, 'Aye, still here.');
      return `replaced after ${(replacedMs / 1000).toFixed(0)} s`;
    },
  ),
  situation('Slack cuts every connection as soon as it is open: tried less and less often', async (site) => {
    const { socket } = site.slack;
    const bot = await site.started({ DATABASE_URL: await site.database() });
    await site.answers();
    socket.cutsAtOnce = true;
    socket.disconnect();
    const before = socket.attempts;
    await sleep(LISTEN_MS);
    const attempts = socket.attempts - before;
    assert.ok(attempts <= MOST_ATTEMPTS, `${attempts} attempts`);
    socket.cutsAtOnce = false;
    await site.answers();
    assert.ok(bot.isRunning);
    return `${attempts} attempts in ${LISTEN_MS / 1000} s`;
  }),
  situation('Discord’s gateway never says hello: told, tried again, and the bot starts', async (site) => {
    const { discord, environment } = await onDiscord(site);
    discord.gateway.silentFrom = 'hello';
    const bot = site.bot({ ...environment, DATABASE_URL: await site.database() });
    await bot.logs(DISCORD);
    discord.gateway.silentFrom = undefined;
    await bot.logs('started');
    assert.equal(discord.gateway.counts.identified, 1);
    const asked = askOnDiscord(discord, 'are you there?');
    await showsOnDiscord(site, discord, asked.id, 'Aye.');
    return `${discord.gateway.attempts} attempts`;
  }),
  situation('Discord’s gateway dies without a word: it is replaced, and nothing is missed', async (site) => {
    const { discord, environment } = await onDiscord(site);
    discord.gateway.heartbeatMs = 1_000;
    await site.started({ ...environment, DATABASE_URL: await site.database() });
    const { attempts } = discord.gateway;
    discord.gateway.freeze();
    const frozenAt = performance.now();
    const asked = askOnDiscord(discord, 'are you there?');
    await until('it connects again', () => discord.gateway.attempts > attempts, TIMEOUT_MS);
    const replacedMs = performance.now() - frozenAt;
    await showsOnDiscord(site, discord, asked.id, 'Aye.');
    assert.deepEqual(discord.gateway.counts, { identified: 1, resumed: 1 });
    return `replaced after ${(replacedMs / 1000).toFixed(0)} s`;
  }),
  situation(
    'Discord cuts every connection as soon as it is open: tried less and less often',
    async (site) => {
      const { discord, environment } = await onDiscord(site);
      const bot = await site.started({ ...environment, DATABASE_URL: await site.database() });
      discord.gateway.cutsAtOnce = true;
      discord.gateway.disconnect();
      const before = discord.gateway.attempts;
      await sleep(LISTEN_MS);
      const attempts = discord.gateway.attempts - before;
      assert.ok(attempts <= MOST_ATTEMPTS, `${attempts} attempts`);
      assert.equal(bot.lines(DISCORD).length, 1, bot.describe());
      discord.gateway.cutsAtOnce = false;
      const asked = askOnDiscord(discord, 'are you there?');
      await showsOnDiscord(site, discord, asked.id, 'Aye.');
      return `${attempts} attempts in ${LISTEN_MS / 1000} s`;
    },
  ),
];
