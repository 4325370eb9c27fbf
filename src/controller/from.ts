import { isDeepStrictEqual } from 'node:util';
import type { MayRead } from '../jobs/overview.ts';
import type { Channel, ThreadAddress } from '../session/address.ts';
import type { Who } from './people.ts';

/** Who does something, and where. */
export type From = {
  who: Who;
  /** The channel that rules are about. */
  place: Channel;
  /** The thread; undefined where something was done outside of any, as in what only one person sees. */
  thread: ThreadAddress | undefined;
  /** The platform's identity of what was done: the same however often it is delivered. */
  sourceId: string;
  /** Whether fewer people read the thread than its channel. */
  isPrivate?: boolean;
  /** Whether it was done in a list that only one person sees, and not where its outcome is shown. */
  isFromList: boolean;
  /**
   * Reads the message that a form is about, where the form does not hold it, and gives the thread to go on
   * in.
   */
  pointedAt?(messageId: string): Promise<Pointed>;
};

/** A message that somebody pointed at, quoted, and the thread in which it goes on; or why there is none. */
export type Pointed =
  | { ok: true; quote: string; thread: ThreadAddress; isPrivate?: boolean }
  | { ok: false; reason: string };

/**
 * What somebody may be told of: what is said in the thread where they are, what they began themselves, and
 * what they can read where it is.
 */
export const readableTo =
  ({ who, thread }: Pick<From, 'who' | 'thread'>): MayRead =>
  async ({ address, requester }) =>
    requester.id === who.id || isDeepStrictEqual(address, thread) || (who.mayRead?.(address) ?? false);
