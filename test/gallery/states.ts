import type { Snapshot } from '../../src/session/snapshot.ts';
import { type ApprovalRequest, previewOf } from '../../src/session/tool-calls.ts';
import { endText } from '../../src/thread/words/job-ends.ts';
import { curveAlt } from '../../src/thread/words/jobs.ts';
import { stepOf } from '../../src/tools/mcp/steps.ts';
import { step } from '../../src/tools/steps.ts';
import { ADA, assistant, at, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';
import { ACROSS_THREADS } from './across-threads.ts';
import { alarmedJob, alarmOf, BROKEN, SLOW } from './alarms.ts';
import { approvals } from './approvals.ts';
import { trained } from './files.ts';
import { LONG_DAYS } from './long-days.ts';
import { SAID } from './said.ts';
import { stops } from './stops.ts';

const GRACE = { id: 'U0GRACE', name: 'Grace' };
const SCRIPT = `# /// script
# dependencies = ["transformers", "datasets", "trl"]
# ///
from datasets import load_dataset
from trl import SFTTrainer, SFTConfig

train = load_dataset("stanfordnlp/imdb", split="train")
trainer = SFTTrainer("Qwen/Qwen3-0.6B", train_dataset=train, args=SFTConfig(push_to_hub=True))
trainer.train()`;

const request: ApprovalRequest = {
  title: 'Run a Hugging Face Job on a10g-small',
  brief: 'IMDB baseline · lr 2e-5 · a10g-small, at most 2 h',
  facts: [
    { label: 'Hardware', value: 'Nvidia A10G - small (4 vCPU, 15 GB, 24 GB VRAM)' },
    { label: 'At most', value: '2 h' },
    { label: 'Account', value: 'acme' },
    { label: 'Secrets', value: 'HF_TOKEN' },
    { label: 'Image', value: 'ghcr.io/astral-sh/uv:python3.12-bookworm' },
  ],
  warnings: [
    'Its text has packages or settings of its own (# /// script).',
    'What is pushed may be public: the script does not ask for a private repository.',
  ],
  preview: previewOf(SCRIPT, 'python'),
  editable: { argument: 'script', language: 'python' },
  choices: [{ argument: 'namespace', label: 'Account', options: ['acme', 'ada'] }],
  estimate: { usd: 2, hourlyUsd: 1 },
};

const plan = [
  { id: '1', content: 'Look at the dataset', status: 'completed' as const },
  { id: '2', content: 'Smoke-test the script on 100 rows', status: 'in_progress' as const },
  { id: '3', content: 'Fine-tune on a10g-small and evaluate', status: 'pending' as const },
];

const done = (output: string) => ({ kind: 'done' as const, output, at: at(30) });
const looked = call({
  id: 'c1',
  name: 'hf_inspect_dataset',
  summary: 'stanfordnlp/imdb',
  step: step('look at', 'stanfordnlp/imdb'),
  state: done('…'),
  startedAt: at(1),
  finishedAt: at(4),
});
const training = call({
  id: 'c2',
  name: 'bash',
  summary: 'python smoke.py',
  step: step('run', 'python smoke.py'),
  state: {
    kind: 'running',
    since: at(20),
    tail: "{'loss': 0.69, 'epoch': 0.1}\n{'loss': 0.52, 'epoch': 0.2}",
  },
  startedAt: at(20),
});

const go = user('fine-tune a small model on imdb and tell me the accuracy');
const title = { title: 'IMDB sentiment baseline', yolo: { kind: 'off' as const } };
const used = { inputTokens: 184_000, outputTokens: 6_200, usd: 0.21 };

const waiting = (id: string, over: Partial<ApprovalRequest> = {}) =>
  call({
    id,
    name: 'hf_jobs',
    summary: 'run on a10g-small',
    step: step('run', 'IMDB baseline on a10g-small'),
    state: {
      kind: 'awaiting_approval',
      since: at(40),
      request: { ...request, ...over },
      revision: 0,
      deciders: DECIDERS,
    },
  });

/** Whom a card calls: whoever asked for it. */
const DECIDERS = { called: [ADA.id], approvers: ['requester'], until: at(72 * 3600) };

const decided = (id: string, verdict: 'approved' | 'rejected', feedback?: string) => {
  const decision = { by: GRACE, at: at(50), ...(feedback ? { feedback } : {}) };
  return call({
    id,
    name: 'hf_jobs',
    step: step('run', 'IMDB baseline on a10g-small'),
    state:
      verdict === 'rejected'
        ? { kind: 'rejected', request, decision, output: feedback ?? '' }
        : { kind: 'waiting', since: at(51), watchId: 'w1' },
    approval: { request, decision },
  });
};

const OOM_ADVICE = 'smaller batch or more gradient accumulation, or larger hardware';

/** The same call once its job has ended. */
const ended = (id: string, output: 'done' | 'failed') => ({
  ...decided(id, 'approved'),
  state: { kind: output, output: '', at: at(890) } as const,
  startedAt: at(51),
  finishedAt: at(890),
});

/** Read every ten seconds since it began to train. */
const pace = {
  reports: [0.1, 0.36, 0.62].map((share) => ({ at: at(200 + share * 950).getTime(), share })),
  gaps: [10_000],
  longestGap: 0,
  isElsewhere: false,
  losses: [],
  isNewEpoch: false,
};

const progress = {
  step: 620,
  steps: 1_000,
  epoch: 0.62,
  loss: 0.2871,
  losses: [0.69, 0.55, 0.41, 0.33, 0.29],
  stride: 1,
  seen: 5,
  metrics: { eval_accuracy: 0.9184 },
  alerts: ['WARN: gradient norm 12.4'],
  links: [],
  tail: ["{'loss': 0.2871, 'epoch': 0.62}"],
};

const DATA = { data: 'stanfordnlp/imdb', split: 'test' };

const BEST = watch({
  toolCallId: 'c2',
  name: 'IMDB baseline · lr 2e-5',
  endedAt: at(900),
  snapshot: {
    stage: 'COMPLETED',
    startedAt: at(10),
    finishedAt: at(850),
    pushed: ['https://huggingface.co/acme/imdb-qwen'],
    progress: { ...progress, step: 1_000, epoch: 1, alerts: [], metrics: { eval_accuracy: 0.934 } },
  },
});

const OUT_OF_MEMORY = watch({
  toolCallId: 'c2',
  name: 'IMDB baseline · lr 2e-5',
  endedAt: at(900),
  snapshot: {
    stage: 'ERROR',
    message: 'Job failed with exit code: 1',
    startedAt: at(10),
    finishedAt: at(890),
    progress: { ...progress, failure: 'out of GPU memory', advice: OOM_ADVICE, alerts: [] },
    remedies: [{ kind: 'half_batch' }, { kind: 'larger', flavor: 'l40sx1', about: 'L40S (48 GB)', usd: 3.6 }],
  },
});

const ANSWER = `The fine-tuned model reaches **92.8 %** accuracy on the test split.

| model | accuracy | cost |
| --- | --- | --- |
| zero-shot | 71.3 % | $0.02 |
| **fine-tuned** | **92.8 %** | $0.41 |

\`\`\`python
from transformers import pipeline
classify = pipeline("text-classification", "acme/imdb-qwen")
\`\`\`

The model is at [acme/imdb-qwen](https://huggingface.co/acme/imdb-qwen). Next I would try a longer context.`;

/** States of a session, each with every kind of message that it leads to. */
export const STATES: readonly { heading: string; snapshot: Snapshot }[] = [
  {
    heading: 'Working',
    snapshot: snapshot({
      session: { settings: title },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go, assistant('First I look at what is in the dataset.')],
      toolCalls: [looked, training],
    }),
  },
  {
    heading: 'Writing its answer',
    snapshot: snapshot({
      session: { settings: title, draft: { text: ANSWER.slice(0, 420) } },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go],
    }),
  },
  {
    heading: 'Waiting for an approval',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'parked', on: 'approval' } },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go, assistant('')],
      toolCalls: [waiting('c2')],
    }),
  },
  {
    heading: 'Several at once, one of them blocked',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'parked', on: 'approval' } },
      exchanges: [exchange({ usage: used })],
      entries: [go, assistant('')],
      toolCalls: [
        waiting('c2', { estimate: { reason: 'the price is not known' }, warnings: [] }),
        waiting('c3', {
          blocked: 'The account has no credits left. Add some at https://huggingface.co/settings/billing.',
          warnings: [],
        }),
      ],
    }),
  },
  {
    heading: 'A job that runs, and one that was rejected',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'parked', on: 'job' }, updatedAt: at(810) },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go, assistant('')],
      toolCalls: [
        decided('c2', 'approved'),
        decided('c3', 'rejected', 'Use a t4-small, this is only a baseline.'),
      ],
      watches: [
        watch({
          toolCallId: 'c2',
          title: 'Python script',
          name: 'IMDB baseline · lr 2e-5',
          dashboardUrl: 'https://huggingface.co/spaces/acme/trackio',
          lookedAt: at(800),
          snapshot: { stage: 'RUNNING', startedAt: at(10), progress, pace },
        }),
      ],
    }),
  },
  {
    heading: 'Something is wrong with a job that runs, and one that may run on',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'parked', on: 'job' }, updatedAt: at(7_400) },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go, assistant(''), alarmOf(BROKEN), alarmOf(SLOW)],
      toolCalls: [decided('c2', 'approved')],
      watches: [alarmedJob({ ...progress, alerts: [] }, GRACE)],
    }),
  },
  {
    heading: 'A job that failed',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'idle' } },
      exchanges: [exchange({ plan, usage: used, outcome: { kind: 'idle' }, finishedAt: at(960) })],
      entries: [
        go,
        assistant(''),
        { role: 'notice', text: endText(OUT_OF_MEMORY), mentions: [ADA.id] },
        assistant('It ran **out of GPU memory** at step 620. Half the batch fits, and costs no more.'),
      ],
      toolCalls: [ended('c2', 'failed')],
      watches: [OUT_OF_MEMORY],
    }),
  },
  {
    heading: 'A server asks something',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'running' } },
      exchanges: [exchange({ plan, usage: used })],
      entries: [go, assistant('')],
      toolCalls: [
        call({
          name: 'create_ticket',
          step: stepOf({ name: 'create_ticket' }, 'tracker', { title: 'IMDB baseline' }),
          state: {
            kind: 'running',
            since: at(40),
            note: 'waiting for an answer',
            question: {
              id: 'q1',
              from: 'tracker',
              called: [ADA.id],
              text: 'Which project does this experiment belong to?',
              fields: [
                { name: 'project', label: 'Project', type: 'text', isRequired: true },
                { name: 'public', label: 'Visible to everybody', type: 'yes_no', isRequired: false },
              ],
            },
          },
        }),
      ],
    }),
  },
  {
    heading: 'Done',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'idle' } },
      exchanges: [
        exchange({
          plan: plan.map((item) => ({ ...item, status: 'completed' as const })),
          outcome: { kind: 'idle' },
          finishedAt: at(1_260),
          usage: used,
        }),
      ],
      entries: [
        go,
        assistant(''),
        {
          role: 'notice',
          text: endText(BEST, {
            run: BEST,
            experiment: DATA,
            metric: 'eval_accuracy',
            value: 0.934,
            was: 0.928,
          }),
          mentions: [ADA.id],
          file: { id: 'f_curve', name: 'loss.png', alt: curveAlt(BEST, trained({ loss: 0.2423 })) },
        },
        assistant(ANSWER),
      ],
      toolCalls: [ended('c2', 'done')],
      watches: [BEST],
    }),
  },
  ...stops({ go, plan, usage: used, settings: title }),
  {
    heading: 'Nearly a command',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'idle' } },
      exchanges: [exchange({ outcome: { kind: 'idle' }, finishedAt: at(60), usage: used })],
      entries: [
        go,
        {
          role: 'notice',
          text: 'Did you mean `yolo $11`? Nothing was changed: write it like that, or press a button.',
          offered: {
            to: ADA,
            offers: [
              { text: 'yolo $11', label: 'Run jobs up to $11.00 without asking' },
              { text: 'yolo 11', label: 'No, it is for the agent', isMessage: true },
            ],
          },
        },
      ],
    }),
  },
  {
    heading: 'Stopped, and undone',
    snapshot: snapshot({
      session: { settings: title, state: { kind: 'interrupted', by: 'Grace' }, exchange: 2 },
      exchanges: [
        exchange({ undone: true, outcome: { kind: 'interrupted', by: 'Ada' } }),
        exchange({ number: 2, plan, usage: used }),
      ],
      entries: [],
    }),
  },
];

/** What becomes of requests, what it says of itself and of other threads, and days on which much happens. */
export const MORE_STATES: typeof STATES = [
  ...approvals({ request, waiting, thread: { settings: title } }),
  ...SAID,
  ...LONG_DAYS,
  ...ACROSS_THREADS,
];
