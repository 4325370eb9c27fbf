import type { Failed } from '../../src/thread/delivery/outbound.ts';

/** What an error code says about a call, on every platform. A platform's table may know more. */
export type Meaning =
  /** Too much was sent: the same again after a wait. */
  | 'limited'
  /** The platform has trouble: the same again, for as long as it takes. */
  | 'passing'
  /**
   * The platform could not do this one thing and does not say why: the same again some times, then another
   * form.
   */
  | 'unclear'
  /** The message is there no more. */
  | 'gone'
  /** The message is there, and can't be changed (any more): a new one has to take its place. */
  | 'frozen'
  /** The place takes nothing until somebody acts. */
  | 'closed'
  /** This kind of call is not allowed until somebody acts; others may be. */
  | 'denied'
  /** A dialog or an answer is not taken any more: whoever clicked has to do it again. */
  | 'again'
  /** It is as it should be already. */
  | 'done'
  /** Never, as it is. */
  | 'final';

/** A row of a platform's table of error codes. */
export type Row<Own extends string> = {
  means: Meaning | Own;
  /** For people, after a colon: what is in the way, and who can mend it. */
  why: string;
};

/** A table by code from one by meaning. `rest` makes the rest of a row of what the table has for its code. */
export const tableOf = <Means extends string, Entry, Rest>(
  byMeaning: Readonly<Record<Means, Readonly<Record<string, Entry>>>>,
  rest: (entry: Entry) => Rest,
): ReadonlyMap<string, Rest & { means: Means }> =>
  new Map(
    (Object.keys(byMeaning) as Means[]).flatMap((means) =>
      Object.entries(byMeaning[means]).map(([code, entry]) => [code, { means, ...rest(entry) }] as const),
    ),
  );

/** What a code comes to for a delivery; how long a limit lasts stands beside the code. */
export function failureFor(
  means: Meaning,
  { code, why, detail }: { code: string; why: string; detail: string },
): Failed {
  switch (means) {
    case 'limited':
    case 'passing':
      return { ok: false, reason: 'unavailable', detail };
    case 'gone':
      return { ok: false, reason: 'gone' };
    case 'frozen':
      return { ok: false, reason: 'frozen', code, why };
    case 'closed':
    case 'denied':
      return { ok: false, reason: 'closed', code, why, isPlace: means === 'closed' };
    case 'unclear':
    case 'again':
    case 'done':
      return { ok: false, reason: 'unclear', code, why, detail, isBug: false };
    case 'final':
      return { ok: false, reason: 'final', code, why };
    default:
      return means satisfies never;
  }
}

/** What was thrown by a fault of ours: the same call would fail again. */
export const faultOfOurs = (error: unknown): Failed => ({
  ok: false,
  reason: 'unclear',
  code: error instanceof Error ? error.name : 'unknown',
  why: 'something is wrong with me; whoever runs me finds it in the log',
  detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  isBug: true,
});

/** Why a reaction is not taken. */
export const NO_REACTIONS = 'I may not react there';
export const ALL_REACTIONS = 'it has as many reactions as there can be';
