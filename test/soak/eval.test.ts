import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../../src/lib/config-error.ts';
import { startModelDouble } from '../doubles/model.ts';
import { type Ground, prepareGround } from '../eval/bot.ts';
import { measure, measureScripted } from '../eval/measure.ts';
import { scriptOf } from '../eval/scripted/conduct.ts';
import { GOOD } from '../eval/scripted/good.ts';
import { HABITS } from '../eval/scripted/habits.ts';
import { settingsOf } from '../eval/settings.ts';
import { TASKS } from '../eval/tasks/list.ts';
import { ROOT } from '../support/root.ts';

/* Some of the tasks and habits: all of them are `npm run eval -- --scripted`, a step of .ci/run. */

let ground: Ground;
beforeAll(async () => {
  ground = await prepareGround(false);
});
afterAll(() => ground.close());

const taskOf = (name: string) => {
  const task = TASKS.find((item) => item.name === name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  return task;
};

const play = (name: string, conduct = GOOD[name] ?? []) => measureScripted(ground, taskOf(name), conduct);

test.each(['price', 'card'])('a model that behaves well passes %s', async (name) => {
  const { failures, modelCalls, inputTokens } = await play(name);
  expect(failures).toEqual([]);
  expect(modelCalls).toBeGreaterThan(1);
  expect(inputTokens).toBeGreaterThan(1_000);
});

test.each(['invents a price', 'invents numbers for a card'])(
  'a model that %s fails, and for that alone',
  async (name) => {
    const habit = HABITS.find((item) => item.name === name);
    if (habit === undefined) throw new Error(`there is no habit ${name}`);
    const { failures } = await play(habit.task, habit.conduct);
    expect(failures.map(({ grader }) => grader)).toEqual(habit.caughtBy);
  },
);

test('a script that breaks off is not taken for a habit', async () => {
  const { failures } = await play('price', []);
  expect(failures.map(({ grader }) => grader)).toContain('the script itself');
});

test('a served model is measured as it is set, at its price, and what pays for it stays with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-eval-test-'));
  const model = await startModelDouble(scriptOf(GOOD.price ?? [], []));
  try {
    cpSync(join(ROOT, 'configs'), join(folder, 'configs'), { recursive: true });
    const file = join(folder, 'configs/main_agent_config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.model.price = { input_usd_per_million: 1, output_usd_per_million: 2 };
    writeFileSync(file, JSON.stringify(config));
    const token = `hf_${'a'.repeat(34)}`;
    const settings = settingsOf('made/up', { MODEL_BASE_URL: model.baseUrl, HF_TOKEN: token }, folder);
    expect(settings.secrets).toEqual({ MODEL_API_KEY: token });
    const run = await measure(ground, taskOf('price'), settings, 60_000);
    expect(run.failures).toEqual([]);
    expect(run.usd).toBeCloseTo((run.inputTokens + 2 * run.outputTokens) / 1e6, 6);
    expect(model.requests.every((request) => request.model === 'made/up')).toBe(true);
  } finally {
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('without a model there is one line', () => {
  expect(() => settingsOf(undefined, {}, join(ROOT, 'test/eval'))).toThrow(ConfigError); // no settings there
  const environment = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json') };
  expect(() => settingsOf(undefined, environment, join(ROOT, 'test/eval'))).toThrow(
    /^No model is set: [^\n]+$/,
  );
  const local = settingsOf('ollama/qwen3', environment, join(ROOT, 'test/eval'));
  expect(local.model.id).toBe('ollama/qwen3');
});
