import type { Readable } from '../../config/load.ts';
import { type Role, readPlatform } from '../../config/roles.ts';
import type { PlatformDefinition } from '../../controller/platform-definition.ts';
import { createBackoff } from '../../lib/backoff.ts';
import { systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { FINE, type Finding, type Probe, refused } from '../../lib/probe.ts';
import { dataDirectoryProbe } from './data-directory.ts';
import { hubProbe } from './hub.ts';
import { openFilesProbe, portProbe } from './machine.ts';

/** Schemas of the record, and that of queues which run on it. */
const RECORD_SCHEMAS = ['ml_intern', 'ml_intern_migrations'];
const QUEUE_SCHEMA = 'bullmq';

export type Probes = {
  /** What has to answer before anything can be done. */
  needed: readonly Probe[];
  /** What only has to take its token: the bot can say itself that the Hub is away. */
  wanted: readonly Probe[];
};

/** Who has to be asked before the bot starts, as far as settings could be read. */
export async function probesFor(
  readable: Readable,
  roles: ReadonlySet<Role>,
  platforms: readonly PlatformDefinition[],
): Promise<Probes> {
  const { secrets, file, isWrong } = readable;
  const needed: Probe[] = [openFilesProbe(), ...(await storageProbes(readable))];
  const wanted: Probe[] = [];
  if (file === undefined) return { needed, wanted };
  const { health, jobs } = file;
  if (health.port !== undefined && !isWrong('health.port') && !isWrong('health.host')) {
    needed.push(portProbe(health.port, health.host, { port: 'HEALTH_PORT', host: 'HEALTH_HOST' }));
  }
  if (roles.has('chat')) needed.push(...platformsProbes(platforms, readable));
  if (roles.has('worker') && secrets.HF_TOKEN && !isWrong('jobs.hub_url'))
    wanted.push(hubProbe(jobs.hub_url, secrets.HF_TOKEN));
  return { needed, wanted };
}

/** The port that platforms are reached at, all of them at the first one's, and what they ask of others. */
function platformsProbes(platforms: readonly PlatformDefinition[], readable: Readable): Probe[] {
  const read = platforms.map((platform) => ({ platform, read: readPlatform(platform, readable) }));
  const address = read.map((one) => one.platform.listensAt?.(one.read)).find((found) => found !== undefined);
  return [
    ...(address ? [listeningProbe(address, readable.file?.health.port)] : []),
    ...read.flatMap((one) => one.platform.probes(one.read)),
  ];
}

/** Two servers can't listen on one port. */
const listeningProbe = ({ port, host }: { port: number; host: string }, health: number | undefined): Probe =>
  port === health ? samePort(port) : portProbe(port, host, { port: 'PORT', host: 'HOST' });

const samePort = (port: number): Probe => ({
  who: `port ${port}`,
  ask: async () => refused(`PORT and HEALTH_PORT are both ${port}. Set one of them to another port.`),
});

/** The clients of Postgres and Redis are loaded only where they are asked. */
async function storageProbes({ secrets, file, has, isWrong }: Readable): Promise<Probe[]> {
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: direct, REDIS_URL: redis } = secrets;
  const probes: Probe[] = [];
  if (url !== undefined) {
    const { postgresProbe } = await import('./postgres.ts');
    const schemas = has('REDIS_URL') ? RECORD_SCHEMAS : [...RECORD_SCHEMAS, QUEUE_SCHEMA];
    probes.push(postgresProbe('DATABASE_URL', url, schemas));
    if (direct !== undefined) probes.push(postgresProbe('DATABASE_DIRECT_URL', direct, schemas));
  } else if (!has('DATABASE_URL') && file !== undefined && !isWrong('data_dir'))
    probes.push(dataDirectoryProbe(file.data_dir));
  if (redis !== undefined) {
    const { redisProbe } = await import('./redis.ts');
    probes.push(redisProbe(redis, file?.durability.queue_prefix ?? 'ml-intern'));
  }
  return probes;
}

type Asked = { probe: Probe; finding: Finding };

/** Asks all at once. Whoever has not answered when the signal aborts counts as away. */
export function ask(
  probes: readonly Probe[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Asked[]> {
  const late = (probe: Probe): Promise<Finding> =>
    new Promise((resolve) => {
      const finding = { kind: 'away' as const, who: probe.who, why: 'no answer in time' };
      signal.addEventListener('abort', () => resolve(finding), { once: true });
    });
  const one = (probe: Probe) => probe.ask(signal).catch((error: unknown) => failed(probe, error));
  return Promise.all(
    probes.map(async (probe) => ({ probe, finding: await Promise.race([one(probe), late(probe)]) })),
  );
}

/** What nobody has thought of is told as it is. */
const failed = ({ who }: Probe, error: unknown): Finding =>
  refused(`${who} can't be asked: ${messageOf(error).split('\n', 1)[0]}.`);

/** All that was refused, each line once. */
export const refusalsIn = (asked: readonly Asked[]): string[] => [
  ...new Set(asked.flatMap(({ finding }) => (finding.kind === 'refused' ? finding.faults : []))),
];

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** How often is told what is waited for. */
const TOLD_MS = 60_000;

/**
 * Waits until all who were away answer, asking them again and again. Says who that is at once, and then once
 * a minute. Returns what was refused by then, or nothing once all is fine.
 */
export async function waitFor(asked: readonly Asked[], log: Logger): Promise<string[]> {
  const backoff = createBackoff({ firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS });
  let away = asked.filter(({ finding }) => finding.kind === 'away');
  let toldAt = Number.NEGATIVE_INFINITY;
  const hasWaited = away.length > 0;
  while (away.length > 0) {
    if (systemClock.monotonic() - toldAt >= TOLD_MS) {
      toldAt = systemClock.monotonic();
      log.warn(
        { waitingFor: away.map(describe) },
        'something does not answer yet; the bot starts once it does',
      );
    }
    await systemClock.sleep(backoff.next());
    const now = await ask(away.map(({ probe }) => probe));
    const faults = refusalsIn(now);
    if (faults.length > 0) return faults;
    away = now.filter(({ finding }) => finding.kind === 'away');
  }
  if (hasWaited) log.info('all that was waited for answers');
  return [];
}

const describe = ({ finding }: Asked): string =>
  finding.kind === 'away' ? `${finding.who}: ${finding.why}` : FINE.kind;
