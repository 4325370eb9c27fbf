import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTurn, type TurnDeps } from '../../src/agent/turn.ts';
import { sessions } from '../../src/db/schema.ts';
import type { Storage } from '../../src/db/storage.ts';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createHubJobs, type HubJobs } from '../../src/hub/jobs.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { createModelClient, type ModelClient } from '../../src/llm/client.ts';
import { TokenCounts } from '../../src/llm/tokens.ts';
import { randomIds, systemClock } from '../../src/ops/clock.ts';
import { createLogger } from '../../src/ops/log.ts';
import type { Decisions } from '../../src/session/decisions.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { Tx } from '../../src/session/lease.ts';
import { readSnapshot } from '../../src/session/read-snapshot.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { recordLook } from '../../src/session/sweep.ts';
import { hfInspectDatasetTool } from '../../src/tools/hf-inspect-dataset.ts';
import { lookAtJob } from '../../src/tools/hf-jobs/look.ts';
import { endReport, statusLine } from '../../src/tools/hf-jobs/report.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import { planTool } from '../../src/tools/plan-tool.ts';
import { createRegistry, type Registry } from '../../src/tools/registry.ts';
import { HubDouble } from '../doubles/hub.ts';
import { type ModelDouble, startModelDouble } from '../doubles/model.ts';
import { type Backend, createBackend } from '../support/backends.ts';
import { decisionsOn, intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { story } from '../support/story.ts';

/** Long enough never to run out by itself: the test says when a dead worker's lease is over. */
const LEASE_MS = 60_000;

/** What a process that dies throws, at every later use of the record as well. */
class Crash extends Error {}

/** The record as a process sees it that dies at its n-th transaction: just before it, or just after its commit. */
function dyingAt(db: Tx, n: number, moment: 'before' | 'after'): Tx {
  let count = 0;
  return new Proxy(db, {
    get(target, name) {
      if (count >= n) throw new Crash();
      if (name !== 'transaction') {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return async (...args: Parameters<Tx['transaction']>) => {
        count++;
        if (count === n && moment === 'before') throw new Crash();
        const result = await target.transaction(...args);
        if (count >= n) throw new Crash();
        return result;
      };
    },
  });
}

let backend: Backend;
let storage: Storage;
let hub: HubDouble;
let model: ModelDouble;
let intake: Intake;
let decisions: Decisions;
let jobs: HubJobs;
let registry: Registry;
let modelClient: ModelClient;
const counts = new TokenCounts();
let threads = 0;
let woken = '';

beforeAll(async () => {
  [backend, hub, model] = await Promise.all([
    createBackend('embedded'),
    HubDouble.start(),
    startModelDouble(story),
  ]);
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"], stage: 'COMPLETED' });
  storage = await backend.open();
  jobs = createHubJobs(hub.url, 'hf_token');
  const wake = (id: string) => {
    woken = id;
  };
  intake = intakeOn(storage.db, wake);
  decisions = decisionsOn(storage.db, wake);
  const tools = [
    planTool,
    hfInspectDatasetTool(createDatasetsServer(hub.url, undefined), createHubRepos(hub.url, 'hf_test')),
    hfJobsTool({
      jobs,
      hardware: createHardwareList(hub.url, () => new Date()),
      dashboards: createDashboards(hub.url, 'hf_token'),
      sandboxes: undefined,
      token: 'hf_token',
      secrets: {},
      namespace: 'ada',
      cpuNeedsApproval: true,
    }),
  ];
  registry = createRegistry(tools);
  modelClient = createModelClient(
    {
      endpoints: { routerUrl: model.baseUrl, routerKey: 'k', isDirect: false, responses: [], keys: {} },
      fallbacks: [],
      maxOutputTokens: 99,
      idleTimeoutMs: 5_000,
      retries: {},
    },
    systemClock,
  );
});
afterAll(async () => {
  await storage.close();
  await Promise.all([backend.remove(), hub.close(), model.close()]);
});

function turnDeps(db: Tx): TurnDeps {
  return {
    db,
    log: createLogger('silent', (text) => text),
    ids: randomIds,
    clock: systemClock,
    redact: (text) => text,
    registry,
    model: modelClient,
    titleModel: undefined,
    modelOf: () => 'm',
    effortOf: () => undefined,
    summariserOf: () => 'm',
    factsOf: async () => ({ contextTokens: 100_000, price: undefined, seesImages: false, takesTools: true }),
    imagesOf: async () => new Map(),
    counts,
    warnUsd: 0,
    systemPromptOf: () => 'system',
    render: async () => {},
    renderProgress: async () => {},
    startWatch: async () => {},
    gather: async () => undefined,
    outside: (signal) => ({
      jobReport: (watch) => endReport(jobs, watch, signal),
      jobStatus: statusLine,
      cancelJob: async (watch) => void (await jobs.cancel(watch.namespace, watch.jobId, signal)),
      keepsApprovals: () => false,
      findJob: async () => ({ ok: false, reason: 'not in this story' }),
      jobFile: async () => ({ ok: false, reason: 'not in this story' }),
      describeModels: async () => 'not in this story',
      checkModel: async () => ({ ok: false, reason: 'not in this story' }),
      exportFile: () => ({ ok: false, reason: 'not in this story' }),
      share: async () => 'not in this story',
      whole: async () => Promise.reject(new Error('not in this story')),
      nextId: randomIds.next,
      now: () => new Date(),
    }),
    maxModelCalls: 50,
    maxOutputCharacters: 25_000,
    timeoutMs: 10_000,
    budgets: { approvers: [] },
    leaseMs: LEASE_MS,
    handOverMs: 1_000,
    interruptPollMs: 60_000,
  };
}

/** Runs the main story to its end. The first process to work on it dies where told; whoever comes next does not. */
async function play(
  n: number,
  moment: 'before' | 'after',
): Promise<{ snapshot: Snapshot; hasCrashed: boolean }> {
  const thread = `${++threads}.1`;
  await intake.message({
    address: { platform: 'slack', workspace: 'T1', channel: 'C1', thread },
    sourceId: thread,
    text: 'fine-tune',
    author: ADA,
    messageId: thread,
  });
  const sessionId = woken;
  const dying = dyingAt(storage.db, n, moment);
  let hasCrashed = false;
  for (let turn = 0; turn < 60; turn++) {
    const snapshot = await readSnapshot(storage.db, sessionId);
    if (snapshot === undefined) throw new Error('the session has vanished');
    const isOver = snapshot.session.state.kind === 'idle' && snapshot.exchanges.length > 0;
    if (isOver) return { snapshot, hasCrashed };
    await whatOthersDo(snapshot);
    const end = await runTurn(
      turnDeps(hasCrashed ? storage.db : dying),
      sessionId,
      'worker',
      new AbortController().signal,
    ).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      hasCrashed = true;
      return 'lost' as const;
    });
    if (end !== 'released') await storage.db.update(sessions).set({ leaseUntil: new Date(0) });
  }
  throw new Error('the story does not come to its end');
}

/** People approve what is open; watches see how jobs stand. */
async function whatOthersDo(snapshot: Snapshot): Promise<void> {
  for (const call of snapshot.toolCalls) {
    if (call.state.kind !== 'awaiting_approval') continue;
    await decisions.decide({
      calls: [{ toolCallId: call.id, revision: call.state.revision }],
      verdict: 'approved',
      by: ADA,
      sourceId: `click:${call.id}`,
    });
  }
  for (const watch of snapshot.watches) {
    await recordLook(storage.db, watch, await lookAtJob(jobs, watch, new AbortController().signal));
  }
}

/** What people and the model see of a session, without ids and times. */
function outcome({ snapshot }: { snapshot: Snapshot }) {
  return {
    // The job's own id and how long it took are another matter in every run.
    transcript: snapshot.messages.map(({ entry }) => [
      entry.role,
      entry.text.replace(/Job \w+ on/, 'Job on').replace(/after \d+ s/, 'after a while'),
    ]),
    calls: snapshot.toolCalls.map((call) => [call.name, call.arguments, call.state.kind]),
    plan: snapshot.exchanges[0]?.plan,
    jobs: hub.jobs.filter((job) => job.spec.labels?.['ml-intern-session'] === snapshot.session.id).length,
  };
}

describe.each(['before', 'after'] as const)('a process that dies just %s a commit', (moment) => {
  test('changes nothing about how the story ends, whichever commit it is', async () => {
    const expected = outcome(await play(10_000, moment));
    expect(expected.jobs).toBe(1);
    expect(expected.transcript.at(-1)?.[1]).toContain('92.8 %');
    let points = 0;
    for (let n = 1; ; n++) {
      const played = await play(n, moment);
      if (!played.hasCrashed) break;
      points++;
      expect(outcome(played), `died ${moment} commit ${n}`).toEqual(expected);
    }
    expect(points).toBeGreaterThan(30);
    expect(model.refusals).toEqual([]);
  }, 240_000);
});
