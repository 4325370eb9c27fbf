import { endsByItself } from '../graders/conduct.ts';
import type { Task } from '../task.ts';
import { DATA } from './data.ts';
import { EVALUATION } from './evaluation.ts';
import { FAILURES } from './failures.ts';
import { MONEY } from './money.ts';
import { TRAINING } from './training.ts';
import { TRUST } from './trust.ts';

/** All tasks. What holds for every one of them is graded first. */
export const TASKS: readonly Task[] = [
  ...DATA,
  ...TRAINING,
  ...EVALUATION,
  ...FAILURES,
  ...MONEY,
  ...TRUST,
].map((task) => ({ ...task, graders: [endsByItself, ...task.graders] }));
