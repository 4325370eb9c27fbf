import { performance } from 'node:perf_hooks';
import { startModelDouble } from '../doubles/model.ts';
import type { Ground } from './bot.ts';
import { play } from './play.ts';
import type { Failure, Result } from './results.ts';
import { type Conduct, scriptOf } from './scripted/conduct.ts';
import { type ModelSettings, scriptedSettings } from './settings.ts';
import { gradedBy, type Task } from './task.ts';

/** Plays a task once, and grades what was done. */
export async function measure(
  ground: Ground,
  task: Task,
  model: ModelSettings,
  mostMs: number,
): Promise<Result> {
  const began = performance.now();
  const ran = await play(ground, task, model, { mostMs });
  const failures = gradedBy(task.graders, ran).flatMap(({ happened, ...graded }) =>
    happened === undefined ? [] : [{ ...graded, happened }],
  );
  const { usd, ...used } = ran.used;
  return {
    passed: failures.length === 0,
    failures,
    ...used,
    ...(usd === undefined ? {} : { usd }),
    toolCalls: ran.calls.length,
    seconds: (performance.now() - began) / 1000,
  };
}

/** How long a scripted run may take: it only waits for this machine. */
const SCRIPTED_MS = 120_000;

/** As a failure of the script of a model is called, whatever graders say besides. */
const SCRIPT_ITSELF = 'the script itself';

/** The same with a model that follows a script. */
export async function measureScripted(ground: Ground, task: Task, conduct: Conduct): Promise<Result> {
  const problems: string[] = [];
  const double = await startModelDouble(scriptOf(conduct, problems), { chunkSize: 2_000 });
  try {
    const result = await measure(ground, task, scriptedSettings(double.baseUrl), SCRIPTED_MS);
    const broken: Failure[] = [...problems, ...double.refusals].map((happened) => ({
      grader: SCRIPT_ITSELF,
      expected: 'the script of the model is told to its end',
      happened,
    }));
    const failures = [...broken, ...result.failures];
    return { ...result, failures, passed: failures.length === 0 };
  } finally {
    await double.close();
  }
}
