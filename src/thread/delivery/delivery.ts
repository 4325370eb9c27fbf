import type { Delivery, Failed } from './outbound.ts';

/**
 * Calls to a platform, with what came of them. `failureOf` tells what an error means, whatever was thrown.
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
