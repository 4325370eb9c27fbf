import { describe, expect, test } from 'vitest';
import type { Deciders } from '../../src/session/deciders.ts';
import { type Digest, digestOf, type Need } from '../../src/session/digest.ts';
import type { Watch } from '../../src/session/watches.ts';
import { type DigestKind, digestText } from '../../src/thread/words/digests.ts';
import { ADA, at, watch } from '../support/snapshots.ts';

const HOUR = 3_600;

/** A dollar an hour, begun at noon of the day before, for an hour unless it says otherwise. */
function run(id: string, snapshot: Partial<Watch['snapshot']>, parts: Partial<Watch> = {}) {
  const isEnded = ![undefined, 'RUNNING'].includes(snapshot.stage);
  const times = { startedAt: at(0), ...(isEnded ? { finishedAt: at(HOUR) } : {}) };
  const ended = { endedAt: isEnded ? at(HOUR) : undefined, lookedAt: at(HOUR) };
  return {
    watch: watch({
      ...{ id, jobId: id, name: `run ${id}`, hourlyUsd: 1, timeoutSeconds: 48 * HOUR, ...ended },
      snapshot: { stage: 'RUNNING', ...times, ...snapshot },
      ...parts,
    }),
    requester: ADA,
  };
}

const progress = (parts: object) => ({
  ...{ losses: [], stride: 1, seen: 0, metrics: {}, alerts: [], links: [], tail: [] },
  ...parts,
});

const since = at(-HOUR);
const digest = (runs: Digest['running'], waiting: Need[] = [], modelUsd = 0): Digest =>
  digestOf({ runs, waiting, modelUsd, since, at: at(20 * HOUR) });

const text = (of: Digest, kind: DigestKind = 'daily', reader: string | undefined = ADA.id) =>
  digestText(of, kind, 'Europe/Berlin', reader).text;

const names = (runs: Digest['failed']) => runs.map(({ watch: { id } }) => id);

const APPROVAL: Need = { kind: 'approval', name: 'IMDB · a10g-small', requester: ADA, since: at(0), usd: 2 };

describe('a digest', () => {
  test('has each run in one group, by what needs attention', () => {
    const found = digest([
      run('alarming', {}, { alarms: [{ cause: 'stalled', at: at(60) }] }),
      run('let run', {}, { alarms: [{ cause: 'stalled', at: at(60), letRunBy: ADA }] }),
      run('broken', { stage: 'ERROR' }),
      run('ended by the Hub', { stage: 'CANCELED', isHubsEnd: true }),
      run('cancelled', { stage: 'CANCELED' }),
      run('out of sight', { stage: 'RUNNING', isEndUnknown: true }, { endedAt: at(HOUR) }),
      run('good', { stage: 'COMPLETED' }, { endedAt: at(2 * HOUR) }),
    ]);
    expect(found.needs.map(({ kind, name }) => [kind, name])).toEqual([['alarm', 'run alarming']]);
    expect(names(found.failed)).toEqual(['broken', 'ended by the Hub', 'out of sight']);
    expect(names(found.finished)).toEqual(['good', 'cancelled']);
    expect(names(found.running)).toEqual(['let run']);
  });

  test('counts what was spent in its time alone', () => {
    const long = run('long', { startedAt: at(-3 * HOUR) });
    const earlier = run('earlier', {
      stage: 'COMPLETED',
      startedAt: at(-9 * HOUR),
      finishedAt: at(-2 * HOUR),
    });
    expect(digest([long, earlier], [], 0.25).usd).toBeCloseTo(2 + 0.25);
  });
});

describe('its sentence', () => {
  const good = run('good', {
    stage: 'COMPLETED',
    progress: progress({ metrics: { eval_accuracy: 0.9312 } }),
  });

  test('names what there is one of, with what came of it', () => {
    expect(text(digest([good, run('bad', { stage: 'ERROR' })]))).toBe(
      '☀️ Morning note: run bad failed, run good is done (accuracy 0.9312); $2.00 since Thu 12:00 Europe/Berlin.',
    );
  });

  test('counts what there is more of', () => {
    const several = ['a', 'b'].map((id) => run(id, { stage: 'ERROR' }));
    expect(text(digest([...several, good, run('c', {}), run('d', {})], [APPROVAL]), 'weekly')).toBe(
      '🗓️ Weekly note: 1 thing needs you, 2 jobs failed, run good is done (accuracy 0.9312), 2 are running; $5.00 since Thu 12:00 Europe/Berlin.',
    );
  });

  test('says what needs its reader, and for whom the rest waits', () => {
    const grace = { id: 'U0GRACE', name: 'Grace' };
    const leads = { name: '@leads', people: [ADA, grace] };
    const waits = (approvers: string[], known: Deciders['known'] = {}): Need => ({
      ...APPROVAL,
      deciders: { called: [], approvers, known },
    });
    const ofGrace = waits([grace.id], { [grace.id]: { name: 'Grace' } });
    const said = (...needs: Need[]) => text(digest([], needs)).replace(/^.*note: |; .*$/g, '');
    expect(said(ofGrace)).toBe('1 thing waits for Grace');
    expect(said(APPROVAL, ofGrace, ofGrace)).toBe('1 thing needs you, 2 wait for Grace');
    expect(said(waits(['S0LEADS'], { S0LEADS: leads }), waits(['requester']), waits(['anyone']))).toBe(
      '3 things need you',
    );
    expect(said(waits(['S0ALL'], { S0ALL: { name: 'members of @all' } }))).toBe(
      '1 thing waits for members of @all',
    );
    const others = ['b', 'c', 'd'].map((id) => waits([id], { [id]: { name: `Person ${id}` } }));
    expect(said(...others)).toBe('3 things wait for others');
    expect(digestText(digest([], [APPROVAL, ofGrace]), 'every', 'UTC').text).toBe(
      '⏰ 1 thing waits for Ada, 1 waits for Grace.',
    );
    const { tables } = digestText(digest([], [APPROVAL, ofGrace]), 'daily', 'UTC', ADA.id);
    expect(tables.map(({ caption, rows }) => [caption, rows.length])).toEqual([
      ['Needs you', 1],
      ['Waits for others', 1],
    ]);
  });

  test('is as long as a phone shows, and has no id of a job without a name', () => {
    const long = run('x', { stage: 'ERROR' }, { name: 'n'.repeat(60) });
    const sentences = [
      digest([long, run('y', {}, { name: 'm'.repeat(60) })]),
      digest([run('z', {}, { name: undefined })]),
    ];
    expect(sentences.map((one) => text(one))).toEqual([
      '☀️ Morning note: 1 job failed, 1 is running; $2.00 since Thu 12:00 Europe/Berlin.',
      '☀️ Morning note: 1 job is running; $1.00 since Thu 12:00 Europe/Berlin.',
    ]);
  });

  test('says that there is nothing in one line', () => {
    expect(digestText(digest([]), 'daily', 'UTC')).toEqual({
      text: '☀️ Morning note: nothing needs you, and no job runs or has ended since Thu 11:00 UTC.',
      tables: [],
      times: [{ words: 'Thu 11:00 UTC', at: since }],
    });
    expect(text(digest([]), 'every')).toBe('⏰ No job is running.');
  });
});

test('its tables say why runs failed, what came of others, and when those that run are through', () => {
  const pace = {
    reports: [0, 0.25, 0.5].map((share) => ({ at: at(share * 2 * HOUR).getTime(), share })),
    ...{ gaps: [10_000], longestGap: 0, isElsewhere: false, losses: [], isNewEpoch: false },
  };
  const { tables } = digestText(
    digest(
      [
        run('bad', {
          stage: 'ERROR',
          progress: progress({ failure: 'out of GPU memory', step: 6, steps: 10 }),
        }),
        run('good', { stage: 'COMPLETED', progress: progress({ metrics: { eval_loss: 0.5 } }) }),
        run('on', { progress: progress({ step: 5, steps: 10 }), pace }),
      ],
      [APPROVAL],
    ),
    'daily',
    'Europe/Berlin',
    ADA.id,
  );
  const cells = Object.fromEntries(
    tables.map(({ caption, rows }) => [caption, rows.map((row) => row.map(({ text: said }) => said))]),
  );
  expect(cells).toEqual({
    'Needs you': [['IMDB · a10g-small', 'approve $2.00', 'Ada', '20 h', 'Ada']],
    Failed: [['run bad', 'out of GPU memory, at step 6 of 10', '$1.00', '1 h', 'Ada']],
    Finished: [['run good', 'eval loss 0.5', '$1.00', '1 h', 'Ada']],
    Running: [
      ['run on', '50 %', 'about 1 h left', 'Thu 15:00', '–', '$1.00', '$2.00', '1 h of 2 d', 'a10g-small'],
    ],
  });
  expect(tables.at(-1)?.columns[3]?.title).toBe('Through (Europe/Berlin)');
});
