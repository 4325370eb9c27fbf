/** With what `npx ml-intern` ends. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  approvalNeeded: 3,
  budgetReached: 4,
  /** As a shell has it for what was interrupted: 128 and the number of SIGINT. */
  stopped: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
