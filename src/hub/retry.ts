import { HubApiError } from '@huggingface/hub';
import { jittered } from '../lib/backoff.ts';
import { systemClock } from '../lib/clock.ts';

const WAITS_MS = [500, 1_500, 4_000] as const;

/** The status of an answer of the Hub, where the error is one. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof HubApiError ? error.statusCode : undefined;
}

/**
 * Whether a request may have been carried out although it failed, or may go through when it is made again.
 */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 429 || status === 408;
  // fetch says that a connection failed with a TypeError, and that a time-out struck with a TimeoutError.
  return error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');
}

/** Makes something on the Hub; false where it was there before. */
export async function unlessThere(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (statusOf(error) === 409) return false;
    throw error;
  }
}

/** Makes a request that may be made any number of times, again while it fails for passing reasons. */
export async function withRetries<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const wait of WAITS_MS) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      await systemClock.sleep(jittered(wait), signal);
    }
  }
  return request();
}
