import { jittered } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { clockText } from '../../lib/time-zones.ts';
import type { ThreadAddress } from '../../session/address.ts';
import type { Outbound } from './outbound.ts';

export type OutageDeps = {
  outboundOf(platform: ThreadAddress['platform']): Outbound | undefined;
  /** Whether the record and the queues answer. */
  isReachable(): Promise<boolean>;
  /** Whether it has turned out that jobs can't be had. */
  hasTrouble(): boolean;
  /** Calls back whenever that turns out. */
  onTrouble(listener: () => void): void;
  clock: Clock;
  log: Logger;
  everyMs: number;
  /** The time zone of people whose own is not known. */
  timeZone: string;
};

/** What threads are told while the record or the queues are away; it is taken back when they answer again. */
export type Outage = {
  /**
   * Tells a thread, once an outage, and holds nobody up. Does nothing where everything answers. `timeZone` is
   * that of who wrote there last, as far as it is known.
   */
  tell(address: ThreadAddress, timeZone?: string): void;
  /**
   * Remembers for a while that somebody waits in a thread, to tell it of an outage that begins then. Tells it
   * at once where one has begun: work that is asked for now may be taken, and done by nobody.
   */
  expect(address: ThreadAddress, timeZone?: string): void;
  stop(): Promise<void>;
};

/** The key of such a post: it is in no view, because there may be no record to make one from. */
export const OUTAGE_KEY = 'outage#0';

/** How long somebody who wrote is taken to wait, and how many are remembered. */
const EXPECTED_MS = 10 * 60_000;
const EXPECTED = 100;

export function createOutage(deps: OutageDeps): Outage {
  const state: State = {
    deps,
    expected: new Map(),
    told: new Map(),
    stopping: new AbortController(),
    waiting: undefined,
  };
  deps.onTrouble(() => {
    const now = deps.clock.now().getTime();
    for (const { address, timeZone, until } of state.expected.values()) {
      if (until > now) tell(state, address, timeZone);
    }
    state.expected.clear();
  });
  return {
    tell: (address, timeZone) => tell(state, address, timeZone),
    expect: (address, timeZone) => expect(state, address, timeZone),
    async stop() {
      state.stopping.abort();
      await state.waiting;
    },
  };
}

type State = {
  deps: OutageDeps;
  expected: Map<string, { address: ThreadAddress; timeZone: string | undefined; until: number }>;
  told: Map<string, { address: ThreadAddress; platformId: string | undefined }>;
  stopping: AbortController;
  /** While notes stand that are to be taken back. */
  waiting: Promise<void> | undefined;
};

function expect(state: State, address: ThreadAddress, timeZone: string | undefined): void {
  const { deps, expected } = state;
  if (deps.hasTrouble()) {
    tell(state, address, timeZone);
    return;
  }
  const key = keyOf(address);
  expected.delete(key); // the latest stand last
  expected.set(key, { address, timeZone, until: deps.clock.now().getTime() + EXPECTED_MS });
  for (const oldest of expected.keys()) if (expected.size > EXPECTED) expected.delete(oldest);
}

function tell(state: State, address: ThreadAddress, timeZone: string | undefined): void {
  postNote(state, address, timeZone).catch((error: unknown) =>
    state.deps.log.warn({ err: error, address }, 'a thread could not be told of an outage'),
  );
}

async function postNote(state: State, address: ThreadAddress, ofWriter: string | undefined): Promise<void> {
  const { deps, told } = state;
  const key = keyOf(address);
  if (told.has(key) || (await deps.isReachable())) return;
  const outbound = deps.outboundOf(address.platform);
  if (outbound === undefined || told.has(key)) return;
  const note = { address, platformId: undefined as string | undefined };
  told.set(key, note);
  state.waiting ??= untilReachable(state);
  const timeZone = ofWriter ?? state.expected.get(key)?.timeZone ?? deps.timeZone;
  const at = deps.clock.now();
  const words = clockText(at, timeZone);
  const text = `A part of me can't be reached right now (${words}): my storage does not answer. I keep trying, and what you write here is taken up as soon as it is back.`;
  const [outgoing] = outbound.translate(
    { key: 'outage', exchange: 0, body: { kind: 'notice', text, mentions: [], times: [{ words, at }] } },
    1,
    address,
  );
  const delivery = outgoing && (await outbound.post(address, OUTAGE_KEY, outgoing));
  if (delivery?.ok) note.platformId = delivery.platformId;
}

/** Takes the notes back once everything answers. */
async function untilReachable(state: State): Promise<void> {
  const { deps, told, stopping } = state;
  while (!stopping.signal.aborted && !(await deps.isReachable())) {
    await deps.clock.sleep(jittered(deps.everyMs), stopping.signal).catch(() => {}); // stopped: seen at the next turn
  }
  state.waiting = undefined;
  for (const [key, { address, platformId }] of told) {
    told.delete(key);
    if (platformId === undefined) continue;
    const removed = await deps.outboundOf(address.platform)?.remove(address, platformId);
    if (removed && !removed.ok)
      deps.log.warn({ ...removed, address }, 'a note on an outage could not be taken back');
  }
}

const keyOf = (address: ThreadAddress) => Object.values(address).join('/');
