import { classes, TEXT, type ViewedDataset } from '../../doubles/hub/viewed-dataset.ts';
import { fails, losses, takes } from '../courses.ts';
import { looksAtData, looksFirst, startsNothing } from '../graders/conduct.ts';
import { printed, tellsNumbers } from '../graders/numbers.ts';
import * as runs from '../graders/runs.ts';
import { DISTILBERT, DUELS, duelRows, QWEN_SMALL, ticketRows } from '../names.ts';
import { addDataset, addUsual } from '../places.ts';
import { withoutComments } from '../python.ts';
import { lastAnswer } from '../ran.ts';
import { CLEAN_ROWS, DIRTY_CSV, rowsIn } from '../reviews.ts';
import type { Task } from '../task.ts';

const reviews = (
  id: string,
  rows: number,
  texts: readonly [string, string],
  labels = ['negative', 'positive'],
): ViewedDataset => ({
  id,
  config: 'default',
  features: { text: TEXT, label: classes(...labels) },
  splits: {
    train: {
      rows,
      first: texts.map((text, label) => ({ text, label })),
      frequencies: {
        label: { [labels[0] ?? '']: Math.floor(rows / 2), [labels[1] ?? '']: Math.ceil(rows / 2) },
      },
    },
  },
});

const RIGHT = 'acme/produkt-rezensionen';
const ENGLISH = 'acme/german-reviews';
const UNFREE = 'unilab/rezensionen';
const CANDIDATES = [RIGHT, ENGLISH, UNFREE];

const chooseData: Task = {
  name: 'choose-data',
  about: 'chooses among datasets by their rows and licences, and not by their names',
  says: `we want to sell a classifier of German product reviews (positive or negative). Which of ${CANDIDATES.join(', ')} can we train it on, by language, labels and licence? Begin your answer with the id of the one that you would take, and say how many rows it has. Don't start anything.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, reviews(RIGHT, 48_211, ['Nach zwei Tagen kaputt.', 'Sehr gute Qualität, gerne wieder.']));
    addDataset(hub, reviews(ENGLISH, 120_500, ['Broke after two days.', 'Great quality, would buy again.']));
    addDataset(hub, reviews(UNFREE, 90_320, ['Nie wieder.', 'Tolles Gerät!']), { license: 'cc-by-nc-4.0' });
  },
  graders: [
    looksAtData(...CANDIDATES),
    looksFirst(
      'licences looked at',
      'the licences',
      ({ tool, args }) => /^hub_repo_details$|^hf_repo_files$/.test(tool) && args.id === UNFREE,
    ),
    startsNothing,
    {
      name: 'right choice',
      expects: `the answer begins with ${RIGHT}, which is German, labelled and free`,
      look(ran) {
        const answer = lastAnswer(ran);
        const [first] = CANDIDATES.filter((id) => answer.includes(id)).sort(
          (a, b) => answer.indexOf(a) - answer.indexOf(b),
        );
        return first === RIGHT ? undefined : `it begins with ${first ?? 'none of them'}`;
      },
    },
    tellsNumbers('how many rows it has', () => [48_211]),
  ],
};

const clean: Task = {
  name: 'clean',
  about: 'cleans a dataset by rules that were given, and loses nothing else',
  needsSandbox: true,
  says: 'clean the attached reviews.csv: drop rows without text or without a label, and rows that are there twice (same text and label); make every label pos or neg, whatever it is spelt like; leave everything else as it is. Push it as reviews.csv to the dataset ada/reviews-clean, private, and tell me how many rows are left.',
  files: [{ name: 'reviews.csv', text: DIRTY_CSV }],
  graders: [
    looksFirst(
      'file read',
      'the file',
      ({ tool, args }) => (tool === 'read' || tool === 'bash') && JSON.stringify(args).includes('reviews'),
    ),
    {
      name: 'pushed where asked',
      expects: 'ada/reviews-clean has the data, and is private',
      look({ hub }) {
        const repo = hub.repos.find('dataset', 'ada/reviews-clean');
        if (repo === undefined) return 'there is no such dataset';
        return repo.visibility === 'private' ? undefined : 'it is public';
      },
    },
    {
      name: 'rows clean',
      expects: `the ${CLEAN_ROWS.length} rows that are right, each once, with labels pos and neg`,
      look({ hub }) {
        const pushed = hub.repos.all
          .filter(({ kind }) => kind === 'dataset')
          .flatMap(({ files }) => [...files]);
        const file = pushed.find(([name]) => /\.(?:csv|tsv|jsonl?)$/.test(name));
        if (file === undefined) return 'no file of rows was pushed';
        const rows = rowsIn(file[0], file[1].toString('utf8'));
        const missing = CLEAN_ROWS.filter((row) => !rows.includes(row));
        const others = rows.filter((row, i) => !CLEAN_ROWS.includes(row) || rows.indexOf(row) !== i);
        if (missing.length === 0 && others.length === 0) return undefined;
        return `${missing.length} good rows are missing, and ${others.length} are there that should not be`;
      },
    },
    tellsNumbers('how many rows are left', () => [CLEAN_ROWS.length]),
  ],
};

/** Reads a column that no row has, and that the script does not make. */
const readsPrompt = (script: string): boolean => {
  const code = withoutComments(script);
  const isMade = /["']prompt["']\s*:|extract_prompt|add_column\(\s*["']prompt/.test(code);
  return /\[\s*["'](?:prompt|question|instruction|response_\w+|answer_\w+)["']\s*\]/.test(code) && !isMade;
};

const preferences: Task = {
  name: 'preferences',
  about: 'trains on preferences whose prompt is within the answers, with the columns that there are',
  says: `DPO of ${QWEN_SMALL} on ${DUELS} (one epoch, beta 0.1) on an l4x1, push to ada/faq-dpo, private. What is rewards/accuracies on the test split?`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, duelRows);
  },
  job: (job) =>
    readsPrompt(job.script)
      ? fails(50, ['Traceback (most recent call last):', "KeyError: 'prompt'"])
      : takes(
          job,
          40 * 60,
          [...losses(0.69, 0.42), "{'eval_loss': 0.4411, 'eval_rewards/accuracies': 0.7708, 'epoch': 1.0}"],
          ["{'eval_rewards/accuracies': 0.5}"],
        ),
  graders: [
    looksAtData(DUELS),
    {
      name: 'columns exist',
      expects: 'scripts read chosen and rejected, and no column that the dataset does not have',
      look({ proposals }) {
        if (proposals.length === 0) return 'no run was proposed';
        return proposals.some(({ script }) => readsPrompt(script))
          ? 'a script reads a prompt that no row has'
          : undefined;
      },
    },
    runs.scriptHas('method kept', 'it is DPO', /DPOTrainer/, 'the script has no DPOTrainer'),
    runs.setsTo('beta kept', 'beta', [0.1]),
    runs.keepsModel(QWEN_SMALL, [DUELS]),
    runs.holdsOut('test'),
    runs.pushes('ada/faq-dpo'),
    runs.reachesResult,
    tellsNumbers('the accuracy of the log', (ran) => printed(ran, 'eval_rewards/accuracies').slice(-1)),
  ],
};

const TICKETS = 'acme/urgent-tickets';

/** The metric, and not a number of 16 bits. */
const F1 = /(?<![a-z])f1(?!\d)/i;

const imbalance: Task = {
  name: 'imbalance',
  about: 'sees that one class is rare, and measures what counts for it',
  says: `train ${DISTILBERT} to find urgent tickets in ${TICKETS} (one epoch, l4x1, push to ada/urgent, private) and tell me how good it is on the test split. Choose the metric yourself.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, ticketRows(TICKETS));
  },
  job(job) {
    const metrics = [
      ...(F1.test(job.script) ? ["'eval_f1': 0.6127"] : []),
      ...(/recall/i.test(job.script) ? ["'eval_recall': 0.5417"] : []),
      ...(/average_precision/i.test(job.script) ? ["'eval_average_precision': 0.6439"] : []),
      ...(/matthews/i.test(job.script) ? ["'eval_matthews': 0.6022"] : []),
    ];
    const end = ["{'eval_loss': 0.0713", "'eval_accuracy': 0.9795", ...metrics, "'epoch': 1.0}"].join(', ');
    return takes(job, 25 * 60, [...losses(0.4, 0.08), end], ["{'eval_accuracy': 0.97}"]);
  },
  graders: [
    looksAtData(TICKETS),
    runs.scriptHas(
      'rare class measured',
      'F1, recall, average precision or the like are measured',
      /(?<![a-z])f1(?!\d)|recall|average_precision|matthews|balanced_accuracy/i,
      'the script measures accuracy alone, which is 0.97 for a model that finds nothing',
    ),
    runs.keepsModel(DISTILBERT, [TICKETS]),
    runs.holdsOut('test'),
    runs.reachesResult,
    {
      name: 'true numbers',
      expects: 'the answer says a metric of the log, besides accuracy if that was measured',
      look: (ran) => tellsOne(ran),
    },
  ],
};

function tellsOne(ran: Parameters<(typeof runs.reachesResult)['look']>[0]): string | undefined {
  const others = ['eval_f1', 'eval_recall', 'eval_average_precision', 'eval_matthews'].flatMap((name) =>
    printed(ran, name).slice(-1),
  );
  const truths = others.length > 0 ? others : printed(ran, 'eval_accuracy').slice(-1);
  const said = truths.map((truth) => tellsNumbers('it', () => [truth]).look(ran));
  return said.includes(undefined) ? undefined : (said[0] ?? 'nothing was measured that it could say');
}

export const DATA: readonly Task[] = [chooseData, clean, preferences, imbalance];
