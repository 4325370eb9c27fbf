/** @module-tag long */

import { describe, expect, test } from 'vitest';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

/* Runs of a channel side by side: what is asked for is told after the run's name, as "run baseline 0.9". */

const WANTED = /run (\S+) (\S+)/;

const runner: ModelScript = (request) => {
  const [, name, value] = WANTED.exec(lastText(request)) ?? [];
  if (name === undefined || request.messages.at(-1)?.role === 'tool') return { text: 'It is through.' };
  const script = `print(${value})`;
  return { calls: [{ name: 'hf_jobs', arguments: { operation: 'run', name, script, timeout: '10m' } }] };
};

/** A job prints the accuracy that its script has. */
function printsAccuracy(spec: { command?: string[] }) {
  const source = (spec.command ?? []).flatMap((part) => [
    part,
    ...(part.match(/[A-Za-z0-9+/]{12,}={0,2}/g) ?? []).map((word) => Buffer.from(word, 'base64').toString()),
  ]);
  const [, value = ''] = /print\(([\d.]+)\)/.exec(source.join('\n')) ?? [];
  const losses = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4].map((loss, i) => `{'loss': ${loss}, 'epoch': ${i / 5}}`);
  const lines = [...losses, `{'eval_loss': ${1 - Number(value)}, 'eval_accuracy': ${value}, 'epoch': 1.0}`];
  return { queueMs: 0, runMs: 0, lines, stage: 'COMPLETED' as const };
}

const cpuIsFree = (config: { approvals: { cpu_jobs: boolean } }): void => {
  config.approvals.cpu_jobs = false;
};

type Cell = { type: string; text?: string; value?: number; elements?: { elements: { text: string }[] }[] };

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  async function ran(channel: string, name: string, value: number): Promise<SlackMessage> {
    const asked = world.slack.mention('U0ADA', channel, `run ${name} ${value}`);
    await world.reply(asked, 'It is through.');
    await until('its end is known', () => world.describe(asked).includes('is done'));
    return asked;
  }

  /** The words of a table's cells, row by row. */
  const cells = (blocks: unknown): string[][] =>
    (blocks as { type: string; rows: Cell[][] }[])
      .filter(({ type }) => type === 'data_table')
      .flatMap(({ rows }) => rows)
      .map((row) => row.map(({ text, elements }) => text ?? elements?.[0]?.elements[0]?.text ?? ''));

  /** What can be picked from a menu that stands beside a text. */
  const offered = (blocks: unknown, name: string): string[] =>
    (blocks as { accessory?: { action_id: string; options: { value: string }[] } }[])
      .flatMap(({ accessory }) => (accessory?.action_id === name ? accessory.options : []))
      .map(({ value }) => value);

  const listIn = (asked: SlackMessage, text: string) => {
    world.slack.say('U0ADA', asked.channel, text, asked.ts);
    return until(`an answer to "${text}"`, () =>
      world.replies(asked).find((message) => shown(message).includes('data_table')),
    );
  };

  const answered = (text: string) =>
    until(`a private answer with "${text}"`, () =>
      world.slack.ephemerals.findLast((item) => JSON.stringify(item).includes(text)),
    );

  test('a thread lists the runs of its channel, newest first, by a sentence that a phone shows', async () => {
    await begin(runner, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    await ran('C0ML', 'baseline', 0.91);
    await ran('C0ML', 'larger', 0.94);
    const elsewhere = await ran('C0TWO', 'secret', 0.99);
    const asked = world.slack.mention('U0GRACE', 'C0ML', 'experiments');
    const list = await until('the list', () =>
      world.replies(asked).find((one) => /in this channel/.test(one.text)),
    );
    expect(list.text).toBe('2 experiments in this channel, newest first.');
    expect(cells(list.blocks).map((row) => row.slice(0, 5))).toEqual([
      ['Name', 'Metric', 'Status', 'Asked by', 'Hardware'],
      ['larger', 'eval_accuracy 0.94', 'done', 'Ada', 'cpu-basic'],
      ['baseline', 'eval_accuracy 0.91', 'done', 'Ada', 'cpu-basic'],
    ]);
    expect(world.describe(asked)).not.toContain('secret');
    const there = await listIn(elsewhere, 'experiments');
    expect(cells(there.blocks).map(([name]) => name)).toEqual(['Name', 'secret']);
  });

  test('by a metric the best is first, and is named by the sentence; one that nobody has is said', async () => {
    await begin(runner, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    await ran('C0ML', 'better', 0.95);
    const asked = await ran('C0ML', 'baseline', 0.91);
    const list = await listIn(asked, 'experiments by accuracy');
    expect(list.text).toBe('2 experiments in this channel by eval_accuracy, best first: better has 0.95.');
    expect(cells(list.blocks).map(([name, value]) => [name, value])).toEqual([
      ['Name', 'eval_accuracy'],
      ['better', '0.95'],
      ['baseline', '0.91'],
    ]);
    expect(JSON.stringify(list.blocks)).toContain('{"type":"raw_number","value":0.95,"text":"0.95"}');
    world.slack.pick('U0GRACE', list, 'sort_runs', 'cost');
    expect((await answered('by cost')).user).toBe('U0GRACE'); // sorting it for oneself moves nobody else's
    const picked = offered(list.blocks, 'compare_picked');
    world.slack.pick('U0GRACE', list, 'compare_picked', ...picked.slice(0, 1));
    await answered('Pick two experiments at least');
    world.slack.pick('U0GRACE', list, 'compare_picked', ...picked);
    await world.reply(asked, 'best better');
    expect((await world.reply(asked, 'Losses of ')).files).toHaveLength(1);
    world.slack.say('U0ADA', 'C0ML', 'experiments by bleu', asked.ts);
    await world.reply(asked, 'No experiment in this channel has a metric `bleu`');
  });

  test('the command answers in private, and its menus sort and compare', async () => {
    await begin(runner, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    world.slack.slash('U0ADA', 'C0ML', 'experiments');
    await answered('No job has run in this channel yet');
    await ran('C0ML', 'better', 0.95);
    await ran('C0ML', 'baseline', 0.91);
    world.slack.slash('U0GRACE', 'C0ML', 'experiments');
    const list = await answered('newest first');
    expect(list.user).toBe('U0GRACE');
    expect(cells(list.blocks).map(([name]) => name)).toEqual(['Name', 'baseline', 'better']);
    world.slack.pickPrivate('U0GRACE', 'C0ML', list.blocks, 'sort_runs', ['eval_accuracy']);
    const sorted = await answered('best first: better has 0.95');
    expect(cells(sorted.blocks).map(([name]) => name)).toEqual(['Name', 'better', 'baseline']);
    const picked = offered(list.blocks, 'compare_picked');
    world.slack.pickPrivate('U0GRACE', 'C0ML', list.blocks, 'compare_picked', picked.slice(0, 1));
    await answered('Pick two experiments at least');
    world.slack.pickPrivate('U0GRACE', 'C0ML', list.blocks, 'compare_picked', picked);
    const compared = await answered('best better');
    expect(JSON.stringify(compared.blocks)).toContain('0.95 ★');
    world.slack.slash('U0ADA', 'C0TWO', 'experiments by accuracy');
    await until(
      'of another channel',
      () => world.slack.ephemerals.filter(({ text }) => /yet/.test(text)).length === 2,
    );
  });

  test('runs are compared by name: what differs, what came of it, and one picture of their losses', async () => {
    await begin(runner, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    await ran('C0ML', 'baseline', 0.91);
    await ran('C0TWO', 'secret', 0.99);
    const asked = await ran('C0ML', 'larger', 0.95);
    world.slack.say('U0ADA', 'C0ML', 'compare baseline and larger', asked.ts);
    const list = await world.reply(asked, 'baseline and larger:');
    expect(list.text).toMatch(/^baseline and larger: eval accuracy 0\.91 and 0\.95, best larger\./);
    expect(cells(list.blocks)).toContainEqual(['eval_accuracy', '0.91', '0.95 ★', '+0.04, better']);
    const picture = await world.reply(asked, 'Losses of baseline, larger');
    expect(picture.files).toHaveLength(1);
    world.slack.say('U0ADA', 'C0ML', 'compare baselin and larger', asked.ts);
    await world.reply(asked, 'Which run is `baselin`? Did you mean:');
    world.slack.say('U0ADA', 'C0ML', 'compare secret and larger', asked.ts);
    await world.reply(asked, 'I know no run `secret` in this channel');
    const before = world.model.requests.length;
    world.slack.say('U0ADA', 'C0ML', 'compare llama and qwen on summaries', asked.ts);
    await until('the agent is asked', () => world.model.requests.length > before);
  });

  test('the agent compares them by its tool, and the thread has the picture', async () => {
    const script: ModelScript = (request) => {
      if (!lastText(request).includes('which is better')) return runner(request);
      const result = request.messages.at(-1);
      return result?.role === 'tool'
        ? { text: `compared: ${result.content}` }
        : { calls: [{ name: 'compare_runs', arguments: { runs: ['baseline', 'larger'] } }] };
    };
    let isAsked = false;
    const scripted: ModelScript = (request) => {
      isAsked ||= JSON.stringify(request.messages).includes('which is better');
      const last = request.messages.at(-1);
      if (isAsked && last?.role === 'tool') return { text: `compared: ${String(last.content)}` };
      return script(request);
    };
    await begin(scripted, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    await ran('C0ML', 'baseline', 0.91);
    await ran('C0ML', 'larger', 0.95);
    const asked = world.slack.mention('U0GRACE', 'C0ML', 'which is better?');
    await world.reply(asked, 'best larger'); // the status shows the beginning of the answer before
    await world.reply(asked, 'Losses of baseline, larger');
  });

  test('a workspace that takes no tables is told the same in words', async () => {
    await begin(runner, { configure: cpuIsFree });
    world.hub.course = printsAccuracy;
    const asked = await ran('C0ML', 'baseline', 0.91);
    world.slack.refusals.blocks.add('data_table');
    world.slack.say('U0ADA', 'C0ML', 'experiments', asked.ts);
    const list = await world.reply(asked, 'newest first');
    expect(shown(list)).toMatch(/\|baseline> · eval_accuracy 0\.91 · done · Ada/);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  async function ran(channel: string, name: string, value: number): Promise<string> {
    const asked = on.discord.mention('ada', channel, `run ${name} ${value}`);
    await on.reply(asked.id, 'It is through.');
    await until('its end is known', () => on.describe(asked.id).includes('is done'));
    return asked.id;
  }

  test('a thread lists them in lines that a phone has room for', async () => {
    await begin(runner, { configure: cpuIsFree });
    on.world.hub.course = printsAccuracy;
    await ran(CHANNELS.ml, 'baseline', 0.91);
    const thread = await ran(CHANNELS.ml, 'a-very-long-name-that-no-phone-has-room-for-in-a-line', 0.94);
    on.discord.say('ada', thread, 'experiments by accuracy');
    const list = shownOn(await on.reply(thread, 'best first'));
    const code = /```\n([\s\S]*?)\n```/.exec(list)?.[1]?.split('\n') ?? [];
    expect(code.every((line) => line.length <= 40)).toBe(true);
    expect(code.map((line) => line.replace(/\d+ s/, 'N s'))).toEqual([
      'Name               eval_accuracy  Status',
      '─────────────────  ─────────────  ──────',
      'a-very-long-name-that-no-phone-has-room-',
      'for-in-a-line',
      expect.stringMatching(/^ +0\.94 {2}done$/),
      '  Ada · cpu-basic · N s · $0.00',
      expect.stringMatching(/^baseline\s+0\.91 {2}done$/),
      '  Ada · cpu-basic · N s · $0.00',
    ]);
    const listed = await on.reply(thread, 'best first');
    on.discord.pick('grace', listed, 'sort_runs', 'cost');
    await on.told('grace', 'by cost');
    const menu = flat(listed.components).find(({ custom_id }) => custom_id === 'compare_picked');
    const picked = (menu?.options ?? []).map(({ value }) => value);
    on.discord.pick('grace', listed, 'compare_picked', ...picked);
    expect(shownOn(await on.reply(thread, 'eval accuracy 0.94 and 0.91, best'))).toContain('0.94 ★');
    await on.reply(thread, 'Losses of ');
  });

  test('runs are compared in lines that a phone has room for, with a picture that is told in words', async () => {
    await begin(runner, { configure: cpuIsFree });
    on.world.hub.course = printsAccuracy;
    await ran(CHANNELS.ml, 'baseline', 0.91);
    const thread = await ran(CHANNELS.ml, 'larger', 0.95);
    on.discord.say('ada', thread, 'compare baseline, larger');
    const list = shownOn(await on.reply(thread, 'best larger'));
    expect(list).toMatch(
      /```\n[\s\S]*\neval_accuracy\s+0\.91\s+0\.95 ★\n {2}\+0\.04, better\n[\s\S]*cost\s+\$0/,
    );
    const picture = await on.reply(thread, 'Losses of baseline, larger');
    expect(JSON.stringify(picture)).toContain('Lines that show the losses of 2 runs');
  });

  test('the command answers in private with a menu that sorts, and knows its own channel alone', async () => {
    await begin(runner, { configure: cpuIsFree });
    on.world.hub.course = printsAccuracy;
    await ran(CHANNELS.ml, 'better', 0.95);
    await ran(CHANNELS.ml, 'baseline', 0.91);
    on.discord.slash('ada', CHANNELS.ml, 'experiments');
    const list = await on.told('ada', 'newest first');
    expect(flat(list.components).some(({ custom_id }) => custom_id === 'sort_runs')).toBe(true);
    on.discord.pickPrivate('ada', CHANNELS.ml, list, 'sort_runs', ['eval_accuracy']);
    await on.told('ada', 'best first: better has 0.95');
    on.discord.slash('ada', CHANNELS.ml, 'experiments', { by: 'eval_loss' });
    await on.told('ada', 'by `eval_loss`, best first: better has 0.05');
    const menu = flat(list.components).find(({ custom_id }) => custom_id === 'compare_picked');
    const picked = (menu?.options ?? []).map(({ value }) => value);
    on.discord.pickPrivate('ada', CHANNELS.ml, list, 'compare_picked', picked);
    expect(JSON.stringify((await on.told('ada', 'best better')).components)).toContain('0.95 ★');
  });
});
