import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTurn, type TurnDeps } from '../../src/agent/turn.ts';
import type { Decisions } from '../../src/approvals/decisions.ts';
import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { posts } from '../../src/db/schema/threads.ts';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createJobArtifacts } from '../../src/hub/job-artifacts.ts';
import { createHubJobs, type HubJobs } from '../../src/hub/jobs.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { recordLook } from '../../src/jobs/claims.ts';
import { lookAtJob } from '../../src/jobs/look.ts';
import { endReport, statusLine } from '../../src/jobs/report.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createModelClient, type ModelClient } from '../../src/llm/client.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import { wholeFile } from '../../src/session/what-runs.ts';
import { hfInspectDatasetTool } from '../../src/tools/hf-inspect-dataset.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import { planTool } from '../../src/tools/plan-tool.ts';
import { createRegistry, type Registry } from '../../src/tools/registry.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelDouble, startModelDouble } from '../doubles/model.ts';
import { NO_ALARMS } from '../support/alarms.ts';
import { Crash, dyingAt, type Moment } from '../support/dying-record.ts';
import { decisionsOn, intakeOn } from '../support/intake.ts';
import { ISOLATION } from '../support/isolation.ts';
import { MortalRecord } from '../support/mortal-record.ts';
import { parseApart } from '../support/parse-apart.ts';
import { ADA } from '../support/snapshots.ts';
import { story } from '../support/story.ts';
import { NOTHING_OUTSIDE, turnDepsOn } from '../support/turn-deps.ts';
import { fetcherFor } from '../support/web.ts';

let record: MortalRecord;
let hub: HubDouble;
let model: ModelDouble;
let intake: Intake;
let decisions: Decisions;
let jobs: HubJobs;
let registry: Registry;
let modelClient: ModelClient;
let threads = 0;
let woken = '';

beforeAll(async () => {
  [record, hub, model] = await Promise.all([
    MortalRecord.create(),
    HubDouble.start(),
    startModelDouble(story),
  ]);
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"], stage: 'COMPLETED' });
  begin();
  jobs = createHubJobs(hub.url, hubToken('hf_token'));
  const tools = [
    planTool,
    hfInspectDatasetTool(
      createDatasetsServer(hub.url, undefined),
      { repos: createHubRepos(hub.url, hubToken('hf_test')), apart: parseApart },
      hub.url,
    ),
    hfJobsTool({
      clock: systemClock,
      jobs,
      hardware: createHardwareList(hub.url, systemClock.monotonic),
      dashboards: createDashboards(hub.url, hubToken('hf_token')),
      artifacts: createJobArtifacts(hub.url, hubToken('hf_token'), systemClock),
      sandboxes: undefined,
      fetcher: fetcherFor(hub.url),
      token: hubToken('hf_token'),
      secrets: {},
      namespace: 'ada',
      cpuNeedsApproval: true,
      ownership: { of: async (_id, all) => all.map(() => 'here' as const) },
      sharesOthers: true,
      apart: parseApart,
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
  await Promise.all([record.remove(), hub.close(), model.close()]);
});

function begin(): void {
  const wake = (id: string) => {
    woken = id;
  };
  intake = intakeOn(record.storage.db, wake);
  decisions = decisionsOn(record.storage.db, wake);
}

const depsOn = (db: Db): TurnDeps =>
  turnDepsOn(db, modelClient, registry, {
    outside: (signal) => ({
      ...NOTHING_OUTSIDE,
      jobReport: (watch) => endReport(jobs, watch, signal),
      jobStatus: statusLine,
      cancelJob: async (watch) => void (await jobs.cancel(watch.namespace, watch.jobId, signal)),
    }),
  });

/**
 * Runs the main story to its end. The first process to work on it dies where told; whoever comes next does
 * not.
 */
async function play(n: number, moment: Moment): Promise<{ snapshot: Snapshot; hasCrashed: boolean }> {
  const thread = `${++threads}.1`;
  await intake.message({
    address: { platform: 'slack', workspace: 'T1', channel: 'C1', thread },
    sourceId: thread,
    text: 'fine-tune',
    author: ADA,
    messageId: thread,
  });
  const sessionId = woken;
  let left: string | undefined;
  const dying = dyingAt(record.storage.db, n, moment, () => {
    left ??= record.copyAsKilled();
  });
  let hasCrashed = false;
  for (let turn = 0; turn < 60; turn++) {
    const snapshot = await readSnapshot(record.storage.db, sessionId);
    if (snapshot === undefined) throw new Error('the session has vanished');
    const isOver = snapshot.session.state.kind === 'idle' && snapshot.exchanges.length > 0;
    if (isOver) return { snapshot, hasCrashed };
    await whatOthersDo(snapshot);
    const end = await runTurn(
      depsOn(hasCrashed ? record.storage.db : dying),
      sessionId,
      'worker',
      new AbortController().signal,
    ).catch(async (error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      if (left === undefined) throw new Error('it has died without being killed');
      hasCrashed = true;
      await record.startAgain(left);
      begin();
      return 'lost' as const;
    });
    if (end !== 'released') await record.storage.db.update(sessions).set({ leaseUntil: new Date(0) });
  }
  throw new Error('the story does not come to its end');
}

/** People approve what is open, once the thread shows all of it; watches see how jobs stand. */
async function whatOthersDo(snapshot: Snapshot): Promise<void> {
  for (const call of snapshot.toolCalls) {
    if (call.state.kind !== 'awaiting_approval') continue;
    const file = wholeFile(call.id, call.state.request);
    if (file !== undefined) {
      const post = { sessionId: snapshot.session.id, key: `${file.key}#0`, platformId: file.id, hash: 'h' };
      await record.storage.db.insert(posts).values(post).onConflictDoNothing();
    }
    await decisions.decide({
      calls: [{ toolCallId: call.id, revision: call.state.revision }],
      verdict: 'approved',
      by: ADA,
      sourceId: `click:${call.id}`,
    });
  }
  for (const watch of snapshot.watches) {
    const snapshot = await lookAtJob(jobs, watch, systemClock, new AbortController().signal);
    await recordLook(record.storage.db, watch, { snapshot, findings: [] }, NO_ALARMS, {
      isolation: ISOLATION,
    });
  }
}

/** What people and the model see of a session, without ids and times. */
function outcome({ snapshot }: { snapshot: Snapshot }) {
  return {
    // The address of the job, by its own id, and how long it took are another matter in every run.
    transcript: snapshot.messages.map(({ entry }) => [
      entry.role,
      entry.text.replace(/\/\w{24}\)/, '/id)').replace(/· \d+ s ·/, '· a while ·'),
    ]),
    calls: snapshot.toolCalls.map((call) => [call.name, call.arguments, call.state.kind]),
    plan: snapshot.exchanges[0]?.plan,
    jobs: hub.jobs.filter((job) => job.spec.labels?.['ml-intern-session'] === snapshot.session.id).length,
  };
}

describe.each(['before', 'after'] as const)('a process that is killed just %s a commit', (moment) => {
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
    expect(points).toBeGreaterThanOrEqual(20);
    expect(model.refusals).toEqual([]);
  }, 900_000);
});
