import { streamJobEvents } from '@huggingface/hub';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STYLE } from '../../adapters/slack/style.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createHubJobs, timeLimitOf } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { findJob } from '../../src/jobs/find.ts';
import { lookAtJob } from '../../src/jobs/look.ts';
import { readableLog, statusLine } from '../../src/jobs/report.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { costAtMost } from '../../src/session/watches.ts';
import { jobCard } from '../../src/thread/view/cards.ts';
import { jobLines } from '../../src/thread/view/words.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { watch } from '../support/snapshots.ts';
import { toolContext as context } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

let hub: HubDouble;
beforeEach(async () => {
  hub = await HubDouble.start();
});
afterEach(() => hub.close());

test('a job is found by its label among hundreds', async () => {
  const jobs = createHubJobs(hub.url, hubToken('hf_token'));
  for (let i = 0; i < 120; i++) await jobs.run('ada', { ...SPEC, labels: { n: String(i) } }, context.signal);
  expect(await jobs.withLabel('ada', 'n', '3', context.signal)).toMatchObject([{ labels: { n: '3' } }]);
  expect(await jobs.list('ada', context.signal)).toHaveLength(50);
});

test('the Hub double streams the stages of a job as server-sent events', async () => {
  const job = await createHubJobs(hub.url, hubToken('hf_token')).run('ada', SPEC, context.signal);
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

describe('a job with a limit of 24 h that somebody else began 6 h ago', () => {
  const HOUR = 3_600;
  const find = async (spec: object) => {
    hub.course = () => ({ queueMs: 0, runMs: 48 * HOUR * 1_000, lines: [], agoMs: 6 * HOUR * 1_000 });
    const job = await createHubJobs(hub.url, hubToken('hf_token')).run(
      'ada',
      { ...SPEC, ...spec },
      context.signal,
    );
    const found = await findJob(
      {
        clock: systemClock,
        jobs: createHubJobs(hub.url, hubToken('hf_token')),
        hardware: createHardwareList(hub.url, () => 0),
        namespace: 'ada',
        ownership: { of: async (_session, jobs) => jobs.map(() => 'nobodys' as const) },
        sharesOthers: true,
      },
      { sessionId: 's_1', namespace: undefined, jobId: job.id },
      context.signal,
    );
    if (!found.ok) throw new Error(found.reason);
    return watch({ ...found.watch, lookedAt: systemClock.now() });
  };

  test('is shown with its own limit and price', async () => {
    const found = await find({ flavor: 'a100-large', timeoutSeconds: 24 * HOUR });
    expect(found).toMatchObject({ timeoutSeconds: 24 * HOUR, hourlyUsd: 2.5 });
    expect(jobLines(jobCard(found), STYLE)).toContain('a100-large · 6 h of at most 24 h · $15.00 so far');
    expect(statusLine(found)).toContain('after 6 h of at most 24 h, about $15.00');
    expect(costAtMost(found)).toBe(60);
  });

  test('is one of 30 minutes only where the Hub tells no limit', async () => {
    expect(await find({ timeoutSeconds: undefined })).toMatchObject({ timeoutSeconds: 1_800 });
  });

  test.each([
    [{ timeout: 86_400 }, 86_400],
    [{ timeoutSeconds: 60 }, 60],
    [{ timeoutSeconds: 60, timeout: 86_400 }, 60],
    [{ timeoutSeconds: null, timeout: 90.2 }, 91],
    [{ timeout: 0 }, undefined],
    [{ timeout: null }, undefined],
    [{}, undefined],
    [{ timeout: 1e12 }, 2 ** 31 - 1],
  ])('whose limit is told as %j', (told, seconds) => {
    expect(timeLimitOf(told)).toBe(seconds);
  });
});

describe('following a job', () => {
  const jobs = () => createHubJobs(hub.url, hubToken('hf_token'));
  const { signal } = context;

  test('an unknown stage is shown as it is, and a job that is gone is an end', async () => {
    hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['loss 0.5', '  '] });
    const submitted = await jobs().run('ada', SPEC, signal);
    const seen = await lookAtJob(jobs(), watch({ jobId: submitted.id }), systemClock, signal);
    expect(seen).toMatchObject({ stage: 'RUNNING' });
    const gone = await lookAtJob(jobs(), watch({ jobId: 'ffff' }), systemClock, signal);
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
      return read.lines.length > 0 && read.lines;
    });
    expect(lines[0]).toBe('line 0');
    expect(lines.length).toBeLessThan(500);
  });

  test('the installation is left out of a log, and a huge log keeps its end', () => {
    const log = readableLog({
      leftOut: 0,
      lines: [
        'Resolved 80 packages',
        'Installed 80 packages in 2.1s',
        'training',
        'x'.repeat(50_000),
        'the end',
      ],
    });
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
