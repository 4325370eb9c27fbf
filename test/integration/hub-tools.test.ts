import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createJobArtifacts } from '../../src/hub/job-artifacts.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { SESSION_LABEL } from '../../src/jobs/labels.ts';
import type { JobOwnership } from '../../src/jobs/whose.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { LeaseLost } from '../../src/session/store/lease.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { watch } from '../support/snapshots.ts';
import { toolContext as context } from '../support/tool-context.ts';
import { fetcherFor } from '../support/web.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

function prepared(tool: Tool, args: unknown) {
  const result = tool.prepare(typeof args === 'string' ? args : JSON.stringify(args));
  if (!result.ok) throw new Error(result.error);
  return result.call;
}

const errorOf = (tool: Tool, args: unknown) => {
  const result = tool.prepare(JSON.stringify(args));
  return result.ok ? undefined : result.error;
};

async function outputOf(tool: Tool, args: unknown): Promise<string> {
  const result = await prepared(tool, args).run(context);
  return 'output' in result ? result.output : result.kind;
}

/** Of a record with no session but this one. */
const OWNERSHIP: JobOwnership = {
  of: async (sessionId, jobs) =>
    jobs.map(({ labels }) => {
      const begunBy = labels?.[SESSION_LABEL];
      return begunBy === undefined ? 'nobodys' : begunBy === sessionId ? 'here' : 'elsewhere';
    }),
};

/** The tool on the double, with one secret set up for jobs. */
function jobsTool(
  parts: { namespace?: string; cpuNeedsApproval?: boolean; sharesOthers?: boolean } = {},
): Tool {
  return hfJobsTool({
    clock: systemClock,
    jobs: createHubJobs(hub.url, hubToken('hf_token')),
    hardware: createHardwareList(hub.url, systemClock.monotonic),
    dashboards: createDashboards(hub.url, hubToken('hf_token')),
    artifacts: createJobArtifacts(hub.url, hubToken('hf_token'), systemClock),
    sandboxes: undefined,
    fetcher: fetcherFor(hub.url),
    token: hubToken('hf_token'),
    secrets: { WANDB_API_KEY: 'wandb-secret-value' },
    namespace: parts.namespace,
    cpuNeedsApproval: parts.cpuNeedsApproval ?? true,
    ownership: OWNERSHIP,
    sharesOthers: parts.sharesOthers ?? true,
    apart: parseApart,
  });
}

describe('hf_jobs', () => {
  const tool = jobsTool;
  const run = {
    operation: 'run',
    script: 'print(1)\n',
    dependencies: ['trl>=0.20', 'x'],
  };

  test.each([
    [{ operation: 'run' }, 'either script or command'],
    [{ operation: 'run', script: 'x', command: ['y'] }, 'either script or command'],
    [{ operation: 'run', script: 'x\n', timeout: 'soon' }, 'must be a duration'],
    [{ operation: 'run', script: 'x\n', env: { API_KEY: 'v' } }, 'must not hold secrets'],
    [{ operation: 'run', script: 'x\n', env: { _DEBUG: '1' } }, 'a name that the Hub does not take'],
    [{ operation: 'run', script: 'x\n', env: { X: '1' } }, 'a name that the Hub does not take'],
    [{ operation: 'run', script: 'x\n', dependencies: ['a; rm -rf /'] }, 'is not a Python requirement'],
    [{ operation: 'logs' }, 'logs needs job_id'],
    [{ operation: 'logs', job_id: '../x' }, 'is not a job id'],
    [{ operation: 'dance' }, 'operation'],
    [{ operation: 'ps', extra: 1 }, 'extra'],
  ])('%j is refused with what to mend', (args, expected) => {
    expect(errorOf(tool(), args)).toContain(expected);
  });

  test.each(['/app/train.py', '../.env.py', 'file:///etc/x.sh'])(
    'never reads a script from the bot’s own machine: %s',
    async (script) => {
      const call = prepared(tool(), { operation: 'run', script });
      await expect(call.approval(context)).rejects.toThrow('put the source itself into script');
      expect(await call.run(context)).toMatchObject({ kind: 'failed' });
      expect(hub.jobs).toHaveLength(0);
    },
  );

  test('asks for approval with what it will cost, from live prices', async () => {
    const request = await prepared(tool(), {
      ...run,
      hardware_flavor: 'a10g-small',
      timeout: '90m',
    }).approval(context);
    expect(request?.estimate.hourlyUsd).toBeCloseTo(1, 2);
    expect(request?.estimate.usd).toBeCloseTo(1.5, 2);
    expect(request?.facts).toContainEqual({ label: 'Account', value: 'ada' });
  });

  test('falls back on known prices where the live list can’t be had, and never invents one', async () => {
    hub.faults.push({ path: /hardware/, status: 500 });
    const known = await prepared(tool(), { ...run, hardware_flavor: 't4-small' }).approval(context);
    expect(known?.estimate.usd).toBeCloseTo(0.2, 2);
    const unknown = prepared(tool(), { ...run, hardware_flavor: 'quantum' }).approval(context);
    await expect(unknown).rejects.toThrow('There is no hardware "quantum". There is: cpu-basic');
  });

  test('CPU jobs run without approval only where the config says so', async () => {
    const isWaived = async (call: object, deps = {}) =>
      (await prepared(tool(deps), call).approval(context))?.isWaived;
    expect(await isWaived(run)).toBe(false);
    expect(await isWaived(run, { cpuNeedsApproval: false })).toBe(true);
    expect(await isWaived({ ...run, hardware_flavor: 't4-small' }, { cpuNeedsApproval: false })).toBe(false);
  });

  test('sends the script through uv with its dependencies quoted, quiet, labelled, with the token as a secret', async () => {
    const result = await prepared(tool(), { ...run, timeout: '2h' }).run(context);
    expect(result.kind).toBe('waiting');
    const [job] = hub.jobs;
    const encoded = Buffer.from('print(1)\n').toString('base64');
    expect(job?.spec).toMatchObject({
      dockerImage: 'ghcr.io/astral-sh/uv:python3.12-bookworm',
      command: ['/bin/sh', '-lc', `echo ${encoded} | base64 -d | uv run --with 'trl>=0.20' --with x -`],
      timeoutSeconds: 7200,
      environment: { TQDM_DISABLE: '1' },
      secrets: { HF_TOKEN: 'hf_token' },
      labels: { 'ml-intern-call': 'c1', 'ml-intern-session': 's1' },
    });
  });

  test('a run whose process died is found by its label, and known not to have started otherwise', async () => {
    const call = prepared(tool(), run);
    expect(await call.recover?.(context)).toEqual({ kind: 'not_started' });
    await call.run(context);
    expect(await call.recover?.(context)).toMatchObject({
      kind: 'waiting',
      watch: { jobId: hub.jobs[0]?.id },
    });
    expect(hub.jobs).toHaveLength(1);
  });

  test('ps, inspect, logs and cancel tell about jobs; cancelling asks first', async () => {
    hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['\u001b[32mstep 1\u001b[0m', 'step 2'] });
    await prepared(tool(), run).run(context);
    const job_id = hub.jobs[0]?.id ?? '';
    expect(await outputOf(tool(), { operation: 'ps' })).toContain(job_id);
    expect(await outputOf(tool(), { operation: 'inspect', job_id })).toContain('RUNNING');
    expect(await outputOf(tool(), { operation: 'logs', job_id })).toBe('step 1\nstep 2');
    const cancel = prepared(tool(), { operation: 'cancel', job_id });
    expect(await cancel.approval(context)).toMatchObject({ title: `Cancel job ${job_id}` });
    expect(await cancel.approval({ ...context, watches: [watch({ jobId: job_id })] })).toMatchObject({
      warnings: ['It is stopped, and what it has not pushed is lost.'],
    });
    expect(await outputOf(tool(), { operation: 'cancel', job_id })).toContain('CANCELED');
  });

  test('of another channel’s sessions do not exist for any operation, nor is one of them changed', async () => {
    const SPEC_OF = (session: string | undefined) => ({
      ...{ image: 'python:3.12', command: ['true'], environment: {}, secrets: {}, flavor: 'cpu-basic' },
      timeoutSeconds: 60,
      labels: session === undefined ? {} : { [SESSION_LABEL]: session },
    });
    const jobs = createHubJobs(hub.url, hubToken('hf_token'));
    const theirs = await jobs.run('ada', SPEC_OF('s_elsewhere'), context.signal);
    const nobodys = await jobs.run('ada', SPEC_OF(undefined), context.signal);
    const plan = { schedule: '@daily', suspend: false };
    const scheduled = await jobs.schedule('ada', SPEC_OF('s_elsewhere'), plan, context.signal);
    const run = (operation: string, id: string, sharesOthers: boolean) =>
      outputOf(jobsTool({ namespace: 'ada', sharesOthers }), {
        operation,
        ...(operation.startsWith('scheduled') ? { scheduled_job_id: id } : { job_id: id }),
      });
    const unknown = await run('inspect', 'f'.repeat(24), true);
    expect(unknown).toContain('no such job or account here');
    for (const operation of ['logs', 'inspect', 'cancel']) {
      expect(await run(operation, theirs.id, true)).toBe(unknown.replace('inspect', operation));
      expect(await run(operation, nobodys.id, false)).toBe(unknown.replace('inspect', operation));
    }
    for (const operation of ['inspect', 'delete', 'suspend', 'resume'].map((verb) => `scheduled ${verb}`)) {
      expect(await run(operation, scheduled.id, true)).toBe(unknown.replace('inspect', operation));
    }
    const ps = (sharesOthers: boolean) =>
      outputOf(jobsTool({ namespace: 'ada', sharesOthers }), { operation: 'ps' });
    expect(await ps(true)).not.toContain(theirs.id);
    expect(await ps(true)).toContain(nobodys.id);
    expect(await ps(false)).toBe('There are no jobs of ada.');
    expect(await run('inspect', nobodys.id, true)).toContain(nobodys.id);
    const listed = await outputOf(jobsTool({ namespace: 'ada' }), { operation: 'scheduled ps' });
    expect(listed).toBe('There are no scheduled jobs of ada.');
    const { status } = await jobs.inspect('ada', theirs.id, context.signal);
    expect(status.stage).not.toBe('CANCELED');
    expect(await jobs.scheduled('ada', context.signal)).toMatchObject([{ suspend: false }]);
  });

  test.each([
    [401, 'refused access'],
    [402, 'settings/billing'],
    [404, 'no such job or account'],
  ])('a %i of the Hub is explained', async (status, expected) => {
    hub.faults.push({ path: /api\/jobs\/team$/, status, error: 'said the Hub' });
    expect(await outputOf(tool({ namespace: 'team' }), { operation: 'ps' })).toContain(expected);
  });
});

describe('scheduled jobs', () => {
  const tool = () => jobsTool({ namespace: 'ada', cpuNeedsApproval: false });
  const nightly = {
    operation: 'scheduled run',
    script: 'print(1)\n',
    schedule: '0 3 * * *',
    secrets: ['WANDB_API_KEY'],
  };

  test('are made, listed, looked at, suspended, resumed and deleted', async () => {
    expect(await outputOf(tool(), nightly)).toContain('0 3 * * * (UTC), active, on cpu-basic');
    const [made] = hub.scheduled;
    expect(made?.jobSpec).toMatchObject({
      labels: { 'ml-intern-call': 'c1' },
      secrets: { HF_TOKEN: 'hf_token', WANDB_API_KEY: 'wandb-secret-value' },
    });
    const one = (operation: string) => outputOf(tool(), { operation, scheduled_job_id: made?.id });
    expect(await one('scheduled suspend')).toContain('suspend is done');
    expect(await outputOf(tool(), { operation: 'scheduled ps' })).toContain('| suspended |');
    expect(await one('scheduled resume')).toContain('resume is done');
    expect(await one('scheduled inspect')).toContain('active');
    expect(await one('scheduled delete')).toContain('delete is done');
    expect(hub.scheduled).toEqual([]);
    expect(await one('scheduled inspect')).toContain('no such job');
  });

  test('are always asked about, whatever they cost, and no secret is on the card', async () => {
    const request = await prepared(tool(), nightly).approval(context);
    expect(request).toMatchObject({ isAlwaysAsked: true, title: 'Schedule a Hugging Face Job (0 3 * * *)' });
    expect(request?.isWaived).toBeUndefined();
    expect(JSON.stringify(request)).toContain('WANDB_API_KEY');
    expect(JSON.stringify(request)).not.toContain('wandb-secret-value');
    for (const verb of ['delete', 'suspend', 'resume']) {
      const call = { operation: `scheduled ${verb}`, scheduled_job_id: 'abc' };
      expect(await prepared(tool(), call).approval(context)).toMatchObject({ isAlwaysAsked: true });
    }
    expect(await prepared(tool(), { operation: 'scheduled ps' }).approval(context)).toBeUndefined();
  });

  test('that were made before their process died are found by their label', async () => {
    await prepared(tool(), nightly).run(context);
    const found = await prepared(tool(), nightly).recover?.(context);
    expect(found).toMatchObject({ kind: 'done', output: expect.stringContaining('Scheduled.') });
    hub.scheduled.length = 0;
    expect(await prepared(tool(), nightly).recover?.(context)).toEqual({ kind: 'not_started' });
  });

  test.each([
    [{ ...nightly, schedule: undefined }, 'needs schedule'],
    [{ ...nightly, schedule: 'every day' }, 'is no cron expression'],
    [{ operation: 'scheduled delete' }, 'needs scheduled_job_id'],
  ])('%j is refused with what to mend', (args, expected) => {
    expect(errorOf(tool(), args)).toContain(expected);
  });

  test('a secret that nobody set up is named, with those that are', async () => {
    const output = await outputOf(tool(), { ...nightly, secrets: ['AWS_KEY'] });
    expect(output).toContain('no secret "AWS_KEY"');
    expect(output).toContain('WANDB_API_KEY');
  });
});

describe('what is unusual is on the card', () => {
  const tool = () => jobsTool();
  const train = (script: string, timeout = '4h') =>
    prepared(tool(), { operation: 'run', script, hardware_flavor: 'a10g-small', timeout }).approval({
      ...context,
      wasTold: () => true, // what is missing is said once
    });

  test.each([
    ['trainer.train()\n', 'Nothing is pushed'],
    ['trainer.train()\ntrainer.push_to_hub()\n', 'may be public'],
    ['trainer.train()\n', 'would be the first run'],
  ])('%j: %s', async (script, expected) => {
    expect((await train(script))?.warnings.join(' ')).toContain(expected);
  });

  test('a time-out that is short for training', async () => {
    expect((await train('trainer.train()\n', '30m'))?.warnings.join(' ')).toContain('short for training');
    expect((await train('trainer.train()\n', '4h'))?.warnings.join(' ')).not.toContain('short for training');
  });

  test('the accounts that may pay are a choice, the default first', async () => {
    hub.orgs = ['team'];
    const accounts = async () =>
      (await train('x\n'))?.choices?.find(({ argument }) => argument === 'namespace');
    expect(await accounts()).toEqual({ argument: 'namespace', label: 'Account', options: ['ada', 'team'] });
    hub.orgs = [];
    expect(await accounts()).toBeUndefined();
  });
});

describe('a Hub in trouble', () => {
  const run = { operation: 'run', script: 'print(1)\n' };
  const tool = () => jobsTool({ namespace: 'ada' });

  test('a submission that meets a server error is looked for and made again, once', async () => {
    hub.faults.push({ path: /jobs\/ada$/, method: 'POST', status: 500 });
    expect((await prepared(tool(), run).run(context)).kind).toBe('waiting');
    expect(hub.jobs).toHaveLength(1);
  });

  test('a submission without an answer is found even where the first look fails too', async () => {
    hub.faults.push(
      { path: /jobs\/ada$/, method: 'POST', status: 'drop' },
      { path: /jobs\/ada$/, method: 'GET', status: 503 },
    );
    expect((await prepared(tool(), run).run(context)).kind).toBe('waiting');
    expect(hub.jobs).toHaveLength(1);
  });

  test('where the Hub tells nothing, the call is unknown and the model is told to look', async () => {
    hub.faults.push({ path: /jobs\/ada$/, method: 'POST', status: 'drop' });
    for (let i = 0; i < 4; i++) hub.faults.push({ path: /jobs\/ada$/, method: 'GET', status: 503 });
    const result = await prepared(tool(), run).run(context);
    expect(result).toMatchObject({ kind: 'unknown', output: expect.stringContaining('hf_jobs ps') });
  });

  test('a worker whose lease has run out submits nothing', async () => {
    const lost = {
      ...context,
      assertHeld: () => {
        throw new LeaseLost('s1');
      },
    };
    await expect(prepared(tool(), run).run(lost)).rejects.toBeInstanceOf(LeaseLost);
    expect(hub.jobs).toHaveLength(0);
  });
});
