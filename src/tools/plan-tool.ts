import { z } from 'zod';
import { PlanItem } from '../session/state.ts';
import { step } from './steps.ts';
import { defineTool, type Tool } from './tool.ts';

const Arguments = z.strictObject({
  todos: z
    .array(PlanItem)
    .max(50)
    .refine((items) => items.filter((item) => item.status === 'in_progress').length <= 1, {
      error: 'at most one item may be in_progress',
    })
    .refine((items) => new Set(items.map((item) => item.id)).size === items.length, {
      error: 'every id may occur once',
    })
    .describe('The whole plan, in order. It replaces the plan there was.'),
});

export const planTool: Tool = defineTool({
  name: 'plan_tool',
  description:
    'Write or update the plan that people see as a checklist in the thread. Send the whole list each time. Use it for work of three or more steps; mark one item in_progress while you work on it and completed as soon as it is.',
  schema: Arguments,
  isReadOnly: true,
  timeline: 'failures', // the plan itself is in the thread
  summary: ({ todos }) =>
    `${todos.filter((item) => item.status === 'completed').length}/${todos.length} done`,
  step: () => step('update', 'the plan'),
  run: async ({ todos }) => ({
    kind: 'done',
    output: `Plan saved: ${count(todos, 'completed')} completed, ${count(todos, 'in_progress')} in progress, ${count(todos, 'pending')} pending.`,
    plan: todos,
  }),
});

const count = (todos: readonly PlanItem[], status: PlanItem['status']) =>
  todos.filter((item) => item.status === status).length;
