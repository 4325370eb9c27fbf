import type { Snapshot } from '../../src/session/snapshot.ts';
import type { Failure } from '../../src/session/state.ts';
import type { Entry } from '../../src/session/transcript.ts';
import type { Watch } from '../../src/session/watches.ts';
import { budgetPassed } from '../../src/thread/words/approvals.ts';
import { helloText } from '../../src/thread/words/hello.ts';
import { HELP_TEXT } from '../../src/thread/words/intake.ts';
import { describeSession } from '../../src/thread/words/status.ts';
import { stoppedText } from '../../src/thread/words/stop-rules.ts';
import { recoveryText, stopText } from '../../src/thread/words/stops.ts';
import { step } from '../../src/tools/steps.ts';
import { ADA, assistant, at, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';
import { trained } from './files.ts';

/* What the product says of itself: when it is invited, when it is asked, and when work stops or goes on. */

const GRACE = { id: 'U0GRACE', name: 'Grace' };
const TITLE = 'IMDB sentiment baseline';
const NAME = 'IMDB · lr 5e-5';
const go = user('fine-tune a small model on imdb and tell me the accuracy');

const OVER_BUDGET: Failure = {
  message: `${budgetPassed('session', ADA, { limit: 5, already: 5 })} Grace may let it go on.`,
  retryable: true,
  isOverBudget: true,
};

const BROKEN = { rule: 'nan', value: 'NaN', step: 2_048 } as const;

/** A job that reports every ten seconds, and has less time than it needs. */
const pace = (share: number): NonNullable<Watch['snapshot']['pace']> => ({
  reports: [0.1, (0.1 + share) / 2, share].map((at_) => ({
    at: at(200 + at_ * 9_000).getTime(),
    share: at_,
  })),
  ...{ gaps: [10_000], longestGap: 0, isElsewhere: false, losses: [], isNewEpoch: false },
});

const running = watch({
  ...{ toolCallId: 'c2', name: NAME, lookedAt: at(2_920) },
  snapshot: {
    ...{ stage: 'RUNNING', startedAt: at(10), pace: pace(0.3) },
    progress: trained({ step: 1_200, loss: 0.4512, losses: trained().losses.slice(0, 12) }),
  },
});

const stopped = watch({
  ...{ toolCallId: 'c2', name: NAME, endedAt: at(7_400) },
  snapshot: {
    ...{ stage: 'CANCELED', startedAt: at(10), finishedAt: at(7_390) },
    stop: { broken: BROKEN, at: at(7_300), isRefusalTold: false },
    progress: trained({ step: 2_080, losses: trained().losses.slice(0, 20) }),
  },
});

const started = (state: 'waiting' | 'done') =>
  call({
    ...{ id: 'c2', name: 'hf_jobs', step: step('run', `${NAME} on a10g-small`), startedAt: at(10) },
    state:
      state === 'waiting'
        ? { kind: 'waiting', since: at(10), watchId: 'w1' }
        : { kind: 'done', output: '', at: at(7_400) },
  });

const told = (
  heading: string,
  state: Snapshot['session']['state'],
  entries: Entry[],
  more: Partial<Snapshot> = {},
  seconds = 60,
): { heading: string; snapshot: Snapshot } => ({
  heading,
  snapshot: {
    ...snapshot({
      session: { settings: { title: TITLE, yolo: { kind: 'off' } }, state, updatedAt: at(seconds) },
      exchanges: [exchange({ usage: { inputTokens: 84_000, outputTokens: 3_100, usd: 0.11 } })],
      entries,
    }),
    ...more,
  },
});

const notice = (text: string, more: Partial<Entry & { role: 'notice' }> = {}): Entry => ({
  role: 'notice',
  text,
  ...more,
});

const HELLO = helloText(
  { approvers: ['requester', GRACE.id], budgets: ['$20 for a session'], asksAtUsd: 5 },
  { slash: '/ml-intern', nameOf: () => 'Grace' },
);

const RUNNING = told(
  'How it stands, in answer to “status”',
  { kind: 'parked', on: 'job' },
  [],
  {
    toolCalls: [started('waiting')],
    watches: [running],
  },
  2_930,
);

export const SAID = [
  {
    heading: 'Invited to a channel',
    snapshot: {
      ...snapshot({ session: { exchange: 0 }, exchanges: [] }),
      messages: [{ id: 1, exchange: 0, createdAt: at(0), entry: notice(HELLO) }],
    },
  },
  told('Help', { kind: 'idle' }, [notice(HELP_TEXT)]),
  told(
    'How it stands, in answer to “status”',
    { kind: 'parked', on: 'job' },
    [go, assistant(''), notice(describeSession(RUNNING.snapshot))],
    { toolCalls: [started('waiting')], watches: [running] },
    2_930,
  ),
  told('The budget is used up', { kind: 'failed', failure: OVER_BUDGET }, [
    go,
    notice(stopText(OVER_BUDGET, TITLE, 'Europe/Berlin'), { mentions: [GRACE.id], isStop: true }),
  ]),
  told('The model provider answers again', { kind: 'running' }, [
    go,
    notice(recoveryText(TITLE), { mentions: [ADA.id] }),
  ]),
  told(
    'Stopped by its rule',
    { kind: 'idle' },
    [
      go,
      assistant(''),
      notice(stoppedText(stopped, BROKEN), { mentions: [ADA.id] }),
      assistant(
        'The loss became **NaN** at step 2,048. Next I would halve the learning rate and clip gradients.',
      ),
    ],
    { toolCalls: [started('done')], watches: [stopped] },
    7_400,
  ),
];
