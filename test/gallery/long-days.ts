import type { Snapshot } from '../../src/session/snapshot.ts';
import type { Entry } from '../../src/session/transcript.ts';
import type { Watch } from '../../src/session/watches.ts';
import { alarmText } from '../../src/thread/words/alarms.ts';
import { experimentsText, menusOf } from '../../src/thread/words/experiments.ts';
import { endText } from '../../src/thread/words/job-ends.ts';
import { step } from '../../src/tools/steps.ts';
import { ADA, assistant, at, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';

/* Days on which much happens: a job of five hours, ten experiments, a night in which one fails. */

const HOUR = 3_600;
const NAME = 'Llama 8B · SFT on 120k chats';

/** Losses that fall, as a run of five hours prints them. */
const LOSSES = Array.from({ length: 40 }, (_, i) => 1.9 * Math.exp(-i / 14) + 0.62);

const progressAt = (step: number): NonNullable<Watch['snapshot']['progress']> => ({
  ...{ step, steps: 4_000, losses: LOSSES.slice(0, Math.ceil(step / 100)), stride: 100, seen: step / 10 },
  ...{ alerts: [], links: [], tail: [`{'loss': ${LOSSES.at(Math.ceil(step / 100) - 1)?.toFixed(3)}}`] },
  metrics: step > 2_000 ? { eval_loss: 0.914 } : {},
});

const longJob = (over: Partial<Watch>) =>
  watch({
    ...{ toolCallId: 'c2', name: NAME, flavor: 'a100-large', hourlyUsd: 2.5, timeoutSeconds: 6 * HOUR },
    ...over,
  });

/** Read every hundred steps since it began to train. */
const PACE = {
  reports: [0.1, 0.36, 0.64].map((share) => ({ at: at((0.2 + share * 4.7) * HOUR).getTime(), share })),
  ...{ gaps: [40_000], longestGap: 0, isElsewhere: false, losses: [], isNewEpoch: false },
};

const RUNNING = longJob({
  lookedAt: at(3.2 * HOUR),
  snapshot: { stage: 'RUNNING', startedAt: at(0.1 * HOUR), progress: progressAt(2_560), pace: PACE },
});

const THROUGH = longJob({
  endedAt: at(5.1 * HOUR),
  snapshot: {
    ...{ stage: 'COMPLETED', startedAt: at(0.1 * HOUR), finishedAt: at(5.1 * HOUR) },
    progress: { ...progressAt(4_000), metrics: { eval_loss: 0.872 } },
  },
});

const FAILED = longJob({
  endedAt: at(4 * HOUR),
  snapshot: {
    message: 'Job failed with exit code: 1',
    remedies: [{ kind: 'half_batch' }, { kind: 'larger', flavor: 'h200', about: 'H200 (141 GB)', usd: 30 }],
    ...{ stage: 'ERROR', startedAt: at(0.1 * HOUR), finishedAt: at(4 * HOUR) },
    progress: { ...progressAt(3_100), failure: 'out of GPU memory' },
  },
});

const notice = (text: string, more: Partial<Entry & { role: 'notice' }> = {}): Entry => ({
  ...{ role: 'notice', text, mentions: [ADA.id] },
  ...more,
});

const approvedCall = ({ toolCallId: id = 'c2', endedAt, snapshot: { stage } }: Watch) =>
  call({
    ...{ id, name: 'hf_jobs', step: step('run', `${NAME} on a100-large`), startedAt: at(0.1 * HOUR) },
    ...(endedAt ? { finishedAt: endedAt } : {}),
    state: endedAt
      ? { kind: stage === 'ERROR' ? 'failed' : 'done', output: '', at: endedAt }
      : { kind: 'waiting', since: at(60), watchId: 'w1' },
  });

const thread = (
  heading: string,
  state: Snapshot['session']['state'],
  entries: Entry[],
  watches: Watch[],
  hours = 0.01,
): { heading: string; snapshot: Snapshot } => ({
  heading,
  snapshot: snapshot({
    session: { settings: { title: NAME, yolo: { kind: 'off' } }, state, updatedAt: at(hours * HOUR) },
    exchanges: [exchange({ usage: { inputTokens: 96_000, outputTokens: 4_100, usd: 0.12 } })],
    entries: [user('fine-tune Llama 8B on our chats, and tell me in the evening'), ...entries],
    toolCalls: watches.map(approvedCall),
    watches,
  }),
});

const TEN = Array.from({ length: 10 }, (_, i) => ({
  watch: watch({
    ...{ id: `w_ten_${i}`, name: `IMDB sweep · lr ${i + 1}e-5`, flavor: 'a10g-small', createdAt: at(60 * i) },
    endedAt: i === 9 ? undefined : at(60 * i + 1_500),
    lookedAt: at(60 * i + 700),
    snapshot: {
      stage: i === 9 ? 'RUNNING' : i === 6 ? 'ERROR' : 'COMPLETED',
      ...{ startedAt: at(60 * i), finishedAt: i === 9 ? undefined : at(60 * i + 1_500) },
      progress: {
        ...{ step: i === 9 ? 460 : 1_000, steps: 1_000, losses: [0.6, 0.4, 0.3], stride: 1, seen: 3 },
        ...{ alerts: [], links: [], tail: [] },
        metrics: i === 6 ? {} : { eval_accuracy: 0.9 + i / 250 },
      },
    },
  }),
  requester: ADA,
}));

const LISTED = experimentsText(TEN, { kind: 'newest' });
const STALLED = { cause: 'stalled', seconds: 1_900, usualSeconds: 40, step: 3_100 } as const;

export const LONG_DAYS = [
  thread('A job of five hours, after three', { kind: 'parked', on: 'job' }, [assistant('')], [RUNNING], 3.2),
  thread(
    '… in the evening',
    { kind: 'idle' },
    [assistant(''), notice(endText(THROUGH)), assistant('It ends at an evaluation loss of **0.872**.')],
    [THROUGH],
    5.1,
  ),
  thread(
    'A night that went wrong',
    { kind: 'idle' },
    [
      assistant(''),
      notice(alarmText(RUNNING, STALLED), { alarm: { watchId: 'w1', cause: 'stalled' } }),
      notice(endText(FAILED)),
      assistant(
        'It ran **out of GPU memory** at step 3,100, when the longest chats came. Half the batch fits.',
      ),
    ],
    [FAILED],
    4,
  ),
  thread(
    'Ten experiments',
    { kind: 'idle' },
    [notice(LISTED.text, LISTED.table ? { tables: [LISTED.table], menus: menusOf(TEN) } : {})],
    [],
  ),
];
