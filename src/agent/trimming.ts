import { context, type Snapshot } from '../session/snapshot.ts';
import { isSettled } from '../session/tool-calls.ts';
import { isLong } from './request.ts';

/** Results of the newest steps stay whole. */
const WHOLE_STEPS = 8;
/** Fewer characters than this are not worth a new beginning for the provider's cache. */
const LEAST_SAVED = 40_000;

/**
 * Up to which entry the results of calls can be told in short to make room, before anything is summarised.
 * Undefined where that would save too little.
 */
export function trimmable(snapshot: Snapshot): number | undefined {
  const steps = context(snapshot).filter(({ entry }) => entry.role === 'assistant');
  const upTo = steps.at(-1 - WHOLE_STEPS)?.id;
  const before = snapshot.session.settings.trim?.upTo ?? 0;
  if (upTo === undefined || upTo <= before) return undefined;
  const saved = snapshot.toolCalls
    .filter(({ messageId }) => messageId > before && messageId <= upTo)
    .reduce(
      (sum, { state }) => sum + (isSettled(state) && isLong(state.output) ? state.output.length - 2_000 : 0),
      0,
    );
  return saved >= LEAST_SAVED ? upTo : undefined;
}
