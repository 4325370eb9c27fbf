import { sleep } from '../doubles/http.ts';
import type { HubDouble } from '../doubles/hub.ts';
import type { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { Chance } from './random.ts';
import type { Service } from './services.ts';

export type Targets = {
  fleet: Fleet;
  postgres: Service;
  redis: Service;
  ground: Ground;
  hub: HubDouble;
  leaseMs: number;
};

/** What has been done to the bot, by name. */
export type Tally = Record<string, number>;

/** Kills, pauses and cuts, one thing after another, as the seed says; the wire is disturbed all the while. */
export async function attack(targets: Targets, chance: Chance, until: number, tally: Tally): Promise<void> {
  disturbTheWire(targets, chance.fork(), tally);
  while (Date.now() < until) {
    await sleep(chance.between(1_500, 5_000));
    const [name, act] = chance.pick(ACTS);
    tally[name] = (tally[name] ?? 0) + 1;
    await act(targets, chance);
  }
  targets.ground.calm();
  targets.hub.disturb = () => undefined;
}

type Act = (targets: Targets, chance: Chance) => Promise<void>;

const killWorker: Act = async ({ fleet }, chance) => fleet.kill(chance.pick(fleet.members('worker')));
const killChat: Act = async ({ fleet }, chance) => fleet.kill(chance.pick(fleet.members('chat')));

const pause =
  (role: 'chat' | 'worker'): Act =>
  async ({ fleet, leaseMs }, chance) => {
    const member = chance.pick(fleet.members(role));
    const { child } = member;
    fleet.pause(member);
    await sleep(leaseMs * chance.between(1.2, 2));
    if (member.child === child) fleet.resume(member);
  };

const killService =
  (which: 'postgres' | 'redis'): Act =>
  async (targets, chance) => {
    targets[which].kill();
    await sleep(chance.between(200, 3_000));
    await targets[which].restart();
  };

const cutSockets: Act = async ({ ground }) => ground.cut();

/** Weighted by being named several times. */
const ACTS: readonly (readonly [string, Act])[] = [
  ['worker killed', killWorker],
  ['worker killed', killWorker],
  ['worker killed', killWorker],
  ['chat killed', killChat],
  ['worker paused past its lease', pause('worker')],
  ['chat paused past its lease', pause('chat')],
  ['Postgres killed', killService('postgres')],
  ['Redis killed', killService('redis')],
  ['sockets cut', cutSockets],
];

function disturbTheWire({ ground, hub }: Targets, chance: Chance, tally: Tally): void {
  const count = <T>(name: string, fault: T): T => {
    tally[name] = (tally[name] ?? 0) + 1;
    return fault;
  };
  ground.disturb(chance, count);
  hub.disturb = (method, path) => {
    if (!path.startsWith('/api/jobs/')) return undefined;
    if (chance.is(0.015)) return count('Hub 500', 500);
    return method === 'POST' && chance.is(0.05) ? count('Hub answer dropped', 'drop' as const) : undefined;
  };
}
