import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

describe('a connection', () => {
  test('whose session is gone is made anew, and what was missed is read back', async () => {
    await begin(echo);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'first');
    await on.reply(asked.id, 'heard: [Ada] first');
    on.discord.gateway.disconnect(true);
    on.discord.say('ada', asked.id, 'into the void');
    await on.reply(asked.id, 'heard: [Ada] into the void');
    expect(on.discord.gateway.counts.identified).toBe(2);
  });

  test('a post whose answer was lost is not made twice, and limits are kept without a single 429', async () => {
    await begin(() => ({ text: 'word '.repeat(400) }), {
      chunkSize: 20,
      chunkMs: 10,
      rateScale: 1,
      isStarted: false,
    });
    let dropped = 0;
    on.discord.disturb = (method, path) =>
      method === 'POST' && /messages$/.test(path) && dropped++ === 0 ? 'drop' : undefined;
    await on.start();
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await on.reply(asked.id, 'word word');
    await on.reply(asked.id, '**Done**');
    await until('the answer is whole', () => !on.describe(asked.id).includes('▍'));
    expect(dropped).toBeGreaterThan(1);
    expect(on.replies(asked.id).filter((message) => shownOn(message).includes('Done'))).toHaveLength(1);
    expect(on.discord.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  test('under Discord’s own limits a job is seen running, and each reaction is put and taken once', async () => {
    await begin(callOnce(runJob), { approvers: ['anyone'], rateScale: 1 });
    const lines = [0.7, 0.5, 0.4, 0.3, 0.2, 0.1].map(
      (loss, i) => `{'loss': ${loss}, 'epoch': ${(i + 1) / 6}}`,
    );
    on.world.hub.course = () => ({ queueMs: 0, runMs: 4_000, lines });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'train it');
    const card = await on.reply(asked.id, 'Run a Hugging Face Job');
    await until('it is seen that it waits', () => asked.reactions.has('✋') || asked.reactions.has('⏳'));
    on.discord.click('ada', card, 'approve|');
    const job = await on.reply(asked.id, '· running');
    await until('its curve is shown', () => shownOn(job).includes('▁'));
    const [training] = on.world.hub.jobs;
    if (training) on.world.hub.finish(training, 'COMPLETED');
    await until('it has ended', () => shownOn(job).includes('· done'));
    await until('it is marked as done', () => [...asked.reactions].join() === '✅');
    const reactions = on.discord.calls.filter(({ path }) => path.includes('/reactions/'));
    const made = reactions.filter(({ status }) => status !== 429);
    expect(made.map(({ method }) => method).join(' ')).toMatch(/^PUT( DELETE PUT){2,5}$/);
    const [put = [], taken = []] = ['PUT', 'DELETE'].map((way) =>
      made.filter(({ method }) => method === way).map(({ path }) => path),
    );
    expect(taken).toEqual(put.slice(0, -1));
    expect(put.filter((path, i) => path === put[i + 1])).toEqual([]);
    // That putting and taking count together is learned from the first answers, once in a process.
    expect(reactions.length - made.length).toBeLessThanOrEqual(1);
    expect(on.discord.calls.filter((call) => call.status === 429 && !reactions.includes(call))).toEqual([]);
  });
});
