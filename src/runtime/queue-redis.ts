import { Redis } from 'ioredis';
import { createBackoff } from '../lib/backoff.ts';
import { systemClock } from '../lib/clock.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';

/**
 * After a failover the old primary is read-only, and its address may lead to the new one: at most so often.
 */
const RECONNECT_MS = 5_000;

/** A connection for queues: it waits for its server, however long that is away. */
export function connectRedis(url: string): QueueRedis {
  const backoff = { firstMs: 100, longestMs: 5_000 };
  let reconnectedAt = -RECONNECT_MS;
  return new QueueRedis(url, {
    maxRetriesPerRequest: null,
    retryStrategy(times) {
      const waits = createBackoff(backoff);
      for (let i = 1; i < times && i < 10; i++) waits.next();
      return waits.next();
    },
    reconnectOnError(error) {
      if (!error.message.startsWith('READONLY') || systemClock.monotonic() - reconnectedAt < RECONNECT_MS)
        return false;
      reconnectedAt = systemClock.monotonic();
      return true;
    },
  });
}

/** Redis is outside of every transaction of the record. */
export class QueueRedis extends Redis {
  override sendCommand(...given: Parameters<Redis['sendCommand']>): unknown {
    refuseInTransaction(() => `a command to Redis (${given[0].name})`);
    return super.sendCommand(...given);
  }
}
