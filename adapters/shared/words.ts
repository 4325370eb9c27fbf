import type { Logger } from '../../src/lib/log.ts';

/* What the bot is called and says of itself wherever it is on a platform. */

export const ABOUT = 'An autonomous ML engineer in your threads';

/** What a message can be pointed at with. */
export const ASK_ABOUT = 'Ask ML Intern about this';

/** Told where what somebody did could not be taken, and why is nobody's to know. */
export const NOT_REACHED =
  'That did not work: a part of me can’t be reached right now. Try again in a minute.';

/** Told where it is known why what somebody did could not be taken. */
export const didNotWork = (why: string): string => `That did not work: ${why}.`;

/** Notes what nobody could be told, and whom. */
export const notTold =
  (log: Logger, whom: Readonly<Record<string, unknown>>, text: string) =>
  (error: unknown): void =>
    log.error({ err: error, ...whom, text }, 'somebody could not be told something');
