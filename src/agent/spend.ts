import type { Snapshot } from '../session/snapshot.ts';
import { costSoFar } from '../session/watches.ts';

/** What models and jobs have cost in this session so far, in USD. */
export function spentIn({ session, watches }: Snapshot): number {
  const jobs = watches.filter(({ toolCallId }) => toolCallId !== undefined);
  return jobs.reduce((sum, watch) => sum + (costSoFar(watch) ?? 0), session.modelUsd);
}
