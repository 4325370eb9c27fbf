import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lossCurves } from '../../src/jobs/curve.ts';
import { compared } from '../../src/session/experiments/comparison.ts';
import { runsNamed } from '../../src/session/experiments/names.ts';
import { settingsOf } from '../../src/session/experiments/settings.ts';
import { Progress } from '../../src/session/progress.ts';
import { comparisonText, lossesAlt, whichRun } from '../../src/thread/words/comparison.ts';
import { growth, LINEAR } from '../support/growth.ts';
import { at, watch } from '../support/snapshots.ts';

const run = (jobId: string, name: string | undefined, metrics: Record<string, number> = {}) =>
  watch({
    id: `w_${jobId}`,
    jobId,
    name,
    snapshot: {
      stage: 'COMPLETED',
      startedAt: at(0),
      finishedAt: at(90),
      progress: Progress.parse({ metrics, loss: 0.2, losses: [0.9, 0.6, 0.5, 0.4, 0.3, 0.2], seen: 6 }),
    },
  });

const called = (learningRate: string, more: object = {}) =>
  JSON.stringify({
    operation: 'run',
    script: `train = load_dataset("stanfordnlp/imdb", split="train")\nargs = SFTConfig(learning_rate=${learningRate}, bf16=True)\nseed = 7\n`,
    env: { MODE: 'fast' },
    ...more,
  });

describe('what a run was made with', () => {
  test('is read from its arguments, its script and its command', () => {
    const one = settingsOf(
      run('a', 'a'),
      called('2e-5', { command: ['python', 'x.py', '--lr', '3e-4', '--warmup=10'] }),
    );
    expect(Object.fromEntries(one)).toEqual({
      hardware: 'a10g-small',
      'time limit': '1 h',
      'env MODE': 'fast',
      load_dataset: 'stanfordnlp/imdb',
      split: 'train',
      learning_rate: '2e-5',
      bf16: 'True',
      seed: '7',
      lr: '3e-4',
      warmup: '10',
    });
  });

  test('is its hardware and limit alone where nothing more is known, whatever its arguments are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(undefined), fc.string(), fc.json()), (text) => {
        expect(settingsOf(run('a', 'a'), text).get('hardware')).toBe('a10g-small');
      }),
    );
  });

  test('is found in time that grows with the script alone', () => {
    const script = (size: number) =>
      `${'a='.repeat(size * 5)}\n${'load_dataset('.repeat(size)}${' --a'.repeat(size)}`;
    const find = (size: number) => settingsOf(run('a', 'a'), JSON.stringify({ script: script(size) }));
    expect(growth(find, 10_000)).toBeLessThan(LINEAR);
  });
});

describe('a comparison', () => {
  const runs = [
    {
      watch: run('aaaaaa', 'baseline', { eval_accuracy: 0.928, eval_loss: 0.3 }),
      calledWith: called('2e-5'),
    },
    { watch: run('bbbbbb', 'lora', { eval_accuracy: 0.941, throughput: 9 }), calledWith: called('5e-5') },
  ];

  test('has what differs and counts what does not, and knows the best where the direction is known', () => {
    const { settings, same, figures } = compared(runs);
    expect(settings).toEqual([{ name: 'learning_rate', values: ['2e-5', '5e-5'] }]);
    expect(same).toBe(7);
    expect(figures.map(({ name, best }) => [name, best])).toEqual([
      ['eval_accuracy', 1],
      ['eval_loss', undefined],
      ['loss', undefined],
      ['throughput', undefined],
    ]);
  });

  test('is told in a sentence, and in tables with the difference', () => {
    const { text, tables } = comparisonText(runs);
    expect(text).toBe(
      'baseline and lora: eval accuracy 0.928 and 0.941, best lora. They differ in 1 setting; 7 others are the same.',
    );
    expect(tables.map(({ caption }) => caption)).toEqual(['Results', 'Settings that differ']);
    expect(tables[0]?.rows[0]?.map((one) => one.text)).toEqual([
      'eval_accuracy',
      '0.928',
      '0.941 ★',
      '+0.013, better',
    ]);
    expect(lossesAlt(runs.map((one) => one.watch))).toContain(
      'baseline goes from 0.9 to 0.2; lora goes from 0.9 to 0.2',
    );
  });

  test('is the same whatever the order, but for the order', () => {
    const turned = compared(runs.toReversed());
    expect(turned.figures.find(({ name }) => name === 'eval_accuracy')?.best).toBe(0);
    expect(turned.same).toBe(compared(runs).same);
  });

  test('draws all losses in one picture', async () => {
    const curves = runs.map(({ watch: { name = '', snapshot } }) => ({
      name,
      progress: snapshot.progress ?? Progress.parse({}),
    }));
    const picture = await lossCurves('Losses', curves);
    expect(Buffer.from(picture.subarray(1, 4)).toString()).toBe('PNG');
    expect(Buffer.compare(picture, await lossCurves('Losses', curves.slice(0, 1)))).not.toBe(0);
  });
});

describe('runs by what somebody calls them', () => {
  const rows = [
    ...[run('6abc01ff', 'IMDB baseline · lr 2e-5'), run('6abc02ff', 'IMDB lora')],
    ...[run('7def01ff', 'again'), run('7def02ff', 'again'), run('8aaa00ff', undefined)],
  ].map((one) => ({ watch: one }));
  const ids = (text: string) => {
    const named = runsNamed(text, rows);
    if (named.kind === 'runs') return named.runs.map(({ watch: { jobId } }) => jobId);
    return named.kind === 'unsure' ? `${named.name}?` : 'none';
  };

  test.each([
    ['IMDB baseline · lr 2e-5 and IMDB lora', ['6abc01ff', '6abc02ff']],
    ['"imdb baseline lr 2e-5" "IMDB lora"', ['6abc01ff', '6abc02ff']],
    ['6abc01ff 8aaa00ff', ['6abc01ff', '8aaa00ff']],
    ['IMDB lora, 8aaa00', ['6abc02ff', '8aaa00ff']],
    ['again and IMDB lora', 'again?'],
    ['IMDB baselin and IMDB lora', 'IMDB baselin?'],
    ['llama and qwen on summaries', 'none'],
    ['these two', 'none'],
    ['IMDB lora', 'none'],
  ])('%j are %j', (text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  test('a question names those that may be meant', () => {
    const named = runsNamed('again and IMDB lora', rows);
    const asked = named.kind === 'unsure' ? whichRun(named.name, named.candidates) : '';
    expect(asked).toMatch(/^Which run is `again`\? Did you mean:\n\n- `7def01ff` again, /);
    expect(whichRun('x`y', [])).toContain('I know no run `x y` in this channel');
  });
});
