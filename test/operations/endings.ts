import assert from 'node:assert/strict';
import type { Bot } from './bot.ts';

/** Docker kills after ten seconds. */
const LONGEST_MS = 8_000;

/** How often is looked whether this machine keeps up. */
const TICK_MS = 50;

/**
 * Ends a process in order, and in time. Where the machine is too busy to run this very process when it is
 * due, that time is not the bot's. Returns the figure for the table.
 */
export async function endsInTime(bot: Bot, signal: NodeJS.Signals = 'SIGTERM'): Promise<string> {
  const lateness = watchLateness();
  const { code, afterMs } = await bot.stop(signal);
  const lateMs = lateness();
  assert.equal(code, 0, bot.describe());
  const took = `${Math.round(afterMs)} ms, in which the machine was ${Math.round(lateMs)} ms late`;
  assert.ok(afterMs - lateMs <= LONGEST_MS, `after ${took}\n${bot.describe()}`);
  assert.equal(bot.said, '');
  return `${(afterMs / 1000).toFixed(1)} s`;
}

export async function bothEnd(bots: readonly Bot[]): Promise<string> {
  return (await Promise.all(bots.map((bot) => endsInTime(bot)))).join(' and ');
}

/** Counts how late a timer is; the returned function stops that, and says how late it was altogether. */
function watchLateness(): () => number {
  let due = performance.now() + TICK_MS;
  let lateMs = 0;
  const timer = setInterval(() => {
    lateMs += Math.max(0, performance.now() - due - TICK_MS / 2);
    due = performance.now() + TICK_MS;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return lateMs;
  };
}
