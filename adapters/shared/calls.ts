import { deliveriesOf } from '../../src/thread/delivery/delivery.ts';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import { faultOfOurs, type Meaning, type Row } from './error-meanings.ts';

/** What was thrown by a call, as a platform's client lets it be told apart. */
export type Thrown<Own extends string> =
  /** The platform, or what stands before it, has answered. */
  | {
      kind: 'answered';
      /** For the log: the platform's code, or the status where there is none. */
      code: string;
      detail: string;
      status: number;
      /** What is known of the code. */
      row: Row<Own> | undefined;
      /** How long it says to wait. */
      retryAfterMs?: number | undefined;
      /** Nothing was sent: the client knew that it would be refused. */
      isForeseen?: boolean;
      /** What is in the way where nobody knows the code. */
      why?: string | undefined;
    }
  /** Nothing has answered. */
  | { kind: 'unreachable'; detail: string }
  /** It is known what it comes to. */
  | { kind: 'known'; failed: Failed }
  /** A fault of ours. */
  | { kind: 'fault' };

/** A code, and what there is to say of it to people (`why`) and in the log. */
type Said = { code: string; why: string; detail: string };

/** How a platform's errors are read. */
export type Errors<Own extends string> = {
  platform: string;
  read(error: unknown): Thrown<Own>;
  /** What a code of this platform's comes to: `failureFor`, besides what only its own codes mean. */
  failed(means: Meaning | Own, said: Said, error: unknown): Failed;
  /** What is waited for where the platform does not say how long. */
  unnamedWaitMs: number;
};

/** Calls to a platform, and what came of them. */
export function callsOf<Own extends string>(errors: Errors<Own>) {
  const failureOf = (error: unknown): Failed => failureIn(errors, error);
  const meansOf = (error: unknown): Meaning | Own | undefined => {
    const thrown = errors.read(error);
    return thrown.kind === 'answered' ? thrown.row?.means : undefined;
  };
  return {
    ...deliveriesOf(failureOf),
    /** What an error means for a delivery, whatever was thrown. */
    failureOf,
    /** What the code says with which a call was refused, where it was with one that is known. */
    meansOf,
    /** Lets an error pass whose code means one of these. */
    unless:
      (...meanings: readonly (Meaning | Own)[]) =>
      (error: unknown): void => {
        const means = meansOf(error);
        if (means === undefined || !meanings.includes(means)) throw error;
      },
    /**
     * Takes a message away. One that may not be deleted is blanked, so that it says nothing any more: its
     * buttons would be taken for live ones.
     */
    async takeAway(remove: () => Promise<unknown>, blank: () => Promise<unknown>): Promise<void> {
      await remove().catch(async (error: unknown) => {
        if (meansOf(error) !== 'denied') throw error;
        await blank().catch(() => {
          throw error;
        });
      });
    },
  };
}

function failureIn<Own extends string>(errors: Errors<Own>, error: unknown): Failed {
  const thrown = errors.read(error);
  switch (thrown.kind) {
    case 'known':
      return thrown.failed;
    case 'unreachable':
      return { ok: false, reason: 'unavailable', detail: thrown.detail };
    case 'fault':
      return faultOfOurs(error);
    case 'answered':
      return refused(errors, thrown, error);
    default:
      return thrown satisfies never;
  }
}

function refused<Own extends string>(
  { platform, failed, unnamedWaitMs }: Errors<Own>,
  { code, detail, status, row, retryAfterMs, isForeseen, why }: Thrown<Own> & { kind: 'answered' },
  error: unknown,
): Failed {
  if (status === 429 || row?.means === 'limited') {
    const wait = { retryAfterMs: retryAfterMs ?? unnamedWaitMs, ...(isForeseen ? { isForeseen } : {}) };
    return { ok: false, reason: 'rate_limited', ...wait };
  }
  if (status >= 500) return { ok: false, reason: 'unavailable', detail };
  if (row !== undefined) return failed(row.means, { code, why: row.why, detail }, error);
  // A status without a code that says more.
  if (status === 401) {
    const refusal = `${platform} refuses my token; whoever runs me has to set a new one`;
    return { ok: false, reason: 'closed', code, why: refusal, isPlace: true };
  }
  if (status === 408 || status === 425) return { ok: false, reason: 'unavailable', detail };
  if (status === 413) {
    return { ok: false, reason: 'too_long', code, why: `it is larger than what ${platform} takes` };
  }
  const unknown = why ?? `${platform} says \`${code}\`, which I don't know`;
  return { ok: false, reason: 'unclear', code, why: unknown, detail, isBug: false };
}

/** Whether a history may not be read, or is that of a thread that is gone: no trying again helps. */
export const isUnreadable = (failure: Failed): boolean =>
  failure.reason === 'final' ||
  failure.reason === 'form' ||
  (failure.reason === 'closed' && !failure.isPlace);
