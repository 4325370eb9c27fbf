import { createChannelRules } from '../access/channel-rules.ts';
import type { Config } from '../config/load.ts';
import { variablesOf } from '../config/platform-settings.ts';
import { platformsFor, type Role } from '../config/roles.ts';
import type { Lack } from '../controller/platform.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';
import { openStorage, type Storage, storageOf, type Timed } from '../db/storage.ts';
import type { Ids } from '../lib/clock.ts';
import { endAll } from '../lib/ending.ts';
import type { PartState } from '../lib/health.ts';
import { createIsolation } from '../lib/isolation.ts';
import type { Logger } from '../lib/log.ts';
import { type Tokens, watchTokens } from '../lib/tokens.ts';
import { createParseApart, type ParseApart } from '../parse-apart/parse-apart.ts';
import { createEngine } from '../runtime/engine.ts';
import { emptyOlderQueues, prefixOf } from '../runtime/older-queues.ts';
import { createRenders } from '../runtime/renders.ts';
import { createTurns } from '../runtime/turns.ts';
import { installationId } from '../session/store/installation.ts';
import { placesOf } from '../session/store/places.ts';
import { freeAll } from '../session/store/release-all.ts';
import type { Tool } from '../tools/tool.ts';
import { type Base, createBase } from './base.ts';
import { lacksOf } from './lacks.ts';
import type { Parts } from './parts.ts';
import { type SettingUp, setUpFor } from './set-up.ts';

/** A running process of the bot. `stop` gives back what it holds and resolves when all is closed. */
export type Running = { stop(): Promise<void> };

/**
 * Which platforms there are, and where time, identity and storage come from: as a program has them, unless a
 * test decides. `timed` changes the record's clock.
 */
export type Seams = {
  platforms: readonly PlatformDefinition[];
  /** Those to connect to as far as they are set up, where not all of them are. */
  connects?: readonly PlatformDefinition[];
  timed?: Timed;
  ids: Ids;
  openStorage?: typeof openStorage;
  base?: Base;
  /** What was found to be missing before the start; otherwise what the config does not have. */
  lacks?: readonly Lack[];
  /** How what is lacking is kept, and the program started anew with it; left out where it is not. */
  settingUp?: SettingUp;
  /** What platforms have kept of an earlier start in this process. */
  carried?: Map<string, string>;
  announce?: (line: string) => void;
  /** Reads what others made, and is closed with the bot. */
  apart?: ParseApart;
  /** What stands in for tools of the agent, by their names. */
  standIns?: Readonly<Record<string, Tool>>;
};

/** Starts the roles asked for. Throws ConfigError where something needed is missing or refused. */
export async function start(config: Config, roles: ReadonlySet<Role>, seams: Seams): Promise<Running> {
  const connects = platformsFor(config, roles, seams.connects ?? seams.platforms);
  const base = seams.base ?? (await createBase(config, roles));
  const tokens = watchTokens(readOffAnswers(config.secrets, seams.platforms), base.log);
  base.health.part('tokens', () => tokenState(tokens));
  try {
    return await startWith({ config, roles, connects, seams, tokens, ...base });
  } catch (error) {
    tokens.stop();
    await base.health.close();
    throw error;
  }
}

/** The secrets whose refusal shows in the status of answers; of others the adapters tell. */
function readOffAnswers(
  secrets: Config['secrets'],
  platforms: readonly PlatformDefinition[],
): Config['secrets'] {
  const variables = variablesOf(platforms);
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => !variables[name]?.isWatchedByAdapter));
}

type Beginning = Base & {
  config: Config;
  roles: ReadonlySet<Role>;
  /** Those to connect to; undefined where nobody is talked to. */
  connects: readonly PlatformDefinition[] | undefined;
  seams: Seams;
  tokens: Tokens;
};

async function startWith(beginning: Beginning): Promise<Running> {
  const { config, roles, connects, seams, redaction, log, health } = beginning;
  // Late, because of each role's libraries the other has no use for; and before an embedded database is
  // opened, which changes what V8 takes from its cache.
  const worker = roles.has('worker') ? await import('./worker.ts') : undefined;
  const chat = connects === undefined ? undefined : { ...(await import('./chat.ts')), connects };
  const storage = await (seams.openStorage ?? openStorage)({
    ...storageOf(config),
    timed: seams.timed,
    redaction,
  });
  const parts = await partsOf(beginning, storage);
  const { engine } = parts;
  health.part('record', async () => answer(await storage.isReachable()));
  health.part('queues', async () => answer(await engine.isReachable(), engine.trouble()));
  const stops: (() => Promise<void>)[] = [];
  try {
    if (worker !== undefined) stops.push(worker.startWorker(parts));
    if (chat !== undefined) stops.push(await chat.startChat(parts, chat.connects));
    await engine.ready();
  } catch (error) {
    await stopAll();
    throw error;
  }
  health.started();
  log.info({ roles: [...roles], storage: storage.name }, 'started');
  if (roles.has('worker')) leaveOlderQueues(config, storage, log);

  async function stopAll(): Promise<void> {
    health.stopping();
    await Promise.allSettled(stops.map((stop) => stop()));
    await engine.close();
    await endAll(log, [{ what: 'record', withinMs: CLOSE_MS, work: storage.close }]);
    parts.tokens.stop();
    await health.close();
  }
  return { stop: () => endAll(log, [{ what: 'process', withinMs: longestEndMs(config), work: stopAll }]) };
}

/** What the roles are made of, on a record that is open. */
async function partsOf(
  { config, roles, connects, seams, tokens, redaction, log, health }: Beginning,
  storage: Storage,
): Promise<Parts> {
  const { platforms, ids, announce, apart, settingUp, carried, standIns } = seams;
  // What a worker elsewhere was given is not known to who talks to people.
  const lacks = roles.has('worker') ? (seams.lacks ?? lacksOf(config)) : [];
  if (storage.isExclusive) await freeAll(storage.db);
  const { clock } = storage.db;
  const prefix = await queuePrefix(config, storage, ids).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  const engine = createEngine(storage.queues, prefix, log);
  return {
    clock,
    ids,
    config,
    platforms,
    storage,
    engine,
    log,
    isolation: createIsolation(log, clock),
    turns: createTurns(engine, log, (ids) => placesOf(storage.db, ids)),
    renders: createRenders(engine, log),
    channelRules: createChannelRules(storage.db),
    health,
    tokens,
    apart: apart ?? createParseApart(),
    standIns: standIns ?? {},
    lacks,
    setUp: setUpFor({ config, roles, connects, lacks, redaction, log }, settingUp),
    carried: carried ?? new Map(),
    announce: announce ?? ((line) => void process.stderr.write(`${line}\n`)),
  };
}

/** A refused token is told of, and makes nothing unready: another process would have the same. */
function tokenState(tokens: Tokens): PartState {
  const refusals = Object.entries(tokens.refusals()).map(([setting, text]) => `${setting} is ${text}`);
  return refusals.length > 0 ? { state: 'up', trouble: refusals.join('; ') } : { state: 'up' };
}

const answer = (isUp: boolean, trouble = 'does not answer'): PartState =>
  isUp ? { state: 'up' } : { state: 'down', trouble };

/** How long connections to the record may take to close. */
const CLOSE_MS = 800;

/**
 * Everything that is ended together may take so long besides what a step may go on for: less than 8 s by
 * default.
 */
const longestEndMs = (config: Config) => config.durability.hand_over_seconds * 1000 + 4_500;

/**
 * Installations that share a Redis have their queues apart; on Postgres, queues are in the record's own
 * database.
 */
async function queuePrefix({ durability }: Config, { db, queues }: Storage, ids: Ids): Promise<string> {
  const { queue_prefix } = durability;
  if (queues.kind !== 'redis') return queue_prefix;
  return prefixOf(queue_prefix, await installationId(db, ids.next('i').slice(2, 10)));
}

/** In the background: what it removes would only lie there. */
function leaveOlderQueues({ durability }: Config, { db, queues }: Storage, log: Logger): void {
  if (queues.kind !== 'redis') return;
  emptyOlderQueues(queues.url, durability.queue_prefix, db, log).then(
    (removed) => log[removed > 0 ? 'info' : 'debug']({ removed }, 'queues of the older version are left'),
    (error: unknown) => log.debug({ err: error }, 'queues of the older version could not be emptied'),
  );
}
