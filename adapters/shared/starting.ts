import { followLastSeen, type LastSeenLoop } from '../../src/controller/last-seen-loop.ts';
import type { PlatformPorts } from '../../src/controller/platform.ts';

/** How a platform begins to be listened to. `Take` takes a message that was read back. */
export type Listening<Take> = {
  /** Registers every listener. */
  listen(ports: PlatformPorts): Take;
  /** Has the platform deliver. Throws ConfigError where it refuses. */
  connect(): Promise<void>;
  /** What was missed, and how it is read back. */
  missed(ports: PlatformPorts, take: Take): Omit<LastSeenLoop, 'lastSeen'>;
};

/**
 * Begins to take what people say, and to read back what was said while nobody listened, whenever that is due
 * until `signal` aborts. `readingBack` resolves then; nothing is delivered before all listeners are there.
 */
export async function startListening<Take>(
  { listen, connect, missed }: Listening<Take>,
  ports: PlatformPorts,
  signal: AbortSignal,
): Promise<{ readingBack: Promise<void> }> {
  const take = listen(ports);
  await connect();
  const { lastSeen } = ports;
  return { readingBack: followLastSeen({ ...missed(ports, take), lastSeen }, signal) };
}
