import fc from 'fast-check';
import type { ViewBody } from '../../src/thread/view/view-message.ts';

const hostile = fc.oneof(
  fc.string({ maxLength: 200, unit: 'grapheme' }),
  fc.string({ minLength: 1_000, maxLength: 20_000 }),
  fc.constantFrom(
    '',
    ' ',
    '```',
    '<!channel>',
    '&&&&'.repeat(2_000),
    '<'.repeat(3_000),
    '*_~`',
    '\n'.repeat(500),
    '@everyone '.repeat(400),
  ),
);
const some = fc.string({ minLength: 1, maxLength: 300 });
const number = fc.double({ min: 0, max: 1e7, noNaN: true });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const status = fc.record({
  kind: fc.constant('status' as const),
  phase: fc.constantFrom(
    'working' as const,
    'needs_approval' as const,
    'paused' as const,
    'failed' as const,
    'done' as const,
    'undone' as const,
  ),
  detail: optional(hostile),
  links: fc.array(fc.oneof(fc.webUrl(), hostile), { maxLength: 6 }),
  plan: fc.array(
    fc.record({
      id: some,
      content: hostile,
      status: fc.constantFrom('pending' as const, 'in_progress' as const, 'completed' as const),
    }),
    { maxLength: 50 },
  ),
  timeline: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('said' as const), text: hostile }),
      fc.record({ kind: fc.constant('guarded' as const), text: hostile }),
      fc.record({
        kind: fc.constant('call' as const),
        name: hostile,
        summary: hostile,
        outcome: fc.constantFrom('done' as const, 'failed' as const, 'running' as const),
        seconds: optional(number),
        tail: optional(hostile),
        note: optional(hostile),
      }),
    ),
    { maxLength: 10 },
  ),
  earlier: fc.nat(500),
  writing: optional(hostile),
  elapsedSeconds: number,
  tokens: fc.nat(1e9),
  usd: optional(number),
  autoApproval: optional(fc.record({ capUsd: optional(number), usedUsd: number })),
  control: fc.constantFrom('stop' as const, 'retry' as const, 'continue' as const, undefined),
  hasMenu: fc.boolean(),
  title: optional(hostile),
});

const approval = fc.record({
  kind: fc.constant('approval' as const),
  toolCallId: fc.constant('c_0123456789'),
  revision: fc.nat(100),
  isWhole: fc.constant(false),
  first: optional(fc.constant({ id: 'U0GRACE', name: 'Grace' })),
  edit: optional(fc.record({ by: fc.constant({ id: 'U0ADA', name: 'Ada' }), changed: hostile })),
  request: fc.record(
    {
      title: some,
      facts: fc.array(fc.record({ label: some, value: hostile }), { minLength: 1, maxLength: 14 }),
      warnings: fc.array(some, { maxLength: 20 }),
      preview: fc.record({
        language: fc.constantFrom('python', 'sh'),
        text: hostile,
        lines: fc.nat(),
        shows: fc.constantFrom('all' as const, 'beginning' as const),
      }),
      editable: fc.constant({ argument: 'script', language: 'python' }),
      choices: fc.constant([{ argument: 'namespace', label: 'Account', options: ['ada', 'team'] }]),
      estimate: fc.record({ usd: number, hourlyUsd: number, reason: some }, { requiredKeys: [] }),
    },
    { requiredKeys: ['title', 'facts', 'warnings', 'estimate'] },
  ),
  decision: optional(
    fc.record({
      verdict: fc.constantFrom('approved' as const, 'rejected' as const, 'abandoned' as const),
      by: optional(fc.record({ id: fc.constant('U0ADA'), name: hostile })),
      second: optional(fc.constant({ id: 'U0GRACE', name: 'Grace' })),
      isAutomatic: fc.boolean(),
      feedback: optional(hostile),
      at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    }),
  ),
});

const progress = fc.record({
  step: optional(fc.nat()),
  steps: optional(fc.nat()),
  epoch: optional(number),
  epochs: optional(fc.nat()),
  loss: optional(number),
  losses: fc.array(number, { maxLength: 48 }),
  stride: fc.constant(1),
  seen: fc.nat(),
  metrics: fc.dictionary(some, number, { maxKeys: 12 }),
  alerts: fc.array(hostile, { maxLength: 3 }),
  failure: optional(hostile),
  tail: fc.array(hostile, { maxLength: 3 }),
});

const job = fc.record({
  kind: fc.constant('job' as const),
  watchId: fc.constant('w_0123456789'),
  jobId: some,
  url: fc.constant('https://huggingface.co/jobs/ada/1'),
  title: hostile,
  flavor: some,
  stage: some,
  tone: fc.constantFrom('running' as const, 'bad' as const),
  message: optional(hostile),
  elapsedSeconds: optional(number),
  timeoutSeconds: number,
  usd: optional(number),
  progress: optional(progress),
  pushed: fc.array(fc.oneof(fc.webUrl(), hostile), { maxLength: 10 }),
  isFinal: fc.boolean(),
  isEndUnknown: fc.boolean(),
});

const alarm = fc.record({
  kind: fc.constant('alarm' as const),
  watchId: fc.constant('w_0123456789'),
  jobId: some,
  cause: fc.constant('stalled'),
  text: hostile,
  mentions: fc.constantFrom<readonly string[]>([], ['U0ADA']),
  letRunBy: optional(fc.constant({ id: 'U0GRACE', name: 'Grace' })),
  isOver: fc.boolean(),
});

const answer = fc.oneof(
  fc.record({
    kind: fc.constant('answer' as const),
    text: hostile,
    isDraft: fc.constant(false),
    id: fc.nat(1e9),
    isEnd: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    text: hostile,
    isDraft: fc.constant(true),
    askedBy: fc.constant('U0ADA'),
    plan: fc.array(
      fc.record({
        id: some,
        content: hostile,
        status: fc.constantFrom('pending' as const, 'in_progress' as const, 'completed' as const),
      }),
      { maxLength: 30 },
    ),
  }),
);
const mentions = fc.constantFrom<readonly string[]>([], ['U0ADA']);
const cell = fc.record(
  { text: hostile, value: number, url: fc.oneof(fc.webUrl(), hostile) },
  { requiredKeys: ['text'] },
);
const tables = fc.array(
  fc.record(
    {
      caption: hostile,
      columns: fc.array(fc.record({ title: hostile, isAside: fc.boolean() }), {
        minLength: 1,
        maxLength: 25,
      }),
      rows: fc.array(fc.array(cell, { maxLength: 25 }), { maxLength: 60 }),
      more: fc.nat(900),
    },
    { requiredKeys: ['caption', 'columns', 'rows'] },
  ),
  { maxLength: 4 },
);
const notice = fc.record(
  {
    kind: fc.constant('notice' as const),
    text: hostile,
    mentions,
    offered: fc.record({
      id: fc.nat(),
      labels: fc.array(
        some.map((text) => `Do ${text}`),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    tables,
  },
  { requiredKeys: ['kind', 'text', 'mentions'] },
);
const batch = fc.record({
  kind: fc.constant('batch' as const),
  open: fc.array(fc.record({ toolCallId: fc.constant('c_0123456789'), revision: fc.nat(9) }), {
    maxLength: 200,
  }),
  approved: fc.nat(9),
  rejected: fc.nat(9),
  other: fc.nat(9),
  usd: optional(number),
});

const question = fc.record({
  kind: fc.constant('question' as const),
  toolCallId: fc.constant('c_0123456789'),
  questionId: fc.constant('q_0123456789'),
  from: hostile,
  text: hostile,
  fields: fc.array(hostile, { maxLength: 30 }),
  called: fc.constantFrom([], ['700']),
});

/** Every kind of message that has words, with strings that nobody would write by accident. */
export const bodies = fc
  .oneof(status, approval, batch, job, alarm, answer, notice, question)
  .map((body) => body as ViewBody);
