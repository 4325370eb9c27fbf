import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a request is answered within `ms`: a refusal is no answer. The request itself is not stopped. */
export async function answersWithin(ms: number, request: Promise<unknown>): Promise<boolean> {
  const answered = request.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, sleep(ms, false)]);
}
