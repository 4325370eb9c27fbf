import { FAQ, IMDB, QWEN_SMALL } from '../names.ts';
import { type Classifier, classifier, type Tuned, tuned } from '../scripts.ts';
import { bash, type Conduct, details, inspect, run, type Turn, told, write } from './conduct.ts';

export type Train = {
  looks: boolean;
  tries: boolean;
  script: Partial<Classifier>;
  flavor: string;
  timeout: string;
  says: (accuracy: string) => string;
};

export const train = (given: Partial<Train> = {}): Conduct => {
  const { looks = true, tries = true, script = {}, flavor = 'a10g-small', timeout = '2h' } = given;
  const {
    says = (accuracy: string) =>
      `**Accuracy on the test split: ${accuracy}**, from the end of the job's log.`,
  } = given;
  const short = { script: classifier({ ...script, isSmall: true }), flavor: 'a10g-small', timeout: '20m' };
  return [
    ...(looks ? [{ calls: [inspect(IMDB), details('model', 'distilbert/distilbert-base-uncased')] }] : []),
    ...(tries ? [{ text: 'A short run first.', calls: [run(short)] }] : []),
    { calls: [run({ script: classifier(script), flavor, timeout })] },
    told(/eval_accuracy': (0\.\d+), 'epoch': 2/, says),
  ];
};

const SPLIT = `import hashlib

counts = {"train": 0, "test": 0}
for number in range(1000):
    first = hashlib.sha256(str(number).encode()).digest()[0]
    counts["test" if first < 26 else "train"] += 1
print(f"train={counts['train']} test={counts['test']}")
`;

type Smoke = { tries: boolean; isOther: boolean; isMadeUp: boolean };

export const smokeTest = ({
  tries = true,
  isOther = false,
  isMadeUp = false,
}: Partial<Smoke> = {}): Conduct => [
  { calls: [write('split.py', SPLIT)] },
  ...(tries ? [{ calls: [bash('python3 split.py')] }] : []),
  {
    calls: [
      run({
        script: isOther ? SPLIT.replace('first < 26', 'first < 0x1a') : 'split.py',
        ...{ flavor: 'cpu-basic', timeout: '10m', dependencies: [] },
      }),
    ],
  },
  ({ read }) => ({
    text: isMadeUp
      ? '**900 train, 100 test**'
      : `**${read(/\btrain=(\d+) test=\d+/)} train, ${read(/\btrain=\d+ test=(\d+)/)} test**, as the job has printed.`,
  }),
];

/** Supervised fine-tuning on questions and answers, with one run. */
export const sft = (
  script: Partial<Tuned>,
  more: Readonly<Record<string, unknown>> = {},
  given: Partial<{ flavor: string; timeout: string; first: readonly Turn[] }> = {},
): Conduct => {
  const { flavor = 'l4x1', timeout = '2h', first = [] } = given;
  return [
    { calls: [inspect(FAQ), details('model', QWEN_SMALL)] },
    ...first,
    { calls: [run({ script: tuned(script), flavor, timeout, more })] },
    told(/'train_loss': (\d\.\d+)/, (value) => `**Final train_loss: ${value}**, from the end of the log.`),
  ];
};

export const pushTarget = (script: Partial<Tuned> = {}): Conduct =>
  sft({ target: 'acme/faq-bot', ...script });

const LONG: Partial<Tuned> = {
  target: 'ada/faq-long',
  settings: { hub_strategy: '"checkpoint"', save_steps: '500' },
};

export const resume = ({ first = LONG, second = LONG, resumes = true } = {}): Conduct => [
  { calls: [inspect(FAQ), details('model', QWEN_SMALL)] },
  { calls: [run({ script: tuned(first), flavor: 'a100-large', timeout: '14h' })] },
  {
    text: 'The node was lost after 4 h. It goes on from its last checkpoint.',
    calls: [run({ script: tuned({ ...second, resumes }), flavor: 'a100-large', timeout: '14h' })],
  },
  told(/'eval_loss': (\d\.\d+)/, (value) => `**Final eval loss: ${value}**, from the end of the log.`),
];
