import type { Delivery } from './outbound.ts';

/** Why something was not delivered. */
export type Failed = Exclude<Delivery, { ok: true }>;

/**
 * Calls to a platform, with what came of them. `failureOf` tells what an error of the platform or of the network means,
 * and throws any other.
 */
export function deliveriesOf(failureOf: (error: unknown) => Failed) {
  async function attempt<T>(
    call: () => Promise<T>,
  ): Promise<{ ok: true; value: T } | { ok: false; failure: Failed }> {
    try {
      return { ok: true, value: await call() };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** What came of a call that gives the id of what it made. */
  async function delivered(send: () => Promise<string>): Promise<Delivery> {
    const sent = await attempt(send);
    return sent.ok ? { ok: true, platformId: sent.value } : sent.failure;
  }

  return { attempt, delivered };
}
