import { z } from 'zod';
import type { SetUp, SetUpAnswer } from '../../src/controller/platform.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { Id } from './requests.ts';
import { shownNotice } from './shown.ts';
import { unturned } from './tree.ts';

/*
 * What the bot lacks, given on the page. What comes in may be a secret: it goes to the set-up and nowhere
 * else.
 */

const Secret = z.string().max(2_000);

/** What is given, by where it is sent. */
export const GIVEN = {
  '/page/set-up/token': z.object({ id: Id, token: Secret }),
  '/page/set-up/model': z.object({ id: Id, address: Secret, key: Secret, model: Secret }),
  '/page/set-up/look': z.object({ id: Id }),
} as const;

/** Bytes of what is given, at most. */
export const GIVEN_BYTES = 32_000;

/** Tries in a minute, of all browsers together: each asks others who it is. */
const MOST_TRIES = 10;
const MINUTE_MS = 60_000;

/** Says whether one more try may be made. */
export function createTries(clock: Pick<Clock, 'monotonic'>): () => boolean {
  let made: number[] = [];
  return () => {
    const now = clock.monotonic();
    made = made.filter((at) => now - at < MINUTE_MS);
    if (made.length >= MOST_TRIES) return false;
    made.push(now);
    return true;
  };
}

/** What a page is told of what can be given, where anything can. */
export const shownSetUp = (setUp: SetUp | undefined): SetUp['takes'] | undefined => setUp?.takes;

/** What became of what was given. */
export const shownSetUpAnswer = (answer: SetUpAnswer): object =>
  answer.ok
    ? { ok: true, notice: shownNotice(answer.told) }
    : {
        ok: false,
        field: answer.field,
        problem: unturned(answer.problem),
        choices: answer.choices?.map(unturned),
      };
