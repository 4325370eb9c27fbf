import { DISTILBERT, DUELS, FAQ, IMDB, QWEN_SMALL } from '../names.ts';
import { classifier, exactMatch, type Tuned, tuned } from '../scripts.ts';
import { type Conduct, call, details, inspect, run, told } from './conduct.ts';

const BOT = 'acme/faq-bot';

type Measuring = { models: readonly string[]; split: string; says: (tuned: string, base: string) => string };

export const baseline = (given: Partial<Measuring> = {}): Conduct => {
  const { models = [BOT, QWEN_SMALL], split = 'test' } = given;
  const {
    says = (made: string, base: string) =>
      `**Exact match ${made}**, and ${base} before: 1,000 held-out questions.`,
  } = given;
  return [
    { calls: [inspect(FAQ), details('model', BOT), details('model', QWEN_SMALL)] },
    {
      calls: [run({ script: exactMatch({ models, split, isSmall: false }), flavor: 'l4x1', timeout: '1h' })],
    },
    ({ read }) => ({
      text: says(
        read(/tuned_exact_match=(0\.\d+)/),
        models.length > 1 ? read(/base_exact_match=(0\.\d+)/) : '',
      ),
    }),
  ];
};

const atRate = (learning_rate: string) =>
  run({
    script: classifier({
      target: `ada/imdb-${learning_rate}`,
      settings: { num_train_epochs: '1', learning_rate },
    }),
    ...{ flavor: 'l4x1', timeout: '1h', name: `IMDB · lr ${learning_rate}` },
  });

export const compare = ({ reads = true, better = '5e-5', rates = ['2e-5', '5e-5'] } = {}): Conduct => [
  { calls: [inspect(IMDB), details('model', DISTILBERT)] },
  { calls: rates.map(atRate) },
  { text: 'Both runs have ended.' },
  ...(reads ? [{ calls: [call('compare_runs', { runs: ['IMDB · lr 2e-5', 'IMDB · lr 5e-5'] })] }] : []),
  ({ read, find }) => ({
    text: `**${better}** is better: ${read(/(0\.9226)/)} to ${find(/(0\.9011)/) ?? 'less'} on the test split.`,
  }),
];

type Card = { reads: boolean; pushes: boolean; text: (exact: string) => string; head: string };

const HEAD = `---\nbase_model: ${QWEN_SMALL}\ndatasets:\n- ${FAQ}\nlicense: apache-2.0\n---\n`;

export const card = ({
  reads = true,
  pushes = true,
  text = (exact) => `Exact match on the test split: ${exact}.\n`,
  head = HEAD,
}: Partial<Card> = {}): Conduct => [
  { calls: [details('model', BOT), call('hf_repo_files', { operation: 'read', id: BOT, path: 'run.json' })] },
  ...(reads
    ? [{ calls: [call('hf_repo_files', { operation: 'read', id: BOT, path: 'all_results.json' })] }]
    : []),
  ({ read }) => {
    const exact = reads ? read(/"eval_exact_match": (0\.\d+)/) : '0.587';
    const content = `${head}# ${BOT}\n\nA fine-tune of ${QWEN_SMALL} on ${FAQ}.\n\n${text(exact)}`;
    if (!pushes) return { text: content };
    return { calls: [call('hf_repo_files', { operation: 'upload', id: BOT, path: 'README.md', content })] };
  },
  ...(pushes ? [{ text: `The card is at https://huggingface.co/${BOT}.` }] : []),
];

const PAPER: Partial<Tuned> = { trainer: 'DPO', dataset: DUELS, target: 'ada/dpo-paper' };
const AS_IN_PAPER = { beta: '0.1', learning_rate: '1e-6', gradient_accumulation_steps: '8' };

export const recipe = ({
  reads = true,
  settings = {},
}: {
  reads?: boolean;
  settings?: Tuned['settings'];
} = {}): Conduct => [
  ...(reads
    ? [
        {
          calls: [
            call('hf_papers', { operation: 'read_paper', arxiv_id: '2305.18290', section: '4' }),
            inspect(DUELS),
          ],
        },
      ]
    : [{ calls: [inspect(DUELS)] }]),
  {
    calls: [
      run({
        script: tuned({ ...PAPER, settings: { ...AS_IN_PAPER, ...settings } }),
        flavor: 'a10g-small',
        timeout: '3h',
      }),
    ],
  },
  told(/rewards\/accuracies': (0\.\d+)/, (value) => `**rewards/accuracies: ${value}** on the test split.`),
];
