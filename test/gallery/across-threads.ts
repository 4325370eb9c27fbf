import { digestOf } from '../../src/session/digest.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import type { Entry } from '../../src/session/transcript.ts';
import { openerText } from '../../src/thread/words/branch.ts';
import { catchUpText } from '../../src/thread/words/catch-up.ts';
import { comparisonText, lossesAlt, lossesTitle } from '../../src/thread/words/comparison.ts';
import { digestText } from '../../src/thread/words/digests.ts';
import { experimentsText, menusOf } from '../../src/thread/words/experiments.ts';
import { ADA, assistant, at, exchange, snapshot, user, watch } from '../support/snapshots.ts';

/* What a thread is told of others of its channel. */

const GRACE = { id: 'U0GRACE', name: 'Grace' };

const RUNS = (
  [
    ['IMDB baseline · lr 2e-5', 0.9284, 'COMPLETED'],
    ['IMDB · lr 5e-5, two epochs and a longer warm-up', 0.941, 'COMPLETED'],
    ['IMDB · lora r=16', 0.9377, 'RUNNING'],
  ] as const
).map(([name, accuracy, stage], i) => ({
  watch: watch({
    id: `w_${i}`,
    name,
    flavor: i === 2 ? 'a10g-large' : 'a10g-small',
    createdAt: at(i),
    snapshot: {
      stage,
      startedAt: at(10),
      finishedAt: at(800 + 90 * i),
      progress: {
        ...{ step: 620, steps: 1_000, losses: [0.69, 0.55, 0.41, 0.33, 0.29], stride: 1, seen: 5 },
        ...{ alerts: [], links: [], tail: [] },
        metrics: { eval_accuracy: accuracy, eval_loss: 1 - accuracy },
      },
    },
  }),
  requester: i === 0 ? GRACE : ADA,
}));

const told = (heading: string, ...entries: Entry[]): { heading: string; snapshot: Snapshot } => ({
  heading,
  snapshot: snapshot({
    session: { state: { kind: 'idle' } },
    exchanges: [exchange({ outcome: { kind: 'idle' }, finishedAt: at(60) })],
    entries: [user('how do they compare?'), ...entries],
  }),
});

const notice = ({ text, table }: ReturnType<typeof experimentsText>): Entry => ({
  role: 'notice',
  text,
  ...(table ? { tables: [table], menus: menusOf(RUNS) } : {}),
});

const COMPARED = RUNS.slice(0, 2).map(({ watch: run }, i) => ({
  watch: run,
  calledWith: JSON.stringify({
    script: `train = load_dataset("stanfordnlp/imdb")\nargs = SFTConfig(learning_rate=${i + 2}e-5, num_train_epochs=${i + 1})`,
    timeout: '1h',
  }),
}));

/** A night in which a run has failed, another is through, and a third is half-way. */
const NIGHT = digestOf({
  runs: [
    { watch: { ...(RUNS[0]?.watch ?? watch()), endedAt: at(800) }, requester: GRACE },
    {
      watch: watch({
        ...{ id: 'w_oom', name: 'IMDB · lora r=64', endedAt: at(700) },
        snapshot: {
          ...{ stage: 'ERROR', startedAt: at(10), finishedAt: at(700) },
          progress: {
            ...{ step: 620, steps: 1_000, losses: [], stride: 1, seen: 5, metrics: {} },
            ...{ alerts: [], links: [], tail: [], failure: 'out of GPU memory' },
          },
        },
      }),
      requester: ADA,
    },
    { watch: RUNS[2]?.watch ?? watch(), requester: ADA },
  ],
  waiting: [
    {
      kind: 'approval',
      name: 'IMDB · full fine-tune · a100-large, at most 4 h',
      requester: ADA,
      since: at(0),
      usd: 10,
    },
  ],
  modelUsd: 0.4,
  since: at(-4 * 3_600),
  at: at(20 * 3_600),
});

export const ACROSS_THREADS = [
  told('Catch me up, which one person alone sees', {
    role: 'notice',
    text: catchUpText(
      snapshot({
        session: { state: { kind: 'idle' }, settings: { yolo: { kind: 'off' }, title: 'IMDB baseline' } },
        entries: [user('fine-tune a small model on stanfordnlp/imdb'), assistant('It reaches **0.941**.')],
        watches: RUNS.slice(1, 2).map(({ watch: run }) => ({ ...run, endedAt: at(900) })),
      }),
    ).text,
  }),
  told('The morning note', {
    role: 'notice',
    ...digestText(NIGHT, 'daily', 'Europe/Berlin'),
    mentions: [ADA.id],
  }),
  told('A branch begins', {
    role: 'notice',
    text: openerText(
      snapshot({
        session: { settings: { yolo: { kind: 'off' }, title: 'IMDB baseline' } },
        exchanges: [
          exchange({
            plan: [
              { id: '1', content: 'Look at the data', status: 'completed' },
              { id: '2', content: 'Train with LoRA', status: 'pending' },
            ],
          }),
        ],
        entries: [user('fine-tune a small model on stanfordnlp/imdb')],
        watches: RUNS.slice(1, 2).map(({ watch: run }) => ({ ...run, endedAt: at(900) })),
      }),
      GRACE,
    ),
  }),
  told('The weekly note on a channel', {
    role: 'notice',
    ...digestText(NIGHT, 'weekly', 'Europe/Berlin'),
    mentions: [ADA.id],
  }),
  told(
    'Two runs side by side',
    { role: 'notice', ...comparisonText(COMPARED) },
    {
      role: 'notice',
      text: lossesTitle(COMPARED.map(({ watch: run }) => run)),
      file: { id: 'f_losses', name: 'losses.png', alt: lossesAlt(COMPARED.map(({ watch: run }) => run)) },
    },
  ),
  told('The experiments of a channel', notice(experimentsText(RUNS, { kind: 'newest' }))),
  told('… by a metric', notice(experimentsText(RUNS, { kind: 'metric', name: 'accuracy' }))),
];
