import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asJobName, freeJobName } from '../../src/session/job-names.ts';
import { Arguments } from '../../src/tools/hf-jobs/arguments.ts';
import { calledAfter } from '../../src/tools/hf-jobs/called-after.ts';

const from = (value: string) => ({
  approved: {
    title: '',
    facts: [{ label: 'Script from', value }],
    warnings: [],
    estimate: {},
  },
});

const ID = '666666687f911eaea8000001';

describe('a job that nobody has named is called', () => {
  test.each([
    [{ script: 'print()' }, from('jobs/finetune.py in the sandbox'), 'finetune'],
    [{ script: 'print()' }, from('https://a.example/b/eval.ipynb?raw=1'), 'eval'],
    [{ command: ['python', 'src/train.py', '--lr', '1'] }, { approved: undefined }, 'train'],
    [{ script: 'model.push_to_hub("ada/imdb-small")' }, { approved: undefined }, 'imdb-small'],
    [{ script: 'd = load_dataset("stanfordnlp/imdb", split="test")' }, { approved: undefined }, 'imdb'],
    [
      { script: 'model.push_to_hub("ada/imdb-small")' },
      from('train.py in the sandbox'),
      'train · imdb-small',
    ],
    [{ script: 'print()' }, { approved: undefined }, undefined],
  ])('after its script, its model or its data: %j', (args, context, name) => {
    expect(calledAfter(args, context)).toBe(name);
  });

  test('after what the thread is about where it names none of them, and never by an id or an address', () => {
    expect(freeJobName([undefined, 'Train a tiny model', 'Python script'], [])).toBe('Train a tiny model');
    expect(freeJobName([`watch https://huggingface.co/jobs/ada/${ID}`, 'x'], [])).toBe('watch');
    expect(freeJobName([ID, 'Watched job'], [])).toBe('Watched job');
  });

  test('so that no two of a session are called alike', () => {
    const names: string[] = [];
    for (let i = 0; i < 4; i++) names.push(freeJobName(['train · imdb'], names));
    expect(names).toEqual(['train · imdb', 'train · imdb · 2', 'train · imdb · 3', 'train · imdb · 4']);
  });

  test('by what a name may be, whatever it is called after', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.array(fc.string()), (text, taken) => {
        const name = freeJobName([text], [...taken, asJobName(text)]);
        expect(Arguments.safeParse({ operation: 'run', name }).success, name).toBe(true);
      }),
    );
  });
});
