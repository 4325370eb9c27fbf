import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { situation } from '../situation.ts';

export const LOGS = [
  situation('nobody reads its output any more: it goes on answering', async (site) => {
    const bot = await site.started({ LOG_LEVEL: 'debug' });
    await site.answers();
    bot.child.stdout?.destroy();
    bot.child.stderr?.destroy();
    await site.answers();
    await sleep(1_000);
    await site.answers();
    assert.ok(bot.isRunning);
  }),
  situation(
    'log lines carry process, host and role, and session and turn; levels by name on request',
    async (site) => {
      const bot = await site.started({ LOG_LEVEL: 'debug', LOG_LEVEL_NAMES: 'true' });
      await site.answers();
      const ended = await bot.logs('turn ended');
      assert.equal(ended.level, 'debug');
      assert.equal(ended.pid, bot.child.pid);
      assert.equal(ended.role, 'chat+worker');
      assert.match(String(ended.session), /^s_/);
      assert.match(String(ended.turn), /^r_/);
      assert.ok(ended.host);
      const text = JSON.stringify(bot.log);
      const secrets = Object.values(site.environment).filter((value) => /^(?:xox|xapp|hf_)/.test(value));
      for (const secret of secrets) assert.ok(!text.includes(secret));
    },
  ),
];
