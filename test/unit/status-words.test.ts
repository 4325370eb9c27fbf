import { describe, expect, test } from 'vitest';
import type { ApprovalRequest } from '../../src/session/tool-calls.ts';
import { view } from '../../src/thread/view/view.ts';
import { describeSession } from '../../src/thread/words/status.ts';
import { ADA, at, call, exchange, snapshot, watch } from '../support/snapshots.ts';

const request: ApprovalRequest = {
  title: 'Run a Hugging Face Job on a10g-small',
  brief: 'IMDB baseline · a10g-small, at most 1 h',
  facts: [],
  warnings: [],
  estimate: { usd: 0.9951, hourlyUsd: 1 },
};

const waiting = (approvers: string[]) =>
  call({
    state: {
      kind: 'awaiting_approval',
      since: at(0),
      request,
      revision: 0,
      deciders: { called: [], approvers, until: at(3_600) },
    },
  });

describe('status', () => {
  test('says what waits for whom, and calls nobody', () => {
    const said = describeSession(snapshot({ toolCalls: [waiting(['requester'])] }));
    expect(said).toContain('Ada decides: IMDB baseline · a10g-small, at most 1 h, up to $1.00.');
    expect(describeSession(snapshot({ toolCalls: [waiting(['U0GRACE'])] }))).toContain(
      'somebody who is named in my config decides: IMDB baseline',
    );
    expect(said).not.toContain(ADA.id);
  });

  test('says how a job stands, and what an ended one came to', () => {
    const progress = {
      ...{ step: 620, steps: 1_000, losses: [], stride: 1, seen: 0 },
      ...{ metrics: { eval_accuracy: 0.9184 }, alerts: [], links: [], tail: [] },
    };
    const running = watch({ name: 'IMDB baseline', lookedAt: at(610) });
    const ended = watch({ ...{ id: 'w2', name: 'IMDB lr 5e-5', hourlyUsd: 3.6, endedAt: at(900) } });
    const said = describeSession(
      snapshot({
        watches: [
          { ...running, snapshot: { stage: 'RUNNING', startedAt: at(10), progress } },
          { ...ended, snapshot: { stage: 'COMPLETED', startedAt: at(0), finishedAt: at(600), progress } },
        ],
        exchanges: [exchange({ usage: { inputTokens: 1_200_000, outputTokens: 34_000, usd: 0.4 } })],
      }),
    );
    expect(said).toContain(
      '[IMDB baseline](https://huggingface.co/jobs/ada/abc123) on a10g-small: running · step 620 of 1,000 · accuracy 0.9184 · $0.17 so far',
    );
    expect(said).toContain(
      '✅ [IMDB lr 5e-5](https://huggingface.co/jobs/ada/abc123) is done: accuracy 0.9184 · 10 min · $0.60',
    );
    expect(said).toContain('Requests: 1, tokens: 1.2M, spend: $1.17, $0.77 of it for jobs');
  });
});

test('a picture is described to those who can’t see it by what is said about it', () => {
  const shown = view(
    snapshot({
      entries: [
        { role: 'notice', text: '**Accuracy** by epoch', file: { id: 'f1', name: 'accuracy.png' } },
        { role: 'notice', text: 'The log', file: { id: 'f2', name: 'run.log' } },
      ],
    }),
  );
  const files = shown.flatMap(({ body }) => (body.kind === 'file' ? [[body.name, body.alt]] : []));
  expect(files).toEqual([
    ['accuracy.png', 'Accuracy by epoch'],
    ['run.log', undefined],
  ]);
});
