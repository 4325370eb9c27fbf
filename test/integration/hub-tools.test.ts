import { streamJobEvents } from '@huggingface/hub';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { LeaseLost } from '../../src/session/lease.ts';
import { hfInspectDatasetTool } from '../../src/tools/hf-inspect-dataset.ts';
import { lookAtJob } from '../../src/tools/hf-jobs/look.ts';
import { readableLog } from '../../src/tools/hf-jobs/report.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { HubDouble } from '../doubles/hub.ts';
import { watch } from '../support/snapshots.ts';
import { toolContext as context } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

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

/** The tool on the double, with one secret set up for jobs. */
function jobsTool(parts: { namespace?: string; cpuNeedsApproval?: boolean } = {}): Tool {
  return hfJobsTool({
    jobs: createHubJobs(hub.url, 'hf_token'),
    hardware: createHardwareList(hub.url, () => new Date()),
    dashboards: createDashboards(hub.url, 'hf_token'),
    sandboxes: undefined,
    token: 'hf_token',
    secrets: { WANDB_API_KEY: 'wandb-secret-value' },
    namespace: parts.namespace,
    cpuNeedsApproval: parts.cpuNeedsApproval ?? true,
  });
}

describe('hf_inspect_dataset', () => {
  const tool = () =>
    hfInspectDatasetTool(createDatasetsServer(hub.url, 'hf_x'), createHubRepos(hub.url, 'hf_x'));

  test('tells splits, sizes, columns, rows and what the columns fit', async () => {
    const output = await outputOf(tool(), { dataset: 'stanfordnlp/imdb', sample_rows: 2 });
    for (const part of ['plain_text/train', 'train: 25,000 rows', 'train 21.0 MB', 'Row 2:', 'SFT (text)']) {
      expect(output).toContain(part);
    }
    expect(output).not.toContain('Row 3');
  });

  test.each([
    [{ dataset: 'no/such' }, 'private or gated'],
    [{ dataset: 'stanfordnlp/imdb', split: 'dev' }, 'There are: plain_text/train, plain_text/test'],
  ])('%j is a failure that says what to do', async (args, expected) => {
    expect(await outputOf(tool(), args)).toContain(expected);
  });

  test('what is not available is said, and the rest is shown', async () => {
    hub.faults.push({ path: /parquet/, status: 500, error: 'Server busy' });
    const output = await outputOf(tool(), { dataset: 'stanfordnlp/imdb' });
    expect(output).toContain('Parquet: not available (Server busy)');
    expect(output).toContain('25,000 rows');
  });

  test('what the viewer does not have yet is read from the files', async () => {
    hub.repos.add('dataset', 'ada/fresh', {
      'README.md': '# Fresh',
      'data/test.csv': 'prompt,completion\nx,y\n',
      'data/train.jsonl':
        '{"prompt": "a", "chosen": "b", "rejected": "c"}\n{"prompt": "d", "chosen": "e", "rejected": "f"}\n',
    });
    const output = await outputOf(tool(), { dataset: 'ada/fresh', sample_rows: 1 });
    for (const part of [
      'does not have it',
      '- data/test.csv',
      '## data/train.jsonl\n2 rows; columns: prompt, chosen, rejected',
      'DPO (prompt + chosen + rejected)',
      'Row 1: {"prompt":"a"',
    ]) {
      expect(output).toContain(part);
    }
    expect(output).not.toContain('Row 2');
    hub.repos.add('dataset', 'ada/empty', { 'README.md': '# Empty' });
    expect(await outputOf(tool(), { dataset: 'ada/empty' })).toContain('no CSV, JSON or Parquet files');
    hub.repos.add('dataset', 'ada/broken', { 'train.json': '[{"a": 1}' });
    expect(await outputOf(tool(), { dataset: 'ada/broken' })).toContain('half-written');
  });

  test('a rate limit is said as such', async () => {
    hub.faults.push({ path: /is-valid/, status: 429 });
    expect(await outputOf(tool(), { dataset: 'stanfordnlp/imdb' })).toContain('wait a minute');
  });
});

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
      await expect(call.run(context)).rejects.toThrow('put the source itself into script');
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
    expect(known?.estimate.usd).toBeCloseTo(0.3, 2);
    const unknown = await prepared(tool(), { ...run, hardware_flavor: 'quantum' }).approval(context);
    expect(unknown?.estimate.usd).toBeUndefined();
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

  test('ps, inspect, logs and cancel tell about jobs; cancelling somebody else’s asks first', async () => {
    hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['\u001b[32mstep 1\u001b[0m', 'step 2'] });
    await prepared(tool(), run).run(context);
    const job_id = hub.jobs[0]?.id ?? '';
    expect(await outputOf(tool(), { operation: 'ps' })).toContain(job_id);
    expect(await outputOf(tool(), { operation: 'inspect', job_id })).toContain('RUNNING');
    expect(await outputOf(tool(), { operation: 'logs', job_id })).toBe('step 1\nstep 2');
    const cancel = prepared(tool(), { operation: 'cancel', job_id });
    expect(await cancel.approval(context)).toMatchObject({ title: `Cancel job ${job_id}` });
    expect(await cancel.approval({ ...context, watches: [watch({ jobId: job_id })] })).toBeUndefined();
    expect(await outputOf(tool(), { operation: 'cancel', job_id })).toContain('CANCELED');
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
    prepared(tool(), { operation: 'run', script, hardware_flavor: 'a10g-small', timeout }).approval(context);

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
    expect((await train('x\n'))?.choices).toEqual([
      { argument: 'namespace', label: 'Account', options: ['ada', 'team'] },
    ]);
    hub.orgs = [];
    expect((await train('x\n'))?.choices).toBeUndefined();
  });
});

test('a job is found by its label among hundreds', async () => {
  const jobs = createHubJobs(hub.url, 'hf_token');
  for (let i = 0; i < 120; i++) await jobs.run('ada', { ...SPEC, labels: { n: String(i) } }, context.signal);
  expect(await jobs.withLabel('ada', 'n', '3', context.signal)).toMatchObject([{ labels: { n: '3' } }]);
  expect(await jobs.list('ada', context.signal)).toHaveLength(50);
});

test('the Hub double streams the stages of a job as server-sent events', async () => {
  const job = await createHubJobs(hub.url, 'hf_token').run('ada', SPEC, context.signal);
  const [made] = hub.jobs;
  if (made) hub.finish(made, 'COMPLETED');
  const stages: string[] = [];
  for await (const event of streamJobEvents({
    hubUrl: hub.url,
    accessToken: 'hf_token',
    namespace: 'ada',
    jobId: job.id,
  })) {
    stages.push(JSON.parse(event).status.stage);
  }
  expect(stages).toEqual(['SCHEDULING', 'RUNNING', 'COMPLETED']);
});

describe('following a job', () => {
  const jobs = () => createHubJobs(hub.url, 'hf_token');
  const { signal } = context;

  test('an unknown stage is shown as it is, and a job that is gone is an end', async () => {
    hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['loss 0.5', '  '] });
    const submitted = await jobs().run('ada', SPEC, signal);
    const seen = await lookAtJob(jobs(), watch({ jobId: submitted.id }), signal);
    expect(seen).toMatchObject({ stage: 'RUNNING' });
    const gone = await lookAtJob(jobs(), watch({ jobId: 'ffff' }), signal);
    expect(gone).toMatchObject({ stage: 'DELETED' });
  });

  test('a log of a running job is what is there so far', async () => {
    hub.course = () => ({
      queueMs: 0,
      runMs: 60_000,
      lines: Array.from({ length: 500 }, (_, i) => `line ${i}`),
    });
    const job = await jobs().run('ada', SPEC, signal);
    const lines = await until('a first line', async () => {
      const read = await jobs().logs('ada', job.id, signal, 100);
      return read.length > 0 && read;
    });
    expect(lines[0]).toBe('line 0');
    expect(lines.length).toBeLessThan(500);
  });

  test('the installation is left out of a log, and a huge log keeps its end', () => {
    const log = readableLog([
      'Resolved 80 packages',
      'Installed 80 packages in 2.1s',
      'training',
      'x'.repeat(50_000),
      'the end',
    ]);
    expect(log).toMatch(/^\[installation left out\]\nInstalled 80 packages in 2\.1s\ntraining/);
    expect(log.endsWith('the end')).toBe(true);
    expect(log.length).toBeLessThanOrEqual(8_000);
  });
});

const SPEC = {
  image: 'python:3.12',
  command: ['true'],
  environment: {},
  secrets: {},
  flavor: 'cpu-basic',
  timeoutSeconds: 60,
  labels: {},
};

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
