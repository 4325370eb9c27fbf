import { existsSync, readdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';
import { fail, main } from '../../src/app/main.ts';
import { type Clock, randomIds } from '../../src/lib/clock.ts';
import { faster, type MovableClock, movable } from '../support/clocks.ts';
import { Time } from '../support/virtual-time.ts';

/**
 * The program as `npm start` runs it, except for its clock, which runs faster and is set forward from
 * outside.
 */

export type ToBot = { ahead: number };
export type FromBot = { vitals: Vitals };

/** What must not grow in a process that runs on and on. */
export type Vitals = {
  rssMb: number;
  heapMb: number;
  /** Timers, sockets and whatever else keeps a process alive. */
  handles: number;
  /** Files and sockets that are open, where the system tells. */
  files: number;
  /** Seconds of the processor since the process began. */
  cpuSeconds: number;
  /** Messages that the embedded database was sent since the process began. */
  databaseCalls: number;
};

const VITALS_MS = 10_000;
const OPEN_FILES = '/proc/self/fd';

/** What it is told when it is started. */
const Given = z.object({
  TIME: z.string().transform((text) => Time.parse(JSON.parse(text))),
  /**
   * Where the process ends itself with SIGKILL: just before or after the so-and-so-manieth commit of the
   * embedded record.
   */
  DIES: z
    .string()
    .regex(/^(before|after) \d+$/)
    .optional(),
});
const { TIME: time, DIES: death } = Given.parse(process.env);

let clock: MovableClock | undefined;
let ahead = 0;

/** The record's clock, sped up and set forward. */
function timed(record: Clock): Clock {
  clock = movable(faster(record, time.factor, new Date(time.startedAt)));
  setForward(time.ahead);
  return clock;
}

function setForward(to: number): void {
  if (clock === undefined) return;
  clock.advance(to - ahead);
  ahead = to;
}

let databaseCalls = 0;
const send = PGlite.prototype.execProtocolRaw;
PGlite.prototype.execProtocolRaw = function (...given) {
  databaseCalls++;
  return send.apply(this, given);
};

if (death !== undefined) {
  const [moment, number] = death.split(' ');
  let left = Number(number);
  const commit = PGlite.prototype.transaction;
  PGlite.prototype.transaction = async function (this: PGlite, work) {
    const isLast = --left === 0;
    if (isLast && moment === 'before') {
      return commit.call(this, async (tx) => {
        await work(tx);
        process.kill(process.pid, 'SIGKILL');
        return new Promise<never>(() => {}); // it ends here
      });
    }
    const result = await commit.call(this, work);
    if (isLast) process.kill(process.pid, 'SIGKILL');
    return result;
  } as typeof commit;
}

function vitals(): Vitals {
  global.gc?.(); // what is left is what is held
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    files: existsSync(OPEN_FILES) ? readdirSync(OPEN_FILES).length : 0,
    cpuSeconds: (user + system) / 1e6,
    databaseCalls,
  };
}

process.on('message', (message: ToBot) => {
  time.ahead = message.ahead;
  setForward(message.ahead);
});
process.channel?.unref();
setInterval(() => {
  const message: FromBot = { vitals: vitals() };
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}, VITALS_MS).unref();

main({ ids: randomIds, timed }).catch(fail);
