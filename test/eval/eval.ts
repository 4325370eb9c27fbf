import { availableParallelism } from 'node:os';
import { checkModel } from '../../src/agent/models.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { useNetwork } from '../../src/lib/network.ts';
import { createCatalogue } from '../../src/llm/catalogue.ts';
import { createModelClient } from '../../src/llm/client.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';
import { comparisonOf } from './compare.ts';
import { Misuse } from './misuse.ts';
import { HELP, type Options, optionsOf } from './options.ts';
import { type Order, Pool } from './pool.ts';
import { failuresOf, oneLine, percent, summaryOf, tableOf } from './report.ts';
import { type Measured, type Result, readMeasurement, toldNow, writeMeasurement } from './results.ts';
import { HABITS } from './scripted/habits.ts';
import { type ModelSettings, settingsOf } from './settings.ts';
import { TASKS } from './tasks/list.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Exit codes: 0 where it was measured, 1 where a scripted model was not graded as it should be, 2 misuse. */
async function main(words: readonly string[]): Promise<number> {
  const options = optionsOf(
    words,
    TASKS.map(({ name }) => name),
  );
  switch (options.kind) {
    case 'help':
      say(HELP);
      return 0;
    case 'list':
      for (const { name, about } of TASKS) say(`${name.padEnd(16)}  ${about}`);
      return 0;
    case 'compare':
      say(comparisonOf(readMeasurement(options.files[0]), readMeasurement(options.files[1])));
      return 0;
    case 'scripted':
      return (await scripted(options)) ? 0 : 1;
    default:
      await measured(options);
      return 0;
  }
}

/** Tasks that can be played here; those that can't are told of. */
function playable(names: readonly string[]): string[] {
  const chosen = TASKS.filter(({ name }) => names.length === 0 || names.includes(name));
  const left = hasBubblewrap ? [] : chosen.filter(({ needsSandbox }) => needsSandbox);
  if (left.length > 0) {
    say(
      `Left out, because bubblewrap is not here (docs/SANDBOX.md): ${left.map(({ name }) => name).join(', ')}.`,
    );
  }
  return chosen.filter((task) => !left.includes(task)).map(({ name }) => name);
}

/** Measures a model. */
async function measured({ id, tasks, repeat, json, minutes, parallel }: Extract<Options, { kind: 'model' }>) {
  const settings = settingsOf(id);
  useNetwork(settings.network);
  if (json !== undefined) writeMeasurement(json, undefined);
  await answers(settings);
  const names = playable(tasks);
  const order = (task: string): Order => ({ kind: 'model', task, model: id, mostMs: minutes * 60_000 });
  const items = Array.from({ length: repeat }, () =>
    names.map((name) => ({ name, order: order(name) })),
  ).flat();
  const runs = new Map<string, Result[]>(names.map((name) => [name, []]));
  await played(items, parallel ?? 2, ({ name }, result) => {
    runs.get(name)?.push(result);
    say(`${result.passed ? '✓' : '✗'} ${name}`);
  });
  const found: Measured[] = [...runs].map(([name, all]) => ({ name, runs: all }));
  const measurement = {
    format: 1 as const,
    model: settings.model.id,
    at: new Date().toISOString(),
    told: toldNow(settings.systemPrompt, settings.researchPrompt),
    tasks: found,
  };
  for (const line of ['', tableOf(found), '', ...failuresOf(found), summaryOf(measurement)]) say(line);
  if (json !== undefined) writeMeasurement(json, measurement);
}

/** Throws Misuse where the model does not answer, before tasks are begun in vain. */
async function answers({ model, secrets }: ModelSettings): Promise<void> {
  const endpoints = {
    routerUrl: model.base_url,
    routerKey: secrets.MODEL_API_KEY ?? '',
    isDirect: model.direct,
    responses: model.responses_api,
    keys: secrets,
  };
  const asking = { endpoints, fallbacks: [], maxOutputTokens: 512, retries: {} };
  const client = createModelClient(
    { ...asking, idleTimeoutMs: model.idle_timeout_seconds * 1000 },
    systemClock,
  );
  const catalogue = createCatalogue(model.base_url, systemClock);
  const checked = await checkModel(
    { model: client, catalogue, choices: [] },
    model.id,
    AbortSignal.timeout(180_000),
  );
  if (!checked.ok) throw new Misuse(oneLine(checked.reason));
}

/** Scripted models: the good ones pass, and each habit is caught by the graders that are there for it. */
async function scripted({ what, tasks, parallel }: Extract<Options, { kind: 'scripted' }>): Promise<boolean> {
  const names = playable(tasks);
  const good = what.includes('good') ? names : [];
  const habits = what.includes('habits') ? HABITS.filter(({ task }) => names.includes(task)) : [];
  const items = [
    ...good.map((task) => ({
      name: task,
      isGood: true,
      caughtBy: [],
      order: { kind: 'good' as const, task },
    })),
    ...habits.map(({ name, caughtBy }) => ({
      name,
      isGood: false,
      caughtBy,
      order: { kind: 'habit' as const, name },
    })),
  ];
  const wrong: string[] = [];
  await played<(typeof items)[number]>(items, parallel ?? availableParallelism(), (item, { failures }) => {
    const failed = [...new Set(failures.map(({ grader }) => grader))];
    const isRight = failed.toSorted().join('\n') === item.caughtBy.toSorted().join('\n');
    const caught = item.isGood ? '' : ` (${failed.join(', ') || 'not caught'})`;
    say(`${isRight ? '✓' : '✗'} ${item.name}${caught}`);
    if (isRight) return;
    const found = failures.map(({ grader, happened }) => `${grader}: ${oneLine(happened)}`);
    wrong.push(
      `✗ ${item.name}: expected ${item.caughtBy.join(', ') || 'no failure'}; ${found.join('; ') || 'nothing failed'}`,
    );
  });
  say('');
  if (good.length > 0)
    say(
      `Well-behaved: ${share(
        items.filter(({ isGood }) => isGood),
        wrong,
      )} of ${good.length} tasks passed.`,
    );
  if (habits.length > 0)
    say(
      `Habits: ${share(
        items.filter(({ isGood }) => !isGood),
        wrong,
      )} of ${habits.length} are caught by what is there for them.`,
    );
  for (const line of wrong) say(line);
  return wrong.length === 0;
}

const share = (items: readonly { name: string }[], wrong: readonly string[]): string => {
  const right = items.filter(({ name }) => !wrong.some((line) => line.startsWith(`✗ ${name}:`))).length;
  return `${percent(right / items.length)}, ${right}`;
};

async function played<T extends { order: Order }>(
  items: readonly T[],
  parallel: number,
  onEnd: (item: T, result: Result) => void,
): Promise<void> {
  const pool = new Pool();
  try {
    await pool.play(items, parallel, onEnd);
  } finally {
    await pool.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misuse || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
