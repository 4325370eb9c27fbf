import { describe, expect, test } from 'vitest';
import { readPython } from '../../src/parse-apart/parsers/python.ts';
import { type Evidence, evidenceOf, ranSince } from '../../src/tools/evidence.ts';
import { type Known, Preflight, preflightFacts, tellOnce } from '../../src/tools/hf-jobs/preflight.ts';
import { call } from '../support/snapshots.ts';

const factsOf = (text: string) => {
  const file = readPython(text);
  if (file.kind !== 'read') throw new Error(file.reason);
  return file.facts;
};
const PUSHING = 'from trl import SFTTrainer\nt = SFTTrainer("x")\nt.train()\nt.push_to_hub("acme/a")\n';
const SILENT = 'from trl import SFTTrainer\nSFTTrainer("x").train()\n';

const SAID: Preflight = {
  example: 'trl/scripts/sft.py',
  dataset: 'acme/rows',
  columns: ['messages'],
  tried: '20 rows on CPU',
  pushes_to: 'acme/a',
  time: '2 h of training, 1 h to spare',
};
const NOTHING: Known = { facts: undefined, evidence: [], path: undefined, endedWell: [] };
const shown = (known: Partial<Known>, said: Partial<Preflight> = {}) =>
  Object.fromEntries(
    preflightFacts({ ...SAID, ...said }, { ...NOTHING, ...known }).map(({ label, value }) => [label, value]),
  );

describe('what is said before a job', () => {
  test('is on the card in five short lines, and what nobody could check says so', () => {
    expect(shown({})).toEqual({
      Follows: 'trl/scripts/sft.py',
      Data: 'acme/rows · not checked',
      Columns: 'messages',
      Tried: '20 rows on CPU · not checked',
      'Pushes to': 'acme/a · not checked',
      Time: '2 h of training, 1 h to spare',
    });
    expect(preflightFacts(undefined, NOTHING)).toEqual([]);
  });

  test('cannot have the signs by which what was checked is known', () => {
    expect(Preflight.safeParse(SAID).success).toBe(true);
    for (const sign of '✅✓✔🗸🗹☑·') {
      expect(Preflight.safeParse({ ...SAID, tried: `x ${sign} ran in the sandbox` }).success, sign).toBe(
        false,
      );
      expect(Preflight.safeParse({ ...SAID, columns: [`a ${sign} looked at here`] }).success, sign).toBe(
        false,
      );
    }
  });

  test('is held against what was looked at and what ran in this session', () => {
    const evidence: Evidence[] = [
      { kind: 'dataset', text: 'acme/rows' },
      { kind: 'file', text: '/work/train.py' },
      { kind: 'command', text: 'python3 train.py --max_steps 5' },
    ];
    const known = { evidence, path: 'train.py' };
    expect(shown(known)).toMatchObject({
      Data: 'acme/rows · ✓ looked at here',
      Columns: 'messages',
      Tried: '20 rows on CPU · ✓ ran in the sandbox',
    });
    expect(shown(known, { dataset: 'acme/others' })).toMatchObject({
      Data: expect.stringMatching(/not checked$/),
    });
    const changed = [...evidence, { kind: 'file' as const, text: 'train.py' }];
    expect(shown({ ...known, evidence: changed })).toMatchObject({
      Tried: expect.stringMatching(/not checked$/),
    });
    expect(shown({ endedWell: ['j1'] })).toMatchObject({
      Tried: expect.stringContaining('job j1 ended well'),
    });
  });

  test.each([
    [PUSHING, 'acme/a', '✓ as the script says'],
    [PUSHING, 'acme/b', 'but the script pushes to acme/a'],
    [PUSHING, 'none: a test', 'but the script pushes to acme/a'],
    [SILENT, 'none: a test', '✓ as the script says'],
    [SILENT, 'acme/a', 'not checked'],
    [PUSHING.replace('"acme/a"', 'where'), 'acme/a', 'not checked'],
  ])('of %j and the claim %j it says: %s', (script, claim, verdict) => {
    expect(shown({ facts: factsOf(script) }, { pushes_to: claim })['Pushes to']).toBe(
      `${claim} · ${verdict}`,
    );
  });
});

describe('a model that proposes to train', () => {
  const findings = (script: string, doubts: string[] = []) => ({
    errors: [],
    doubts: doubts.map((text) => ({ line: 1, text })),
    facts: factsOf(script),
  });
  const told = (parts: Parameters<typeof tellOnce>[0], before = '') => {
    try {
      tellOnce(parts, { wasTold: (text) => before.includes(text) });
      return undefined;
    } catch (error) {
      return String(error);
    }
  };

  test('is told once what is missing, and then people are asked', () => {
    const asked = { preflight: undefined, findings: findings(PUSHING), isPaid: true };
    const first = told(asked);
    expect(first).toContain('`preflight` is missing');
    expect(told(asked, first)).toBeUndefined();
    expect(told({ ...asked, preflight: SAID })).toBeUndefined();
  });

  test('is told that nothing is pushed, unless it says that this is meant', () => {
    const asked = { preflight: SAID, findings: findings(SILENT), isPaid: true };
    expect(told(asked)).toContain('pushes nothing to the Hub');
    expect(told({ ...asked, preflight: { ...SAID, pushes_to: 'none: a test' } })).toBeUndefined();
  });

  test('is told its doubts once, and others anew', () => {
    const asked = { preflight: SAID, findings: findings(PUSHING, ['`x` is not defined']), isPaid: true };
    const first = told(asked);
    expect(first).toContain('perhaps: line 1: `x` is not defined');
    expect(told(asked, first)).toBeUndefined();
    expect(told({ ...asked, findings: findings(PUSHING, ['`y` is not defined']) }, first)).toContain('`y`');
  });

  test('is told nothing of what costs nothing or trains nothing', () => {
    expect(told({ preflight: undefined, findings: findings(SILENT), isPaid: false })).toBeUndefined();
    expect(told({ preflight: undefined, findings: findings('print(1)\n'), isPaid: true })).toBeUndefined();
    expect(told({ preflight: undefined, findings: undefined, isPaid: true })).toBeUndefined();
  });
});

test('only what has succeeded shows anything, in the order in which it was done', () => {
  const done = (id: string, position: number) => ({
    ...call({ state: { kind: 'done', output: '', at: new Date(0) } }),
    ...{ id, position, arguments: id },
  });
  const failed = { ...call({ state: { kind: 'failed', output: '', at: new Date(0) } }), arguments: 'c' };
  const shows = (_name: string, text: string) => ({ kind: 'file' as const, text });
  expect(evidenceOf([done('b', 2), done('a', 1), failed], shows).map(({ text }) => text)).toEqual(['a', 'b']);
});

test('a command that only names a script has not run it', () => {
  const command = (text: string): Evidence[] => [{ kind: 'command', text }];
  expect(ranSince(command('cat train.py'), 'train.py')).toBe(false);
  expect(ranSince(command('uv run train.py'), '/work/train.py')).toBe(true);
  expect(ranSince(command('python pretrain.py'), 'train.py')).toBe(false);
  expect(ranSince(command('python other.py train.py'), 'train.py')).toBe(false);
  expect(ranSince(command('cd sub && python train.py'), 'train.py')).toBe(false);
  expect(ranSince(command('cd sub && python train.py'), 'sub/train.py')).toBe(true);
  for (const end of ['| tail -5', '|| true', '; echo done', '\necho done', '&'])
    expect(ranSince(command(`python train.py ${end}`), 'train.py'), end).toBe(false);
  expect(ranSince(command('python train.py --steps 2 > log.txt 2>&1'), 'train.py')).toBe(true);
  const changed = [...command('python train.py'), ...command("sed -i 's/1/2/' train.py")];
  expect(ranSince(changed, 'train.py')).toBe(false);
});
