import { context, type Snapshot } from '../session/snapshot.ts';
import { isSettled } from '../session/tool-calls.ts';
import { isLong } from './request.ts';

/** Results of this many of the newest steps stay whole. */
const WHOLE_STEPS = 8;
/** Saving fewer characters than this is not worth losing the provider's cache. */
const LEAST_SAVED = 40_000;

/**
 * The entry up to which results can be shortened to make room, which is tried before summarising. Undefined
 * where that would save too little.
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
