import { describe, expect, test } from 'vitest';
import { TRAITS } from '../../adapters/discord/traits.ts';
import type { Action } from '../../src/controller/actions.ts';
import { createController } from '../../src/controller/controller.ts';
import type { Subject } from '../../src/controller/forms.ts';
import type { From } from '../../src/controller/from.ts';
import type { ControllerParts } from '../../src/controller/parts.ts';
import type { ThreadAddress } from '../../src/session/address.ts';

const HOME: ThreadAddress = { platform: 'discord', workspace: 'w1', channel: 'c1', thread: 't1' };
const CALL = 'c_0123';
const JOB = 'w_0123';
const ADA = { id: 'u1', name: 'Ada' };

/**
 * Everything that a platform is handed, which notes whatever is asked of it: a call and a job are at home.
 */
function partsThatNote(home = HOME) {
  const asked: { what: string; args: unknown[] }[] = [];
  const noting = (what: string, answer: unknown = undefined) =>
    new Proxy(
      {},
      {
        get: (_target, name) =>
          typeof name === 'symbol' || name === 'then'
            ? undefined
            : async (...args: unknown[]) => {
                asked.push({ what: `${what}.${name}`, args });
                return answer;
              },
      },
    );
  const open = { ok: true, toolCallId: CALL, sessionId: 's1', revision: 0, request: { title: 't' } };
  const parts = {
    intake: noting('intake', true),
    decisions: noting('decisions', open),
    questions: noting('questions', { ok: true, question: { from: 's', text: 't', fields: [] } }),
    accounts: noting('accounts', { ok: true, name: 'ada' }),
    jobs: noting('jobs', {
      watch: {},
      address: home,
      requester: ADA,
      runs: [],
      isCut: false,
      text: '',
      tables: [],
    }),
    alarms: noting('alarms', { ok: true }),
    sessions: noting('sessions', undefined),
    feedback: noting('feedback', true),
    offers: noting('offers', { ok: false, reason: 'It is not offered here.' }),
    channelRules: { of: async () => ({ rules: {}, changed: undefined }), change: async () => {} },
    models: { choices: [], hasBudgets: false },
    attachments: {},
    hasAccount: () => true,
    access: {
      admins: ['u1'],
      deny_people: [],
      deny_channels: [],
      allow_channels: [],
      guests: true,
      strangers: true,
      replies: 'all',
      channels: {},
      workspaces: {},
    },
    whereabouts: {
      ofCall: async (id: string) => (id === CALL ? home : undefined),
      ofJob: async (id: string) => (id === JOB ? home : undefined),
    },
  } as unknown as ControllerParts;
  return { parts, asked };
}

const from = (at: ThreadAddress, more: Partial<From> = {}): From => ({
  who: {
    id: ADA.id,
    groups: [],
    person: async () => ADA,
    standing: async () => 'member',
    isAdmin: async () => true,
    isIn: async () => true,
    mayRead: async () => true,
  },
  place: { platform: at.platform, workspace: at.workspace, channel: at.channel },
  thread: at,
  sourceId: 'source',
  isFromList: false,
  ...more,
});

const controllerOf = (parts: ControllerParts) =>
  createController(parts, TRAITS, { refusal: async () => undefined, isAdmitted: () => true } as never);

const seen = { kind: 'seen' as const, calls: [{ toolCallId: CALL, revision: 0 }] };
const asked = { toolCallId: CALL, questionId: 'q1' };

/** One of every kind of action. `ids`: it names something that belongs to a thread. */
const ACTIONS: {
  [Kind in Action['kind']]: {
    action: Extract<Action, { kind: Kind }>;
    names: 'call' | 'job' | 'run' | 'nothing';
  };
} = {
  approve: { action: { kind: 'approve', calls: seen }, names: 'call' },
  reject: { action: { kind: 'reject', calls: seen }, names: 'call' },
  open_script: { action: { kind: 'open_script', toolCallId: CALL }, names: 'call' },
  replace_script: { action: { kind: 'replace_script', toolCallId: CALL }, names: 'call' },
  choose: {
    action: { kind: 'choose', toolCallId: CALL, argument: 'namespace', value: 'team' },
    names: 'call',
  },
  question: { action: { kind: 'question', asked, isDeclined: false }, names: 'call' },
  job: { action: { kind: 'job', control: 'rerun', watchId: JOB, isSure: true }, names: 'job' },
  let_run: { action: { kind: 'let_run', watchId: JOB, cause: 'stalled' }, names: 'job' },
  menu: { action: { kind: 'menu', choice: 'undo' }, names: 'nothing' },
  feedback: { action: { kind: 'feedback', verdict: 'good', messageId: 7 }, names: 'nothing' },
  channel_settings: { action: { kind: 'channel_settings', half: undefined }, names: 'nothing' },
  sign_in: { action: { kind: 'sign_in' }, names: 'nothing' },
  sign_out: { action: { kind: 'sign_out' }, names: 'nothing' },
  compare_picked: { action: { kind: 'compare_picked', watchIds: [JOB, JOB] }, names: 'run' },
  steps: { action: { kind: 'steps', exchange: 1 }, names: 'nothing' },
  sort_runs: { action: { kind: 'sort_runs', order: 'newest' }, names: 'nothing' },
  offer: { action: { kind: 'offer', messageId: 7, index: 0 }, names: 'nothing' },
  stop: { action: { kind: 'stop' }, names: 'nothing' },
  retry: { action: { kind: 'retry' }, names: 'nothing' },
};

const JOB_CONTROLS = (['log', 'curve', 'rerun', 'half_batch', 'larger', 'longer', 'cancel'] as const).map(
  (control) => ({
    action: { kind: 'job', control, watchId: JOB, isSure: true } as Action,
    names: 'job' as const,
  }),
);

const FORMS: {
  [Form in Subject['form']]: { subject: Extract<Subject, { form: Form }>; names: 'call' | 'nothing' };
} = {
  reject: { subject: { form: 'reject', calls: seen }, names: 'call' },
  script: { subject: { form: 'script', toolCallId: CALL }, names: 'call' },
  answer: { subject: { form: 'answer', asked }, names: 'call' },
  why: { subject: { form: 'why', messageId: 7 }, names: 'nothing' },
  session: { subject: { form: 'session' }, names: 'nothing' },
  channel: { subject: { form: 'channel' }, names: 'nothing' },
  token: { subject: { form: 'token' }, names: 'nothing' },
  ask: { subject: { form: 'ask', quote: 'q' }, names: 'nothing' },
};

/** Places where nothing of home belongs. */
const ELSEWHERE: Record<string, From> = {
  'another workspace': from({ ...HOME, workspace: 'w2' }),
  'a list of another workspace': from({ ...HOME, workspace: 'w2' }, { isFromList: true, thread: undefined }),
  'another platform': from({ ...HOME, platform: 'slack' }),
  'another channel': from({ ...HOME, channel: 'c2' }),
  'another thread': from({ ...HOME, thread: 't2' }),
};

const rows = [...Object.values(ACTIONS), ...JOB_CONTROLS];
const GIVEN = { values: { text: 'print(1)' }, files: [] };
const nothingTold = /^(This request no longer exists\.|I no longer know this job, so nothing was changed\.)$/;

describe.each(Object.entries(ELSEWHERE))('from %s', (where, place) => {
  test.each(rows.map((row) => [row.action.kind, row] as const))(
    '%s about what is not there does nothing and tells nothing',
    async (_kind, { action, names }) => {
      if (names === 'run' && where === 'another thread') return; // those of a channel are beside each other
      const { parts, asked: was } = partsThatNote();
      const answer = await controllerOf(parts).act(action, place);
      if (names === 'nothing') return expect(JSON.stringify(was)).not.toContain(JSON.stringify(HOME));
      expect(answer).toEqual({ kind: 'notice', text: expect.stringMatching(nothingTold) });
      expect(was).toEqual([]);
    },
  );

  test.each(Object.values(FORMS).map((row) => [row.subject.form, row] as const))(
    'the form %s about what is not there does nothing and tells nothing',
    async (_form, { subject, names }) => {
      const { parts, asked: was } = partsThatNote();
      const taken = await controllerOf(parts).submit(subject, GIVEN, place);
      if (names === 'nothing') return expect(JSON.stringify(was)).not.toContain(JSON.stringify(HOME));
      expect(taken).toEqual({ ok: false, reason: expect.stringMatching(nothingTold) });
      expect(was).toEqual([]);
    },
  );
});

describe('where it belongs', () => {
  test.each(rows.filter(({ names }) => names !== 'nothing').map((row) => [row.action.kind, row] as const))(
    '%s is done',
    async (_kind, { action }) => {
      const { parts, asked: was } = partsThatNote();
      await controllerOf(parts).act(action, from(HOME));
      expect(was).not.toEqual([]);
    },
  );

  test('runs of another thread of the channel are put side by side', async () => {
    const { parts, asked: was } = partsThatNote();
    await controllerOf(parts).act(ACTIONS.compare_picked.action, ELSEWHERE['another thread'] ?? from(HOME));
    expect(was).not.toEqual([]);
  });

  test.each([
    ['a list of the workspace', from({ ...HOME, channel: 'c9', thread: 't9' }, { isFromList: true })],
    ['somebody’s own page', from({ ...HOME, channel: '' }, { isFromList: true, thread: undefined })],
  ])('a job’s button in %s is taken, and a call’s is not', async (_where, place) => {
    const { parts, asked: was } = partsThatNote();
    await controllerOf(parts).act(ACTIONS.job.action, place);
    expect(was.length).toBeGreaterThan(0);
    const { parts: others, asked: none } = partsThatNote();
    await controllerOf(others).act(ACTIONS.approve.action, place);
    expect(none).toEqual([]);
  });

  test('what nobody knows is not done anywhere', async () => {
    const { parts, asked: was } = partsThatNote();
    const made = { kind: 'seen' as const, calls: [{ toolCallId: 'c_made_up', revision: 0 }] };
    expect(await controllerOf(parts).act({ kind: 'approve', calls: made }, from(HOME))).toMatchObject({
      kind: 'notice',
    });
    const mixed = { kind: 'seen' as const, calls: [...seen.calls, ...made.calls] };
    await controllerOf(parts).act({ kind: 'approve', calls: mixed }, from(HOME));
    expect(was).toEqual([]);
  });
});
