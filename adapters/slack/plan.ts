import type { KnownBlock, TaskCardBlock } from '@slack/types';
import type { StatusView } from '../../src/thread/view/view-message.ts';
import { context } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { tasksOf } from './stream-tasks.ts';

/**
 * A plan as Slack's own block, whose title says how far it is: a phone shows that alone until it is opened.
 * Where nobody is at work, no step is shown as being worked on.
 * https://docs.slack.dev/reference/block-kit/blocks/plan-block
 */
export function planBlocks({ plan, phase }: StatusView): KnownBlock[] {
  if (plan.length === 0) return [];
  const done = plan.filter(({ status }) => status === 'completed').length;
  const tasks = tasksOf(plan).map(
    ({ title, status }, i): TaskCardBlock => ({
      type: 'task_card',
      task_id: `${i + 1}`, // the model's own may be there twice
      title,
      status: status === 'in_progress' ? currentIn(phase) : status,
    }),
  );
  const left = plan.length - Math.min(plan.length, SLACK_LIMITS.streamTasks);
  const block: KnownBlock = { type: 'plan', title: `Plan · ${done} of ${plan.length} done`, tasks };
  return [block, ...(left > 0 ? [context(`… and ${left} more`)] : [])];
}

/** How the step stands that was begun last. */
function currentIn(phase: StatusView['phase']): TaskCardBlock['status'] {
  switch (phase) {
    case 'failed':
      return 'error';
    case 'paused':
    case 'stopped':
    case 'undone':
    case 'closed':
    case 'done':
      return 'pending';
    default:
      return 'in_progress';
  }
}
