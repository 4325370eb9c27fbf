import assert from 'node:assert/strict';
import { situation } from '../situation.ts';

/** The three ways of keeping record and queues, as they are meant to be. */
export const STORAGE = [
  situation('embedded database: it starts, answers, and ends with code 0', async (site) => {
    const bot = await site.started();
    await site.answers();
    assert.equal((await bot.stop()).code, 0);
    assert.equal(bot.said, '');
  }),
  situation('Postgres alone: chat and worker as two processes answer', async (site) => {
    const environment = { DATABASE_URL: await site.database() };
    await Promise.all([
      site.started(environment, { words: ['chat'] }),
      site.started(environment, { words: ['worker'] }),
    ]);
    await site.answers();
  }),
  situation('Postgres and Redis: chat and worker as two processes answer', async (site) => {
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl };
    await Promise.all([
      site.started(environment, { words: ['chat'] }),
      site.started(environment, { words: ['worker'] }),
    ]);
    await site.answers();
  }),
];
