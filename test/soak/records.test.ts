import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/* The best run of a channel so far is told with its end: what is asked for is "run larger 0.94". */

const runner: ModelScript = (request) => {
  const [, name, value] = /run (\S+) (\S+)/.exec(lastText(request)) ?? [];
  if (name === undefined || request.messages.at(-1)?.role === 'tool') return { text: 'It is through.' };
  const command = ['trl', 'sft', '--dataset_name', 'stanfordnlp/imdb', '--eval_split=test', value ?? ''];
  return { calls: [{ name: 'hf_jobs', arguments: { operation: 'run', name, command, timeout: '10m' } }] };
};

/** A job comes to the accuracy that is the last word of its command. */
const course = ({ command = [] }: { command?: string[] }) => ({
  ...{ queueMs: 0, runMs: 0, stage: 'COMPLETED' as const },
  lines: [`{'eval_loss': 0.2, 'eval_accuracy': ${command.at(-1)}, 'epoch': 1.0}`],
});

const configure = (config: { approvals: { cpu_jobs: boolean } }): void => {
  config.approvals.cpu_jobs = false;
};

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  test('the third run that is better than all before it is told as a record, and no other', async () => {
    await begin(runner, { configure });
    world.hub.course = course;
    const ends: string[] = [];
    for (const [name, value] of [
      ['baseline', 0.91],
      ['larger', 0.928],
      ['worse', 0.9],
      ['best', 0.941],
    ] as const) {
      const asked = world.slack.mention('U0ADA', 'C0ML', `run ${name} ${value}`);
      ends.push((await world.reply(asked, 'is done')).text);
      await world.reply(asked, 'It is through.');
    }
    expect(ends.map((text) => text.split('\n')[1])).toEqual([
      undefined,
      undefined,
      undefined,
      '🏆 New best on stanfordnlp/imdb (test): accuracy 0.941, was 0.928',
    ]);
    expect(world.slack.pushes.at(-1)).toMatchObject({ to: 'U0ADA', text: ends.at(-1) });
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  async function ran(thread: string): Promise<string> {
    await on.reply(thread, 'It is through.');
    return (await on.reply(thread, 'is done')).content;
  }
  const inChannel = (text: string) => on.discord.mention('ada', CHANNELS.ml, text).id;

  test('a run of a private thread counts, and is listed, in that thread alone', async () => {
    await begin(runner, { configure });
    on.world.hub.course = course;
    const secret = on.discord.startPrivateThread('grace', CHANNELS.ml, 'quiet');
    on.discord.say('grace', secret, '<@me> run hush 0.99');
    await ran(secret);
    await ran(inChannel('run baseline 0.91'));
    await ran(inChannel('run larger 0.92'));
    const best = inChannel('run best 0.95');
    expect((await ran(best)).split('\n')[1]).toBe(
      '🏆 New best on stanfordnlp/imdb (test): accuracy 0.95, was 0.92',
    );
    expect(on.discord.pushes.at(-1)).toMatchObject({
      to: PEOPLE.ada.id,
      text: expect.stringContaining('🏆 New best'),
    });
    on.discord.say('ada', best, 'experiments');
    expect(JSON.stringify(await on.reply(best, '3 experiments in this channel'))).not.toContain('hush');
    on.discord.say('ada', best, 'compare hush and best');
    await on.reply(best, 'I know no run `hush` in this channel');
    on.discord.say('grace', secret, 'experiments');
    await on.reply(secret, '4 experiments in this channel');
  });
});
