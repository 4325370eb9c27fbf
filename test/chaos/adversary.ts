import { sleep } from '../doubles/http.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';
import type { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { People } from './people.ts';
import type { Chance } from './random.ts';

export type Targets = {
  fleet: Fleet;
  /** Servers of the record and the queues; none where they are in the bot's process. */
  services: readonly { name: string; service: Service }[];
  ground: Ground;
  people: People;
  hub: HubDouble;
  /** How long a lease lasts, by the machine's clock. */
  leaseMs: number;
};

/** What has been done to the bot, by name. */
export type Tally = Record<string, number>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Past a reminder, and past a lapse, each in the defaults of the config. */
const PAST_REMINDER_MS = 61 * MINUTE;
const PAST_LAPSE_MS = 73 * HOUR;
/** How long something may take that is due, while the bot is attacked. */
const DUE_MS = 120_000;
const REST_MS = 15_000;

const BACK_MS = 120_000;

/**
 * Kills, pauses and cuts, one thing after another, as the seed says; the wire is disturbed all the while.
 * Returns what did not happen although it was due, in words.
 */
export async function attack(
  targets: Targets,
  chance: Chance,
  forMs: number,
  tally: Tally,
): Promise<string[]> {
  const count = <T>(name: string, fault: T): T => {
    tally[name] = (tally[name] ?? 0) + 1;
    return fault;
  };
  const acts = actsOn(targets);
  const end = performance.now() + forMs;
  disturbTheWire(targets, chance.fork(), count);
  const forgetting = forget(targets, end, count);
  try {
    while (performance.now() < end) {
      await sleep(chance.between(1_500, 5_000));
      if (isOne(targets.fleet)) await lifeOf(targets);
      const [name, act] = chance.pick(acts);
      count(name, undefined);
      await act(targets, chance);
    }
    return await forgetting;
  } finally {
    targets.ground.calm();
    targets.hub.disturb = () => undefined;
  }
}

/**
 * A process that dies before it has begun shows little: the only one there is lives as long as its start
 * took.
 */
async function lifeOf({ ground }: Targets): Promise<void> {
  const began = performance.now();
  await until('the bot is back', () => ground.isConnected(), BACK_MS);
  await sleep(performance.now() - began);
}

/**
 * A card that nobody looks at, again and again until `end`: the clock is set forward past its reminder, and
 * once that has come, past its lapse. Returns what did not come in time, in words.
 */
export async function forget(
  { fleet, people }: Pick<Targets, 'fleet' | 'people'>,
  end: number,
  count: (name: string, fault: undefined) => void,
  restMs = REST_MS,
): Promise<string[]> {
  const late: string[] = [];
  const due = (what: string, isThere: () => boolean) =>
    until(what, isThere, DUE_MS).catch((error: Error) => void late.push(error.message));
  do {
    const card = people.forget();
    const name = `#${card.id}, which everybody forgot,`;
    await due(`${name} is asked about`, () => people.isAsked(card));
    count('clock set forward past a reminder', undefined);
    fleet.leap(PAST_REMINDER_MS);
    await due(`${name} is brought to mind`, () => people.isReminded(card));
    count('clock set forward past a lapse', undefined);
    fleet.leap(PAST_LAPSE_MS);
    await due(`${name} has lapsed and is answered`, () => card.answeredAt !== undefined);
    await sleep(restMs);
  } while (performance.now() < end);
  return late;
}

type Act = (targets: Targets, chance: Chance) => Promise<void>;

const kill =
  (job: 'chat' | 'worker'): Act =>
  async ({ fleet }, chance) =>
    fleet.kill(chance.pick(fleet.members(job)));

const pause =
  (job: 'chat' | 'worker'): Act =>
  async ({ fleet, leaseMs }, chance) => {
    const member = chance.pick(fleet.members(job));
    const { child } = member;
    fleet.pause(member);
    await sleep(leaseMs * chance.between(1.2, 2));
    if (member.child === child) fleet.resume(member);
  };

const killService =
  (service: Service): Act =>
  async (_targets, chance) => {
    service.kill();
    await sleep(chance.between(200, 3_000));
    await service.restart();
  };

const cutSockets: Act = async ({ ground }) => ground.cut();

const isOne = (fleet: Fleet): boolean => fleet.size === 1;

/** Weighted by being named several times. */
function actsOn({ fleet, services }: Targets): readonly (readonly [string, Act])[] {
  if (isOne(fleet)) {
    return [
      ['process killed', kill('worker')],
      ['process killed', kill('worker')],
      ['process killed', kill('worker')],
      ['process killed', kill('worker')],
      ['process paused past its lease', pause('worker')],
      ['sockets cut', cutSockets],
    ];
  }
  return [
    ['worker killed', kill('worker')],
    ['worker killed', kill('worker')],
    ['worker killed', kill('worker')],
    ['chat killed', kill('chat')],
    ['worker paused past its lease', pause('worker')],
    ['chat paused past its lease', pause('chat')],
    ...services.map(({ name, service }) => [`${name} killed`, killService(service)] as const),
    ['sockets cut', cutSockets],
  ];
}

function disturbTheWire(
  { ground, hub }: Targets,
  chance: Chance,
  count: <T>(name: string, fault: T) => T,
): void {
  ground.disturb(chance, count);
  hub.disturb = (method, path) => {
    if (!path.startsWith('/api/jobs/')) return undefined;
    if (chance.is(0.015)) return count('Hub 500', 500);
    return method === 'POST' && chance.is(0.05) ? count('Hub answer dropped', 'drop' as const) : undefined;
  };
}
