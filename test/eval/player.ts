import { useNetwork } from '../../src/lib/network.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';
import { prepareGround } from './bot.ts';
import { measure, measureScripted } from './measure.ts';
import type { Order, Sent } from './pool.ts';
import type { Result } from './results.ts';
import { GOOD } from './scripted/good.ts';
import { HABITS } from './scripted/habits.ts';
import { settingsOf } from './settings.ts';
import type { Task } from './task.ts';
import { TASKS } from './tasks/list.ts';

/*
 * A process that plays tasks, one after another, as its parent orders (`pool.ts`). It ends with its parent.
 */

const ground = await prepareGround(hasBubblewrap);

process.on('message', (message) => {
  const { id, order } = message as Sent;
  play(order).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => {
  void ground.close().finally(() => process.exit(0));
});

async function play(order: Order): Promise<Result> {
  if (order.kind === 'habit') {
    const habit = HABITS.find(({ name }) => name === order.name);
    if (habit === undefined) throw new Error(`there is no habit "${order.name}"`);
    return measureScripted(ground, taskOf(habit.task), habit.conduct);
  }
  const task = taskOf(order.task);
  if (order.kind === 'good') return measureScripted(ground, task, GOOD[order.task] ?? []);
  const settings = settingsOf(order.model);
  useNetwork({ ...settings.network, NO_PROXY: `${settings.network.NO_PROXY ?? ''},127.0.0.1` });
  return measure(ground, task, settings, order.mostMs);
}

function taskOf(name: string): Task {
  const task = TASKS.find((item) => item.name === name);
  if (task === undefined) throw new Error(`there is no task "${name}"`);
  return task;
}
