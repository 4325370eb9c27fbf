import type { Person } from '../../src/session/address.ts';
import type { Finding } from '../../src/session/alarms.ts';
import type { Progress } from '../../src/session/progress.ts';
import type { Entry } from '../../src/session/transcript.ts';
import { alarmText } from '../../src/thread/words/alarms.ts';
import { ADA, at, watch } from '../support/snapshots.ts';

const NAME = 'IMDB baseline · lr 2e-5';

export const BROKEN = { cause: 'loss_not_finite', value: 'NaN', step: 2_048 } as const;
export const SLOW = { cause: 'cut_off', share: 0.62, step: 620, steps: 1_000 } as const;

/** A job of which both were told, and that somebody lets run although it is slow. */
export const alarmedJob = (progress: Progress, letRunBy: Person) =>
  watch({
    toolCallId: 'c2',
    name: NAME,
    timeoutSeconds: 20 * 3_600,
    lookedAt: at(7_390),
    snapshot: { stage: 'RUNNING', startedAt: at(10), progress },
    alarms: [
      { cause: BROKEN.cause, at: at(60) },
      { cause: SLOW.cause, at: at(60), letRunBy },
    ],
  });

/** The job as it was when it was told. */
const told = watch({
  name: NAME,
  timeoutSeconds: 20 * 3_600,
  snapshot: { stage: 'RUNNING', startedAt: at(0) },
  lookedAt: at(7_380),
});

export const alarmOf = (finding: Finding): Entry => ({
  role: 'notice',
  text: alarmText(told, finding),
  mentions: [ADA.id],
  alarm: { watchId: 'w1', cause: finding.cause },
});
