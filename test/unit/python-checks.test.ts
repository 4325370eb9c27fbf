import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readPython } from '../../src/parse-apart/parsers/python.ts';
import { checkPython } from '../../src/tools/python-checks/check.ts';
import { removedOf } from '../../src/tools/python-checks/removed-arguments.ts';
import { isTraining, mayBeToldToPush, pushesOf } from '../../src/tools/python-checks/training.ts';
import { admits } from '../../src/tools/python-checks/versions.ts';
import { pythonCorpus } from '../support/python-corpus.ts';

const CORRECT = pythonCorpus('correct');
const FAULTY = pythonCorpus('faulty');

test('there are enough scripts of both kinds', () => {
  console.log(`${CORRECT.length} correct scripts and ${FAULTY.length} faulty ones`);
  expect(CORRECT.length).toBeGreaterThanOrEqual(40);
  expect(FAULTY.length).toBeGreaterThanOrEqual(40);
});

test.each(CORRECT)('nothing is said against $name', ({ text, setting }) => {
  const { errors, doubts, facts } = checkPython(readPython(text), setting);
  expect({ errors, doubts }).toEqual({ errors: [], doubts: [] });
  expect(facts).toBeDefined();
});

test.each(FAULTY)('what is wrong with $name is said, with its line', ({ text, setting, expected }) => {
  const [, kind, line, words = ''] = /^(error|doubt) (\d+) (.+)$/.exec(expected) ?? [];
  const { errors, doubts } = checkPython(readPython(text), setting);
  const [first] = kind === 'error' ? errors : doubts;
  expect(first).toEqual({ line: Number(line), text: expect.stringContaining(words) });
  if (kind === 'doubt') expect(errors).toEqual([]);
});

test('of what is wrong in one line the first is told', () => {
  const setting = { dependencies: [], isBare: true, local: new Set<string>(), variables: undefined };
  const { errors } = checkPython(readPython('!pip install trl\nx = (1\n'), setting);
  expect(errors.map(({ line }) => line)).toEqual([1, 3]);
});

/** Python's own word, where this machine has one: [version, scripts that it can't compile]. */
function compiledHere(): { version: string; refused: string[] } | undefined {
  const program = `
import json, sys
refused = []
for name, text in json.load(sys.stdin):
    try:
        compile(text, name, "exec", dont_inherit=True)
    except SyntaxError:
        refused.append(name)
print(json.dumps(["%d.%d" % sys.version_info[:2], refused]))`;
  const input = JSON.stringify([...CORRECT, ...FAULTY].map(({ name, text }) => [name, text]));
  try {
    const out = execFileSync('python3', ['-W', 'ignore', '-c', program], { input, encoding: 'utf8' });
    const [version, refused] = JSON.parse(out);
    return { version, refused };
  } catch {
    return undefined;
  }
}

test('what Python compiles and what we take for Python are the same scripts', ({ skip }) => {
  const here = compiledHere();
  if (here === undefined) return skip('this machine has no python3');
  const isAtLeast = (minor: number) => Number(here.version.split('.')[1]) >= minor;
  // Syntax that older versions do not have.
  const newer = [
    ...(isAtLeast(12) ? [] : ['new-f-strings', 'new-syntax']),
    ...(isAtLeast(14) ? [] : ['newest-syntax']),
  ];
  const ours = [...CORRECT, ...FAULTY].flatMap(({ name, text }) => {
    const file = readPython(text);
    return file.kind === 'read' && file.faults.length > 0 ? [name] : [];
  });
  expect(ours).toEqual(here.refused.filter((name) => !newer.includes(name)));
  expect(ours.length).toBeGreaterThan(20);
});

describe('what a script says of itself', () => {
  const factsOf = (text: string) => {
    const file = readPython(text);
    if (file.kind !== 'read') throw new Error(file.reason);
    return file.facts;
  };

  test('an imported name is called by where it is from, whatever the script calls it', () => {
    const text = 'import trl as t\nfrom trl import SFTConfig as C\nC(a=1)\nt.SFTTrainer(b=2)\n';
    expect(factsOf(text).calls.map(({ callee }) => callee)).toEqual(['trl.SFTConfig', 'trl.SFTTrainer']);
  });

  test('a constant that never changes stands for its text, one that does is computed', () => {
    const text = 'A = "acme/a"\nB = "acme/b"\nB = A\nf(x=A, y=B)\n';
    const [call] = factsOf(text).calls;
    expect(call?.keywords.map(({ value }) => value)).toEqual([
      { kind: 'text', text: 'acme/a' },
      { kind: 'computed', text: 'B' },
    ]);
  });

  test('what is in comments and texts is no call', () => {
    expect(factsOf('# f()\n"""g()"""\nx = "h()"\n').calls).toEqual([]);
  });
});

describe('training and pushing', () => {
  const factsOf = (text: string) => {
    const file = readPython(text);
    if (file.kind !== 'read') throw new Error(file.reason);
    return file.facts;
  };

  test.each<[string, string[]]>([
    ['trainer.push_to_hub("acme/a")', ['acme/a']],
    ['# trainer.push_to_hub("acme/a")\nx = "push_to_hub=True"\n"""\nupload_folder()\n"""', []],
    ['C(push_to_hub=True, hub_model_id="acme/a")', ['acme/a']],
    ['ID = "acme/a"\nC(push_to_hub=True, hub_model_id=ID)', ['acme/a']],
    ['C(push_to_hub=False, hub_model_id="acme/a")', []],
    ['C(push_to_hub=wanted)', ['?']],
    ['C(**{"push_to_hub": True, "hub_model_id": "acme/a"})', ['acme/a']],
    ['api.upload_folder(folder_path=".", repo_id=f"{who}/a")', ['?']],
    ['import subprocess\nsubprocess.run(["hf", "upload", "acme/a", "."])', ['?']],
    ['m.push_to_hub_gguf("acme/g", tokenizer)', ['acme/g']],
    ['print("hf upload acme/a")', []],
  ])('%j pushes to %j', (text, targets) => {
    expect(pushesOf(factsOf(text)).map(({ target }) => target ?? '?')).toEqual(targets);
  });

  test('of the correct scripts those are known that train, and every one of them pushes', () => {
    const training = CORRECT.filter(({ text }) => isTraining(factsOf(text)));
    expect(training.length).toBeGreaterThan(15);
    const silent = training.filter(({ text }) => {
      const facts = factsOf(text);
      return pushesOf(facts).length === 0 && !mayBeToldToPush(facts);
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
    for (const other of [
      'datasets-build',
      'diffusers-inference',
      'vllm-generate',
      'peft-merge',
      'lighteval',
    ]) {
      expect(training.some(({ name }) => name === other)).toBe(false);
    }
  });
});

test('a file that is too long or nested too deep is not judged, and that is said', () => {
  for (const text of [`x = ${'('.repeat(5_000)}${')'.repeat(5_000)}`, 'x = 1\n'.repeat(300_000)]) {
    const found = checkPython(readPython(text), {
      dependencies: [],
      isBare: true,
      local: new Set(),
      variables: new Set(),
    });
    expect(found.errors).toEqual([]);
    expect(found.doubts[0]?.text).toMatch(/was not looked at/);
  }
});

test.each([
  ['', '5.0', true],
  ['>=4.46', '5.0', true],
  ['>=4.46,<5', '5.0', false],
  ['<5', '4.46', true],
  ['==4.49.0', '4.47', true],
  ['==4.46.0', '4.47', false],
  ['==4.*', '4.47', true],
  ['==4.*', '5.0', false],
  ['~=0.15.2', '0.16', false],
  ['~=0.15', '0.16', true],
  ['<=0.19.1', '0.20', false],
  ['!=5.1.0', '5.0', true],
])('%j admits a version that is %s or later: %s', (specifier, version, isAdmitted) => {
  expect(admits(specifier, version)).toBe(isAdmitted);
});

test.each([
  ['transformers.TrainingArguments', 'evaluation_strategy', 'eval_strategy'],
  ['trl.SFTTrainer', 'tokenizer', 'processing_class'],
  ['trl.SFTConfig', 'max_seq_length', 'max_length'],
])('of %s(%s=) it is known what it is called now', (callee, name, instead) => {
  expect(removedOf(callee, name)).toMatchObject({ instead });
  expect(removedOf(callee, instead)).toBeUndefined();
});
