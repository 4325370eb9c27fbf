import type { Clock } from '../ops/clock.ts';
import type { Logger } from '../ops/log.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { Outbound } from './outbound.ts';

export type OutageDeps = {
  outboundOf(platform: ThreadAddress['platform']): Outbound | undefined;
  /** Whether the record and the queues answer. */
  isReachable(): Promise<boolean>;
  clock: Clock;
  log: Logger;
  everyMs: number;
};

/** What threads are told while the record or the queues are away; it is taken back when they answer again. */
export type Outage = {
  /** Tells a thread, once an outage, and holds nobody up. Does nothing where everything answers. */
  tell(address: ThreadAddress): void;
  stop(): Promise<void>;
};

/** The key of such a post: it is in no view, because there may be no record to make one from. */
export const OUTAGE_KEY = 'outage#0';

export function createOutage(deps: OutageDeps): Outage {
  const told = new Map<string, { address: ThreadAddress; platformId: string | undefined }>();
  const stopping = new AbortController();
  let waiting: Promise<void> | undefined;

  function tell(address: ThreadAddress): void {
    telling(address).catch((error: unknown) =>
      deps.log.warn({ err: error, address }, 'a thread could not be told of an outage'),
    );
  }

  async function telling(address: ThreadAddress): Promise<void> {
    const key = Object.values(address).join('/');
    if (told.has(key) || (await deps.isReachable())) return;
    const outbound = deps.outboundOf(address.platform);
    if (outbound === undefined || told.has(key)) return;
    const note = { address, platformId: undefined as string | undefined };
    told.set(key, note);
    waiting ??= untilReachable();
    const at = deps.clock.now().toISOString().slice(11, 16);
    const text = `A part of me can't be reached right now (${at} UTC): my storage does not answer. I keep trying, and what you write here is taken up as soon as it is back.`;
    const [payload] = outbound.translate(
      { key: 'outage', exchange: 0, body: { kind: 'notice', text, mentions: [] } },
      1,
      address,
    );
    const delivery = payload && (await outbound.post(address, OUTAGE_KEY, payload));
    if (delivery?.ok) note.platformId = delivery.platformId;
  }

  async function untilReachable(): Promise<void> {
    while (!stopping.signal.aborted && !(await deps.isReachable())) {
      await deps.clock.sleep(deps.everyMs, stopping.signal).catch(() => {}); // stopped: seen at the next turn
    }
    waiting = undefined;
    for (const [key, { address, platformId }] of told) {
      told.delete(key);
      if (platformId === undefined) continue;
      const removed = await deps.outboundOf(address.platform)?.remove(address, platformId);
      if (removed && !removed.ok)
        deps.log.warn({ ...removed, address }, 'a note on an outage could not be taken back');
    }
  }

  return {
    tell,
    async stop() {
      stopping.abort();
      await waiting;
    },
  };
}
