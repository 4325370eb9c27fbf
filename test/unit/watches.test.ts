import { HubApiError } from '@huggingface/hub';
import { describe, expect, test } from 'vitest';
import type { HubJob } from '../../src/hub/jobs.ts';
import { lookAtJob } from '../../src/jobs/look.ts';
import { endReport } from '../../src/jobs/report.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { costAtMost, costSoFar, durationOf, isFinal, outOfSight } from '../../src/session/watches.ts';
import { at, watch } from '../support/snapshots.ts';

const HOUR = 3_600;
const signal = new AbortController().signal;

/** A job at a dollar an hour for at most six, begun at 0 and seen last after four hours. */
const sixHours = watch({
  timeoutSeconds: 6 * HOUR,
  snapshot: { stage: 'RUNNING', startedAt: at(0), seenAt: at(4 * HOUR) },
  lookedAt: at(4 * HOUR),
});

const inspecting = (answer: () => Promise<HubJob>) => ({ inspect: answer });
const job = (parts: Partial<HubJob>): HubJob => ({
  id: 'abc123',
  createdAt: at(0),
  startedAt: at(0),
  status: { stage: 'RUNNING' },
  ...parts,
});

async function looked(answer: () => Promise<HubJob>) {
  const snapshot = await lookAtJob(inspecting(answer), sixHours, systemClock, signal);
  return { ...sixHours, snapshot, endedAt: at(30 * HOUR), lookedAt: at(30 * HOUR) };
}

describe('a job that the Hub has forgotten when somebody looks again after 30 hours', () => {
  const forgotten = async () => {
    throw new HubApiError('https://hub.test', 404, '1', 'no such job');
  };

  test('is over, and has cost what it had cost when it was seen last', async () => {
    const ended = await looked(forgotten);
    expect(isFinal(ended.snapshot)).toBe(true);
    expect(durationOf(ended)).toBe(4 * HOUR);
    expect(costSoFar(ended)).toBe(4);
    expect(costAtMost(ended)).toBe(6);
  });

  test('is told to the model with what is not known of it', async () => {
    const { whole: report } = await endReport({ reason: 'it is gone' }, await looked(forgotten), signal);
    expect(report).toContain('DELETED, (The Hub no longer knows this job.)');
    expect(report).toContain('after at least 4 h of at most 6 h, about at least $4.00');
    expect(report).toContain("the log can't be read: it is gone");
  });
});

describe('a job that has ended at a time that the Hub does not tell', () => {
  test('has cost what it had cost when it was seen last, where that is long ago', async () => {
    const ended = await looked(async () => job({ status: { stage: 'COMPLETED' } }));
    expect(ended.snapshot).toMatchObject({ stage: 'COMPLETED', isEndUnknown: true });
    expect(costSoFar(ended)).toBe(4);
  });

  test('ran as long as the Hub says, where it says that', async () => {
    const durations = { runningSecs: 5 * HOUR };
    const ended = await looked(async () => job({ status: { stage: 'ERROR' }, durations }));
    expect(ended.snapshot.isEndUnknown).toBeUndefined();
    expect(durationOf(ended)).toBe(5 * HOUR);
  });

  test('has just ended for who saw it a moment ago', async () => {
    const now = new Date();
    const seen = watch({ snapshot: { stage: 'RUNNING', startedAt: now, seenAt: now }, lookedAt: now });
    const answer = async () => job({ status: { stage: 'COMPLETED' }, startedAt: now });
    expect(await lookAtJob(inspecting(answer), seen, systemClock, signal)).not.toHaveProperty('isEndUnknown');
  });
});

test('no job is shown or charged beyond its time limit, be it running or over', () => {
  const running = { ...sixHours, lookedAt: at(30 * HOUR) };
  const over = { ...sixHours, snapshot: { ...sixHours.snapshot, stage: 'ERROR', finishedAt: at(30 * HOUR) } };
  for (const one of [running, over]) {
    expect(durationOf(one)).toBe(6 * HOUR);
    expect(costSoFar(one)).toBe(6);
  }
});

test('a job that nobody saw run has cost nothing that is known', () => {
  const queued = watch({ snapshot: { stage: 'SCHEDULING' }, lookedAt: at(4 * HOUR) });
  const lost = { ...queued, snapshot: outOfSight(queued, 'UNKNOWN', 'signed out') };
  expect(durationOf(lost)).toBeUndefined();
  expect(costSoFar(lost)).toBe(0);
});
