import { IMDB, QWEN } from '../names.ts';
import { type Classifier, classifier, TOO_LARGE, type Tuned, tuned } from '../scripts.ts';
import { bash, type Conduct, details, inspect, run, told } from './conduct.ts';

const SMALLER_STEPS = {
  ...TOO_LARGE.settings,
  per_device_train_batch_size: '4',
  gradient_accumulation_steps: '8',
};

type Oom = { mended: Partial<Tuned>; giveUp: boolean };

export const oom = ({ mended = { settings: SMALLER_STEPS }, giveUp = false }: Partial<Oom> = {}): Conduct => [
  { calls: [bash('cat attachments/train.py'), details('model', QWEN)] },
  { calls: [run({ script: tuned(TOO_LARGE), flavor: 'a100-large', timeout: '5h' })] },
  ...(giveUp
    ? [{ text: 'The job ran out of memory. Tell me how to go on.' }]
    : [
        {
          text: 'Out of memory: a quarter of the rows at once, eight times.',
          calls: [run({ script: tuned({ ...TOO_LARGE, ...mended }), flavor: 'a100-large', timeout: '5h' })],
        } as const,
        told(
          /'train_loss': (\d\.\d+)/,
          (value) => `**Final train_loss: ${value}**, from the end of the log.`,
        ),
      ]),
];

export const OOM_STEPS = SMALLER_STEPS;

type Nan = { files: readonly string[]; script: Partial<Classifier> };

export const nan = ({
  files = ['train.py', 'log.txt'],
  script = { settings: { learning_rate: '2e-5' } },
}: Partial<Nan> = {}): Conduct => [
  { calls: [bash(`cat ${files.map((file) => `attachments/${file}`).join(' ')}`)] },
  { calls: [run({ script: classifier(script), flavor: 'l4x1', timeout: '2h' })] },
  told(/eval_accuracy': (0\.\d+)/, (value) => `**eval_accuracy ${value}**: a rate of 5e-3 was too high.`),
];

type Late = { second: Partial<Classifier>; timeout: string };

export const timeOut = ({ second = {}, timeout = '150m' }: Partial<Late> = {}): Conduct => {
  const script = (given: Partial<Classifier>) =>
    classifier({ ...given, settings: { num_train_epochs: '3', ...given.settings } });
  return [
    { calls: [bash('cat attachments/train.py')] },
    { calls: [run({ script: script({}), flavor: 'l4x1', timeout: '30m' })] },
    {
      text: 'Its log says 2344 steps of 2.4 s: it takes 95 minutes.',
      calls: [run({ script: script(second), flavor: 'l4x1', timeout })],
    },
    told(/eval_accuracy': (0\.\d+)/, (value) => `**eval_accuracy ${value}**, from the end of the log.`),
  ];
};

const OneEpoch = { num_train_epochs: '1' };
const ForT4 = { ...OneEpoch, bf16: 'False', fp16: 'True' };

type Second = { settings: Classifier['settings']; flavor: string; timeout: string };

export const rejection = ({
  settings = ForT4,
  flavor = 't4-small',
  timeout = '50m',
}: Partial<Second> = {}): Conduct => [
  { calls: [inspect(IMDB)] },
  { calls: [run({ script: classifier({ settings: OneEpoch }), flavor: 'a10g-large', timeout: '3h' })] },
  { calls: [run({ script: classifier({ settings }), flavor, timeout })] },
  told(/eval_accuracy': (0\.\d+)/, (value) => `**Accuracy: ${value}** on the test split.`),
];

/** What was rejected, as it was. */
export const AS_BEFORE: Second = { settings: OneEpoch, flavor: 'a10g-large', timeout: '3h' };
