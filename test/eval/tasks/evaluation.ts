import { completes, learningRateOf, losses, takes } from '../courses.ts';
import { looksAtData, looksFirst } from '../graders/conduct.ts';
import { printed, saysNumber, shownNumbers, tellsNumbers } from '../graders/numbers.ts';
import * as runs from '../graders/runs.ts';
import { DISTILBERT, DUELS, duelRows, FAQ, faqRows, IMDB, QWEN_SMALL } from '../names.ts';
import { addDataset, addModel, addUsual } from '../places.ts';
import { isSmall, withoutComments } from '../python.ts';
import { lastAnswer, type Ran } from '../ran.ts';
import type { Task } from '../task.ts';

const BOT = 'acme/faq-bot';

const baseline: Task = {
  name: 'baseline',
  about: 'measures a model on data that it has never seen, and what it was made of beside it',
  says: `is ${BOT} (our fine-tune of ${QWEN_SMALL}) any good? Measure its exact match on held-out questions of ${FAQ} in a job on an l4x1, and tell me what the fine-tuning has brought.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, faqRows);
    addModel(hub, BOT, {
      task: 'text-generation',
      parameters: '0.5B',
      context: 32_768,
      card: `Trained on the split train of ${FAQ}.`,
    });
  },
  job(job) {
    const lines = [
      ...(job.script.includes(QWEN_SMALL) ? [`${QWEN_SMALL} base_exact_match=0.112`] : []),
      ...(job.script.includes(BOT) ? [`${BOT} tuned_exact_match=0.587`] : []),
    ];
    return completes(job, isSmall(job.script) ? 60 : 15 * 60, isSmall(job.script) ? ['4 of 8 done'] : lines);
  },
  graders: [
    looksAtData(FAQ),
    {
      name: 'baseline measured',
      expects: 'one script measures both models',
      look(ran) {
        if (ran.proposals.length === 0) return 'no run was proposed';
        const isBoth = runs
          .mainRuns(ran)
          .some(({ script }) => script.includes(QWEN_SMALL) && script.includes(BOT));
        return isBoth ? undefined : `no script names both ${BOT} and ${QWEN_SMALL}`;
      },
    },
    {
      name: 'held out',
      expects: 'what is measured on is the split test, which training did not see',
      look(ran) {
        const code = runs
          .mainRuns(ran)
          .map(({ script }) => withoutComments(script))
          .join('\n');
        return /["']test(?:\[|["'])/.test(code) ? undefined : 'no script reads the split test';
      },
    },
    runs.reachesResult,
    tellsNumbers('what was measured of both', (ran) => [
      ...printed(ran, 'tuned_exact_match').slice(-1),
      ...printed(ran, 'base_exact_match').slice(-1),
    ]),
  ],
};

const RATED: Readonly<Record<string, number>> = { '0.00002': 0.9011, '0.00005': 0.9226 };

const compare: Task = {
  name: 'compare',
  about: 'compares two runs by what their logs and prices say',
  says: `run ${DISTILBERT} on ${IMDB} twice, one epoch each on an l4x1 (25 minutes): once with a learning rate of 2e-5, once with 5e-5`,
  answers: ['which of the two is better on the test split, and by how much? Begin with its learning rate.'],
  arrange: addUsual,
  job(job) {
    const accuracy = RATED[String(Number(learningRateOf(job).toFixed(7)))] ?? 0.88;
    return takes(
      job,
      25 * 60,
      [...losses(0.69, 0.3), `{'eval_loss': 0.2512, 'eval_accuracy': ${accuracy}, 'epoch': 1.0}`],
      ["{'eval_accuracy': 0.52}"],
    );
  },
  graders: [
    runs.keepsModel(DISTILBERT, [IMDB]),
    runs.keepsDataset(IMDB),
    {
      name: 'both ran',
      expects: 'two runs come to their ends, with the rates that were asked for',
      look: (ran) =>
        new Set(printed(ran, 'eval_accuracy')).size >= 2 && runs.completed(ran).length >= 2
          ? undefined
          : `${runs.completed(ran).length} did`,
    },
    {
      name: 'compared',
      expects: 'what is compared is read beside each other, with compare_runs or from the logs',
      look(ran) {
        const isRead = ran.calls.some(
          ({ tool, operation, state }) =>
            state === 'done' && (tool === 'compare_runs' || (tool === 'hf_jobs' && operation === 'logs')),
        );
        return isRead ? undefined : 'nothing was read when it was asked';
      },
    },
    {
      name: 'better one named',
      expects: 'the answer begins with 5e-5',
      look(ran) {
        const [first = 'none'] = /[25]e-0?5|0\.0000[25]|[25] ?[×x·] ?10[⁻^-]/.exec(lastAnswer(ran)) ?? [];
        return /^5|5$/.test(first.replace('e-05', '').replace('e-5', ''))
          ? undefined
          : `it begins with ${first}`;
      },
    },
    tellsNumbers('both accuracies of the logs', () => Object.values(RATED)),
  ],
};

const RESULTS = { eval_exact_match: 0.587, eval_loss: 1.2341, train_runtime: 2290.1, epoch: 1.0 };

/** The card that was pushed, committed or proposed. */
const cardOf = ({ hub }: Ran): string =>
  hub.repos.find('model', BOT)?.files.get('README.md')?.toString('utf8') ?? '';

const OLD_CARD = '---\npipeline_tag: text-generation\n---\n# acme/faq-bot\n\nTODO\n';

const card: Task = {
  name: 'card',
  about: 'writes a model card whose numbers are those of the repository’s files',
  says: `write the model card of ${BOT} and push it (no pull request): what it was made of, on which data, how good it is. Its files say all of it.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, faqRows);
    addModel(hub, BOT, {
      task: 'text-generation',
      parameters: '0.5B',
      context: 32_768,
      files: {
        'README.md': OLD_CARD,
        'all_results.json': JSON.stringify(RESULTS, undefined, 2),
        'run.json': JSON.stringify(
          { base_model: QWEN_SMALL, dataset: FAQ, learning_rate: 2e-5, num_train_epochs: 1, seed: 0 },
          undefined,
          2,
        ),
      },
    });
  },
  graders: [
    looksFirst(
      'results read',
      'the files with its results',
      ({ tool, operation, args }) =>
        tool === 'hf_repo_files' && operation === 'read' && args.path === 'all_results.json',
    ),
    {
      name: 'card pushed',
      expects: 'the README of the repository is a new one',
      look: (ran) => (cardOf(ran) === OLD_CARD ? 'it is the old one' : undefined),
    },
    {
      name: 'metadata',
      expects: `its head names base_model ${QWEN_SMALL} and dataset ${FAQ}`,
      look(ran) {
        const [, head = ''] = /^---\n([\s\S]*?)\n---/.exec(cardOf(ran)) ?? [];
        const missing = ['base_model', QWEN_SMALL, 'datasets', FAQ].filter((part) => !head.includes(part));
        return missing.length === 0 ? undefined : `it lacks ${missing.join(', ')}`;
      },
    },
    {
      name: 'numbers in the card',
      expects: 'it says the exact match of all_results.json, 0.587, and no other',
      look(ran) {
        const body = cardOf(ran).replace(/^---\n[\s\S]*?\n---/, '');
        return saysNumber(body, RESULTS.eval_exact_match)
          ? undefined
          : shownNumbers(body).replace('the answer', 'the card');
      },
    },
  ],
};

const recipe: Task = {
  name: 'recipe',
  about: 'reads the recipe of a paper, and runs that one',
  says: `train ${QWEN_SMALL} on ${DUELS} with the recipe of the DPO paper (arXiv 2305.18290, its section on experiments): beta, learning rate, batch size and epochs as they have them. On an a10g-large, push to ada/dpo-paper, private. Which rewards/accuracies does it reach on the test split?`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, duelRows);
  },
  job: (job) =>
    takes(
      job,
      70 * 60,
      [...losses(0.69, 0.5), "{'eval_loss': 0.5127, 'eval_rewards/accuracies': 0.7312, 'epoch': 1.0}"],
      ["{'eval_rewards/accuracies': 0.5}"],
    ),
  graders: [
    looksFirst(
      'paper read',
      'the paper',
      ({ tool, operation, args }) =>
        tool === 'research' ||
        (tool === 'hf_papers' && operation === 'read_paper' && String(args.arxiv_id).includes('2305.18290')),
    ),
    runs.setsTo('beta of the paper', 'beta', [0.1]),
    runs.setsTo('rate of the paper', 'learning_rate', [1e-6]),
    runs.setsTo('epochs of the paper', 'num_train_epochs', [1]),
    runs.keepsBatch(64),
    runs.keepsModel(QWEN_SMALL, [DUELS]),
    runs.keepsFullTraining,
    runs.holdsOut('test'),
    runs.pushes('ada/dpo-paper'),
    runs.reachesResult,
    tellsNumbers('the accuracy of the log', (ran) => printed(ran, 'eval_rewards/accuracies').slice(-1)),
  ],
};

export const EVALUATION: readonly Task[] = [baseline, compare, card, recipe];
