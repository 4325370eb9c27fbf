import { cut } from '../../lib/cut.ts';
import { clockText, type SaidTime } from '../../lib/time-zones.ts';
import type { Failure } from '../../session/state.ts';

/* What people are called with where work has stopped: its first words are what a phone shows. */

const TITLE = 60;

/** What a session is called in a sentence. */
const named = (title: string | undefined): string => {
  const said = title?.replace(/\s+/g, ' ').trim();
  return said ? `“${cut(said, TITLE)}”` : 'This request';
};

/** That a request has stopped, why, and what becomes of it. Times are told in `timeZone`. */
export function stopText(failure: Failure, title: string | undefined, timeZone: string): string {
  const { message, pause, isOverBudget, outage } = failure;
  if (outage !== undefined) {
    return `${named(title)} waits: ${message} I try again by myself, next at ${clockText(outage.retryAt, timeZone)}.`;
  }
  if (pause !== undefined) return `${named(title)}: shall I go on? ${message}`;
  if (isOverBudget) return `${named(title)} needs more budget: ${message}`;
  return `${named(title)} is stuck: ${message}`;
}

/** The times that are told of a stop, as they are said in `timeZone`. */
export const timesOfStop = ({ retryAt }: NonNullable<Failure['outage']>, timeZone: string): SaidTime[] => [
  { words: clockText(retryAt, timeZone), at: retryAt },
];

/** That a model provider which was out answers again. */
export const recoveryText = (title: string | undefined): string =>
  `The model provider answers again: I go on with ${named(title)}.`;
