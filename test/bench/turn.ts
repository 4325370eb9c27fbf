import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';
import { type Bench, type Found, median, type Size, spread } from './bench.ts';
import { cpuOf } from './processes.ts';
import {
  BARE,
  DBOS,
  EMBEDDED,
  LANGGRAPH,
  ON_POSTGRES,
  ON_REDIS,
  RUNNERS,
  type Runner,
} from './turn-runners.ts';
import { type Servers, startServers } from './turn-servers.ts';

/** What one process has taken for all steps: seconds, CPU seconds of its own, and what it asked a step. */
type Taken = { seconds: number; cpu: number; queries: number | undefined; commits: number | undefined };

const PEERS = join(ROOT, 'test/bench/peers');

const Package = z.object({
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

const packageIn = (folder: string) =>
  Package.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

/** Whether a package stands there in this version. */
function isThere([name, version]: [string, string]): boolean {
  const folder = join(PEERS, 'node_modules', name);
  return existsSync(folder) && packageIn(folder).version === version;
}

/** Installs the peers where they are not, from their own lockfile; false where that can't be done. */
function arePeersInstalled(): boolean {
  if (Object.entries(packageIn(PEERS).dependencies ?? {}).every(isThere)) return true;
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  return spawnSync('npm', options, { cwd: PEERS, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

let runs = 0;

/** So long a turn may take before it counts as one that will never end. */
const TURN_MS = 120_000;

/** Runs one in a process of its own: some steps before, and those that count. */
async function measure(runner: Runner, servers: Servers, steps: number, before: number): Promise<Taken> {
  const { databaseUrl, ask, pid, end } = await runner.start(servers);
  const turn = async (count: number) => {
    const id = `run-${++runs}`;
    ask(`${id} steps=${count}`);
    return servers.ended(id, AbortSignal.timeout(TURN_MS)).catch((error: unknown) => {
      throw new Error(`${runner.name} does not come to its end`, { cause: error });
    });
  };
  const counted = async () => (databaseUrl === undefined ? undefined : servers.counts(databaseUrl));
  await turn(before);
  const [first, cpu] = [await counted(), cpuOf(pid)];
  const askedAt = await turn(steps);
  const [last, cpuAfter] = [await counted(), cpuOf(pid)];
  await end();
  const perStep = (of: 'queries' | 'commits') =>
    first === undefined || last === undefined ? undefined : (last[of] - first[of]) / steps;
  const [begun = 0] = askedAt;
  const seconds = ((askedAt.at(-1) ?? Number.NaN) - begun) / 1000;
  return { seconds, cpu: cpuAfter - cpu, queries: perStep('queries'), commits: perStep('commits') };
}

/** What is measured in rounds, each in another order, so that what else goes on falls on all. */
async function rounds(runners: readonly Runner[], { isSmoke }: Size): Promise<Map<string, Taken[]>> {
  const [count, steps, before] = isSmoke ? [1, 4, 1] : [5, 100, 30];
  const servers = await startServers();
  const taken = new Map(runners.map(({ name }) => [name, [] as Taken[]]));
  try {
    for (let round = 0; round < count; round++) {
      const from = Math.floor((round * runners.length) / count);
      for (const runner of [...runners.slice(from), ...runners.slice(0, from)]) {
        taken.get(runner.name)?.push(await measure(runner, servers, steps, before));
      }
    }
  } finally {
    await servers.close();
  }
  return taken;
}

/** How many times as long one takes as another, in the rounds that both were measured in. */
function times(taken: ReadonlyMap<string, readonly Taken[]>, name: string, than: string): number {
  const others = taken.get(than) ?? [];
  return median(
    (taken.get(name) ?? []).map(({ seconds }, i) => seconds / (others[i]?.seconds ?? Number.NaN)),
  );
}

/** What a step should cost beside others. */
const AIMS = [
  { name: ON_REDIS, than: LANGGRAPH, atMost: 1 / 3 },
  { name: ON_POSTGRES, than: LANGGRAPH, atMost: 1 / 3 },
  { name: ON_REDIS, than: DBOS, atMost: 2 },
  { name: ON_POSTGRES, than: DBOS, atMost: 2 },
  { name: EMBEDDED, than: ON_POSTGRES, atMost: 2 },
] as const;

function row(taken: ReadonlyMap<string, readonly Taken[]>, { name }: Runner): string[] {
  const all = taken.get(name);
  if (all === undefined) return [name, 'not installed', '', '', '', ''];
  const counted = (of: 'queries' | 'commits') => {
    const values = all.map((one) => one[of]).filter((value) => value !== undefined);
    return values.length === 0 ? '' : median(values).toFixed(1);
  };
  const secondsOf = all.map(({ seconds }) => seconds);
  const toBare = times(taken, name, BARE);
  return [
    name,
    spread(secondsOf, 's'),
    Number.isNaN(toBare) ? '' : toBare.toFixed(1),
    spread(
      all.map(({ cpu }) => cpu),
      's',
    ),
    counted('queries'),
    counted('commits'),
  ];
}

async function run(size: Size): Promise<Found> {
  const isInstalled = arePeersInstalled();
  const runners = RUNNERS.filter(({ isPeer }) => isInstalled || !isPeer);
  const taken = await rounds(runners, size);
  const aims = AIMS.filter(({ than }) => taken.has(than)).map((aim) => ({
    ...aim,
    is: times(taken, aim.name, aim.than),
  }));
  const told = aims.map(
    ({ name, than, is, atMost }) =>
      `"${name}" takes ${is.toFixed(2)} times as long as "${than}" (at most ${atMost.toFixed(2)}).`,
  );
  const isMet = (i: number) => (aims[i]?.is ?? 0) <= (aims[i]?.atMost ?? 0);
  const missing = isInstalled ? [] : ['The peers could not be installed.'];
  return {
    columns: ['', '100 steps', 'to bare', 'CPU of its process', 'queries a step', 'commits a step'],
    rows: RUNNERS.map((runner) => row(taken, runner)),
    notes: [
      'Each in a fresh process that has made 30 steps before, in 5 rounds of another order each; "to bare" is the median over the rounds. The time is from the first request that the model is sent to the one after the last step.',
      'Peers have one tool and a prompt of a line; this has all of its tools and its prompt in every request, too. Where it is shown on Slack, one process is both its roles, and the doubled Slack has the limits of the real one.',
      'Postgres is on a disk and has each commit there before it answers. Queries are its statements, begin and commit included, commits the transactions that have written something, queues and sweeps included.',
      'What this does in each step besides: it takes secrets out of all that it keeps, looks at its lease and at what people have asked with each commit, keeps what every call has cost and whom it is charged to, and asks for its thread to be shown.',
      ...told.filter((_, i) => size.isSmoke || isMet(i)),
      ...(size.isSmoke ? missing : []),
    ],
    faults: size.isSmoke ? [] : [...missing, ...told.filter((_, i) => !isMet(i))],
  };
}

export const turn: Bench = {
  name: 'turn',
  measures:
    'What a step costs: 100 of them with two calls of tools each that only read and answer at once, against a model that answers at once, beside other agent loops. The bare loop commits each answer and each round of results; DBOS and LangGraph keep what takes them on after a crash, as this does, the latter also in its default mode, in which it goes on while a state is still being kept; the others keep nothing.',
  run,
};
