import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { createDecisions } from '../../src/approvals/decisions.ts';
import type { Db } from '../../src/db/database.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** Decisions where `approvers` decide, and one of `second` as well above a dollar. */
export const decisionsOf = (db: Db, approvers: readonly string[], second: readonly string[]) =>
  createDecisions({
    db,
    clock: systemClock,
    policy: { approversOf: () => approvers, mentionsOf: mentionsOn(PLATFORMS), isMember: async () => false },
    second: { aboveUsd: 1, approvers: second },
    budgets: { approvers: [] },
    wake: async () => true,
    render: async () => {},
  });
