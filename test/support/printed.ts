import { type Metric, Pace, withLine } from '../../src/session/progress/pace.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import { JobSnapshot, type Watch } from '../../src/session/watches.ts';
import { at, watch } from './snapshots.ts';

/** A line of a log, and how many seconds after the job's start it was printed. */
export type Printed = readonly [seconds: number, line: string];

/** A job at a dollar an hour, begun at 0, that has printed these lines, as it is read from the record. */
export function printing(lines: readonly Printed[], timeoutSeconds = 3_600, watched?: Metric): Watch {
  let [progress, pace] = [Progress.parse({}), Pace.parse({})];
  for (const [seconds, line] of lines) {
    const next = advance(progress, line);
    pace = withLine(pace, progress, next, { text: line, at: at(seconds).getTime() }, watched);
    progress = next;
  }
  const snapshot = { stage: 'RUNNING', startedAt: at(0), progress, pace };
  return watch({ timeoutSeconds, snapshot: JobSnapshot.parse(JSON.parse(JSON.stringify(snapshot))) });
}
