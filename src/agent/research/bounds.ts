import { doomLoop } from '../guards.ts';
import { callsOf, type Entry } from './journal.ts';

/** Tokens at which it is told to come to an end, and at which it has to: shares of a smaller window. */
const WRAP_UP_TOKENS = 170_000;
const MOST_TOKENS = 190_000;
const WRAP_UP_SHARE = 0.8;
const MOST_SHARE = 0.9;
/** Steps that are left when it is told to come to an end. */
const LAST_STEPS = 3;

/** What a research may take. */
export type Bounds = {
  wrapUpTokens: number;
  mostTokens: number;
  maxSteps: number;
  maxUsd: number;
  isOverBudget: boolean;
};

/** The bounds for a model that takes `windowTokens`. */
export const boundsFor = (
  windowTokens: number,
  parts: Pick<Bounds, 'maxSteps' | 'maxUsd' | 'isOverBudget'>,
): Bounds => ({
  wrapUpTokens: Math.min(WRAP_UP_TOKENS, Math.floor(windowTokens * WRAP_UP_SHARE)),
  mostTokens: Math.min(MOST_TOKENS, Math.floor(windowTokens * MOST_SHARE)),
  ...parts,
});

/**
 * What the assistant has to be told before its next step: to stop going in circles, to finish soon, or that
 * this is its last step.
 */
export function noteFor(
  entries: readonly Entry[],
  bounds: Bounds,
): Extract<Entry, { kind: 'note' }> | undefined {
  const answers = entries.filter((entry) => entry.kind === 'answer');
  const last = entries.at(-1);
  if (last?.kind !== 'results') return undefined;
  const tokens = answers.at(-1)?.tokens ?? 0;
  const added = last.results.reduce((sum, { output }) => sum + output.length / 3, 0);
  const usd = answers.reduce((sum, answer) => sum + (answer.usd ?? 0), 0);
  const isAtEnd =
    bounds.isOverBudget ||
    tokens + added >= bounds.mostTokens ||
    answers.length >= bounds.maxSteps ||
    usd >= bounds.maxUsd;
  if (isAtEnd) return { kind: 'note', text: AT_END, isLast: true };
  const isNear =
    tokens + added >= bounds.wrapUpTokens ||
    answers.length >= bounds.maxSteps - LAST_STEPS ||
    usd >= bounds.maxUsd * WRAP_UP_SHARE;
  const isTold = entries.some((entry) => entry.kind === 'note' && entry.text === NEAR_END);
  if (isNear && !isTold) return { kind: 'note', text: NEAR_END, isLast: false };
  const circle = doomLoop(callsOf(entries));
  return circle === undefined ? undefined : { kind: 'note', text: circle, isLast: false };
}

const NEAR_END =
  'You are near the end of what this research may take. Look up only what the answer can’t do without, then report.';
const AT_END =
  'No more look-ups are possible. Report now, from what you have read, and say what you could not look up.';
