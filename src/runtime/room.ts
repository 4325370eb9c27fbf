import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { systemClock } from '../lib/clock.ts';

/** Whether a process has room for one more piece of work besides `running` others. */
export type Room = (running: number) => boolean;

/** So much is always begun: a process that others keep from running must not stand still. */
const ALWAYS = 8;

/** What is begun shows in the event loop within this time. */
const LOOK_MS = 200;

/**
 * The share of the time in which the event loop may be busy, and of the heap that may be in use. A loop that
 * is busy all the time falls behind more and more; below that whoever comes is better begun with than kept
 * waiting.
 */
const BUSY = 0.97;
const HEAP = 0.8;

/** What the system says of this process: the share of its time since the last look, and of its heap. */
export type Usage = { at: number; busy(): number; heap(): number };

/**
 * Room for as long as the event loop keeps up and the heap has some left: a turn mostly waits for its model
 * and a render for its platform, so how many fit is not a number that anybody could set. What has been begun
 * is never broken off for it.
 */
export function createRoom(usage: () => Usage = usageOfProcess()): Room {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isFull = false;
  return (running) => {
    if (running < ALWAYS) return true;
    const { at, busy, heap } = usage();
    if (at - lookedAt >= LOOK_MS) {
      lookedAt = at;
      isFull = busy() > BUSY || heap() > HEAP;
    }
    return !isFull;
  };
}

function usageOfProcess(): () => Usage {
  let before = performance.eventLoopUtilization();
  const usage: Usage = {
    at: 0,
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    heap() {
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      return used_heap_size / heap_size_limit;
    },
  };
  return () => Object.assign(usage, { at: systemClock.monotonic() });
}
