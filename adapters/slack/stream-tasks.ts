import type { AnyChunk } from '@slack/types';
import { z } from 'zod';
import { printedWithin, wholeBeginning } from '../../src/lib/cut.ts';
import type { PlanItem } from '../../src/session/state.ts';
import { SLACK_LIMITS } from './limits.ts';
import { harmless } from './text.ts';

/*
 * The plan as a stream of Slack's shows it: https://docs.slack.dev/reference/methods/chat.appendStream,
 * "Using the chunks parameter". A task that was shown can be changed and not be taken away.
 */

const Task = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['pending', 'in_progress', 'complete']),
});
type Task = z.infer<typeof Task>;

const STATUS = { pending: 'pending', in_progress: 'in_progress', completed: 'complete' } as const;

export const tasksOf = (plan: readonly PlanItem[]): Task[] =>
  plan.slice(0, SLACK_LIMITS.streamTasks).map(({ id, content, status }) => ({
    id: wholeBeginning(id, 100),
    title: printedWithin(content.replace(/\s+/g, ' '), SLACK_LIMITS.taskTitle, harmless) || '…',
    status: STATUS[status],
  }));

/** What brings a stream from what it was given to what it should show; undefined where it can't get there. */
export function chunksBetween(given: Given, wanted: Given): AnyChunk[] | undefined {
  if (!wanted.text.startsWith(given.text)) return undefined;
  const isTaken = given.tasks.some(({ id }) => wanted.tasks.every((task) => task.id !== id));
  if (isTaken) return undefined;
  const changed = wanted.tasks.filter((task) => {
    const before = given.tasks.find(({ id }) => id === task.id);
    return before?.title !== task.title || before.status !== task.status;
  });
  const added = wanted.text.slice(given.text.length);
  return [
    ...(given.tasks.length === 0 && wanted.tasks.length > 0
      ? [{ type: 'plan_update' as const, title: 'Plan' }]
      : []),
    ...changed.map((task) => ({ type: 'task_update' as const, ...task })),
    ...(added === '' ? [] : [{ type: 'markdown_text' as const, text: added }]),
  ];
}

/** What a stream shows: its text, and the tasks of the plan. */
export const Given = z.object({ text: z.string(), tasks: z.array(Task).readonly() });
export type Given = z.infer<typeof Given>;

export const NOTHING: Given = { text: '', tasks: [] };
