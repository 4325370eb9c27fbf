import { type IShardingStrategy, SimpleShardingStrategy, WebSocketShardStatus } from 'discord.js';
import { createBackoff } from '../../src/lib/backoff.ts';
import { systemClock } from '../../src/lib/clock.ts';

type Manager = ConstructorParameters<typeof SimpleShardingStrategy>[0];

/**
 * Waits between attempts to connect. Discord allows 1,000 sessions a day, and resets the token of who begins
 * more.
 */
const WAITS = { firstMs: 500, longestMs: 60_000 };

/** After an attempt that came to a connection which held so long, the next one is tried without delay. */
const GOOD_MS = 120_000;

/**
 * How long the gateway may take to open a connection, and then for its first words; discord.js waits up to a
 * minute.
 */
const SILENCE_MS = 20_000;

/**
 * Connects as discord.js does, with longer and longer waits between attempts: it tries a gateway that is gone
 * every half second, for as long as it takes. What waits when `signal` aborts is not tried any more.
 */
export function retryingGateway(manager: Manager, signal: AbortSignal): IShardingStrategy {
  const strategy = new SimpleShardingStrategy(manager);
  const { options } = manager;
  options.handshakeTimeout = SILENCE_MS;
  options.helloTimeout = SILENCE_MS;
  const { retrieveSessionInfo } = options;
  const attempts = new Map<number, Attempts>();
  // A shard asks for its session before it connects, and then again with whatever it hears.
  options.retrieveSessionInfo = async (id) => {
    const statuses = await strategy.fetchStatus();
    if (statuses.get(id) === WebSocketShardStatus.Idle) await untilDue(id);
    return retrieveSessionInfo(id);
  };

  async function untilDue(id: number): Promise<void> {
    const known = attempts.get(id);
    if (known === undefined) {
      attempts.set(id, { backoff: createBackoff(WAITS), lastAt: systemClock.monotonic() });
      return;
    }
    if (systemClock.monotonic() - known.lastAt >= GOOD_MS) known.backoff.reset();
    try {
      await systemClock.sleep(known.backoff.next(), signal);
    } catch {
      await new Promise(() => {}); // stopped: a shard that goes on would connect
    }
    known.lastAt = systemClock.monotonic();
  }
  return strategy;
}

type Attempts = { backoff: ReturnType<typeof createBackoff>; lastAt: number };
