import type { Db } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/ops/clock.ts';
import { createIntake, type Intake } from '../../src/session/intake.ts';

/** An intake straight on a record, without queues: `wake` is told which session has something to do. */
export function intakeOn(db: Db, wake: (sessionId: string) => void): Intake {
  return createIntake({
    db,
    ids: randomIds,
    clock: systemClock,
    redact: (text) => text,
    approvers: ['requester'],
    maxMessageCharacters: 1_000,
    wake: async (sessionId) => wake(sessionId),
    render: async () => {},
  });
}
