import { systemClock } from './clock.ts';

/**
 * Finds out, whenever it is asked, whether `request` is answered within `ms`: a refusal is no answer. What is
 * asked while a request is still open waits for that one, so what does not answer is not asked more and more.
 */
export function answering(ms: number, request: () => Promise<unknown>): () => Promise<boolean> {
  let open: Promise<boolean> | undefined;
  return () => {
    open ??= request()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        open = undefined;
      });
    const late = new AbortController();
    const waiting = systemClock.sleep(ms, late.signal).then(
      () => false,
      () => false, // it has answered
    );
    return Promise.race([open, waiting]).finally(() => late.abort());
  };
}
