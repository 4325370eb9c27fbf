import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { createDecisions, type Decisions } from '../../src/approvals/decisions.ts';
import type { Db } from '../../src/db/database.ts';
import { createIntake, type Intake } from '../../src/intake/intake.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { ISOLATION } from './isolation.ts';

const POLICY = {
  approversOf: () => ['requester'],
  isMember: async () => false,
  mentionsOf: mentionsOn(PLATFORMS),
};

const common = (db: Db, wake: (sessionId: string) => void) => ({
  db,
  clock: systemClock,
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
    isolation: ISOLATION,
    decisions: decisionsOn(db, wake),
    budgetApprovers: [],
    budgetGroups: [],
    policy: POLICY,
    ids: randomIds,
    maxMessageCharacters: 1_000,
    timeZone: 'UTC',
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
