import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { watches as watchRows } from '../../src/db/schema/jobs.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { openStorage } from '../../src/db/storage.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { createSharedLooks } from '../../src/hub/shared-looks.ts';
import { hubToken } from '../../src/hub/token.ts';
import { followJob } from '../../src/jobs/follow.ts';
import { lookAtJob } from '../../src/jobs/look.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createIsolation } from '../../src/lib/isolation.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { runWatches } from '../../src/runtime/followers.ts';
import { ROOT } from '../support/root.ts';
import { snapshot, watch } from '../support/snapshots.ts';
import type { Bench, Found, Size } from './bench.ts';

const POLL_MS = 15_000;

let requests = 0;

/** Counts what this process asks of servers from now on. */
function countRequests(): void {
  const original = globalThis.fetch;
  globalThis.fetch = (...args) => {
    requests++;
    return original(...args);
  };
}

/** CPU as a share of one core, and requests a minute, over some seconds of wall time. */
async function measured(seconds: number): Promise<{ cpu: number; perMinute: number }> {
  const before = process.cpuUsage();
  const [at, sent] = [performance.now(), requests];
  await systemClock.sleep(seconds * 1000);
  const used = process.cpuUsage(before);
  const elapsedMs = performance.now() - at;
  return {
    cpu: (used.user + used.system) / 1000 / elapsedMs,
    perMinute: ((requests - sent) / elapsedMs) * 60_000,
  };
}

async function startHub(): Promise<{ url: string; stop(): void }> {
  const child = spawn(process.execPath, [join(ROOT, 'test/doubles/hub-server.ts'), '0', 'endless'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^HF_ENDPOINT=(.+)$/.exec(line)?.[1];
    if (url) return { url, stop: () => child.kill() };
  }
  throw new Error('the Hub double did not start');
}

async function run({ isSmoke }: Size): Promise<Found> {
  const [count, seconds] = isSmoke ? [10, 1] : [500, 30];
  countRequests();
  const hub = await startHub();
  const jobs = createHubJobs(hub.url, hubToken('hf_bench'));
  const never = new AbortController().signal;
  const spec = {
    image: 'python:3.12',
    command: ['true'],
    environment: {},
    secrets: {},
    flavor: 'cpu-basic',
    timeoutSeconds: 86_400,
    labels: {},
  };
  const made = await Promise.all(Array.from({ length: count }, () => jobs.run('ada', spec, never)));

  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
  const { session } = snapshot();
  await storage.db
    .insert(sessions)
    .values({ ...session.address, id: 's1', requester: session.requester, state: { kind: 'idle' } });
  const rows = made.map(({ id }) => {
    // A job that has been running for hours: how often its card moves grows with its age.
    const { hourlyUsd, ...rest } = watch({
      id: `w_${id}`,
      jobId: id,
      createdAt: new Date(Date.now() - 4 * 3.6e6),
    });
    return { ...rest, toolCallId: null, hourlyMicroUsd: (hourlyUsd ?? 0) * 1e6 };
  });
  await storage.db.insert(watchRows).values(rows);

  const deps = {
    jobs,
    shared: createSharedLooks(jobs, POLL_MS, systemClock.monotonic),
    pollMs: POLL_MS,
    clock: systemClock,
    random: Math.random,
    pushes: { among: async () => [] },
    redaction: createRedaction(),
  };
  const log = createLogger('warn', (text) => text);
  const running = runWatches({
    db: storage.db,
    urgent: storage.urgent,
    log,
    isolation: createIsolation(log, systemClock),
    owner: 'bench',
    leaseMs: 10_000,
    everyMs: 3_000,
    follow: (one, seen, signal) => followJob(deps, one, seen, signal),
    hardware: { all: async () => [] },
    alarms: { areTold: () => true, wakeModel: false },
    isOurTurn: async () => true,
    wake: async () => {},
    render: async () => {},
    renderProgress: async () => {},
  });
  // Until every job's two streams are open, and what came over them is written down.
  while (requests < count * 4) await systemClock.sleep(500);
  await systemClock.sleep(isSmoke ? 500 : 8_000);
  const streamed = await measured(seconds);
  await running.stop();

  const polling = new AbortController();
  const all = rows.map((row) => watch({ id: row.id, jobId: row.jobId }));
  const polled = Promise.all(
    all.map(async (one) => {
      await systemClock.sleep(Math.random() * POLL_MS, polling.signal);
      for (;;) {
        await lookAtJob(jobs, one, systemClock, polling.signal);
        await systemClock.sleep(POLL_MS, polling.signal);
      }
    }),
  ).catch(() => {}); // ends by being stopped
  await systemClock.sleep(isSmoke ? 500 : POLL_MS);
  const simple = await measured(seconds);
  polling.abort();
  await polled;

  await storage.close();
  rmSync(directory, { recursive: true, force: true });
  hub.stop();
  const percent = (share: number) => `${(share * 100).toFixed(2)} % of a core`;
  return {
    columns: [`${count} running jobs at rest`, 'CPU', 'requests a minute'],
    rows: [
      ['followed over streams', percent(streamed.cpu), streamed.perMinute.toFixed(0)],
      [`looked at every ${POLL_MS / 1000} s`, percent(simple.cpu), simple.perMinute.toFixed(0)],
      ['ratio', (streamed.cpu / simple.cpu).toFixed(2), (streamed.perMinute / simple.perMinute).toFixed(2)],
    ],
    notes: [`Over ${seconds} s.`],
    faults: [],
  };
}

export const watches: Bench = {
  name: 'watches',
  measures:
    'What it costs one worker to follow many running jobs at rest: CPU time and requests, beside the obvious way, which looks at every job every 15 seconds. The Hub double is a process of its own and not counted.',
  run,
};
