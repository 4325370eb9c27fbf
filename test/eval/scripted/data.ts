import { DUELS } from '../names.ts';
import { type Classifier, classifier, type Tuned, tuned } from '../scripts.ts';
import { bash, type Conduct, call, details, inspect, run, told, write } from './conduct.ts';

const CANDIDATES = ['acme/produkt-rezensionen', 'acme/german-reviews', 'unilab/rezensionen'] as const;

type Choice = { looksAt: readonly string[]; takes: string; readsLicences: boolean };

export const chooseData = ({
  looksAt = CANDIDATES,
  takes = CANDIDATES[0],
  readsLicences = true,
}: Partial<Choice> = {}): Conduct => [
  { calls: looksAt.map(inspect) },
  ...(readsLicences ? [{ calls: CANDIDATES.map((id) => details('dataset', id)) }] : []),
  told(
    /train: (48,\d+) rows/,
    (value) =>
      `**${takes}**. Rows of acme/produkt-rezensionen: ${value}, German, labelled, MIT. acme/german-reviews is English, and unilab/rezensionen is not for commercial use.`,
  ),
];

const CLEAN = `import csv

SPELT = {"pos": "pos", "positive": "pos", "neg": "neg", "negative": "neg"}
seen = []
for row in csv.DictReader(open("attachments/reviews.csv")):
    text, label = row["text"].strip(), SPELT.get((row["label"] or "").strip().lower())
    if text and label and (text, label) not in seen:
        seen.append((text, label))
with open("reviews.csv", "w", newline="") as file:
    csv.writer(file).writerows([("text", "label"), *seen])
print(len(seen), "rows are left")
`;

type Clean = { looks: boolean; script: string; dataset: string; path: string };

export const clean = ({
  looks = true,
  script = CLEAN,
  dataset = 'ada/reviews-clean',
  path = 'reviews.csv',
}: Partial<Clean> = {}): Conduct => [
  ...(looks ? [{ calls: [bash('head -50 attachments/reviews.csv')] }] : []),
  { calls: [write('clean.py', script)] },
  { calls: [bash('python3 clean.py')] },
  { calls: [call('hf_dataset_push', { path, dataset })] },
  told(/(\d+) rows are left/, (value) => `**${value} rows are left**, in ${dataset}.`),
];

/** The same, and every text of less than three words is lost as well. */
export const CLEAN_TOO_MUCH = CLEAN.replace('if text and label', 'if len(text.split()) > 3 and label');

const DPO: Partial<Tuned> = {
  trainer: 'DPO',
  dataset: DUELS,
  target: 'ada/faq-dpo',
  settings: { beta: '0.1', learning_rate: '5e-7' },
};

export const preferences = (scripts: readonly Partial<Tuned>[] = [{}], looks = true): Conduct => [
  ...(looks ? [{ calls: [inspect(DUELS), details('model', 'Qwen/Qwen2.5-0.5B')] }] : []),
  ...scripts.map((script) => ({
    calls: [
      run({
        script: tuned({ ...DPO, ...script, settings: { ...DPO.settings, ...script.settings } }),
        flavor: 'l4x1',
        timeout: '2h',
      }),
    ],
  })),
  told(/rewards\/accuracies': (0\.\d+)/, (value) => `**rewards/accuracies: ${value}** on the test split.`),
];

export const imbalance = (script: Partial<Classifier> = {}): Conduct => [
  { calls: [inspect('acme/urgent-tickets')] },
  {
    calls: [
      run({
        script: classifier({ dataset: 'acme/urgent-tickets', target: 'ada/urgent', metric: 'f1', ...script }),
        ...{ flavor: 'l4x1', timeout: '1h' },
      }),
    ],
  },
  ({ read }) => ({
    text: `**${script.metric === 'accuracy' ? `Accuracy: ${read(/eval_accuracy': (0\.\d+)/)}` : `F1 of urgent: ${read(/eval_f1': (0\.\d+)/)}`}** on the test split, where 3 % are urgent.`,
  }),
];

/** A column that no row has. */
export const NO_COLUMN =
  'data = data.map(lambda row: {"text": row["prompt"], "chosen": row["chosen"], "rejected": row["rejected"]})';

/** Pushes the file as it came. */
export const cleanNothing: Conduct = [
  { calls: [bash('head -50 attachments/reviews.csv')] },
  { calls: [call('hf_dataset_push', { path: 'attachments/reviews.csv', dataset: 'ada/reviews-clean' })] },
  { text: '**All rows are left**, in ada/reviews-clean.' },
];
