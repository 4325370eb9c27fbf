import type { Db } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/ops/clock.ts';
import { createDecisions, type Decisions } from '../../src/session/decisions.ts';
import { createIntake, type Intake } from '../../src/session/intake.ts';

const POLICY = { approvers: ['requester'], ofChannel: async () => undefined, isMember: async () => false };

const common = (db: Db, wake: (sessionId: string) => void) => ({
  db,
  clock: systemClock,
  redact: (text: string) => text,
  render: async () => {},
  wake: async (sessionId: string) => {
    wake(sessionId);
    return true;
  },
});

/** An intake straight on a record, without queues: `wake` is told which session has something to do. */
export const intakeOn = (db: Db, wake: (sessionId: string) => void): Intake =>
  createIntake({
    ...common(db, wake),
    budgetApprovers: [],
    budgetGroups: [],
    policy: POLICY,
    ids: randomIds,
    maxMessageCharacters: 1_000,
    delayed: () => {},
  });

/** Decisions straight on a record, by the requester of each session. */
export const decisionsOn = (db: Db, wake: (sessionId: string) => void): Decisions =>
  createDecisions({
    ...common(db, wake),
    policy: POLICY,
    second: { aboveUsd: undefined, approvers: [] },
    budgets: { approvers: [] },
  });
