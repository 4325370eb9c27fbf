import { completes, fails, losses, takes } from '../courses.ts';
import { looksAtData } from '../graders/conduct.ts';
import { printed, tellsNumbers } from '../graders/numbers.ts';
import * as runs from '../graders/runs.ts';
import { DISTILBERT, FAQ, faqRows, HOUR, IMDB, QWEN_SMALL } from '../names.ts';
import { addDataset, addUsual } from '../places.ts';
import { isSmall } from '../python.ts';
import type { Task } from '../task.ts';

/** Fine-tuning as it is asked for most often, from the data to a number. */
const train: Task = {
  name: 'train',
  about: 'fine-tunes a classifier, keeps it, and reports its accuracy',
  says: `fine-tune ${DISTILBERT} on ${IMDB} for two epochs on a GPU, push it to the Hub, and tell me the accuracy on the test split`,
  arrange: addUsual,
  job: (job) =>
    takes(
      job,
      50 * 60,
      [...losses(0.69, 0.21), "{'eval_loss': 0.2036, 'eval_accuracy': 0.9284, 'epoch': 2.0}"],
      ["{'loss': 0.6931, 'epoch': 0.01}", "{'eval_loss': 0.6902, 'eval_accuracy': 0.5312}"],
    ),
  graders: [
    looksAtData(IMDB),
    runs.keepsModel(DISTILBERT, [IMDB]),
    runs.keepsDataset(IMDB),
    runs.keepsFullTraining,
    runs.holdsOut('test', 'unsupervised'),
    runs.triesSmallFirst,
    runs.pushes(),
    runs.hasTime(HOUR, 6 * HOUR),
    runs.reachesResult,
    tellsNumbers('the accuracy that the log has', (ran) => printed(ran, 'eval_accuracy').slice(-1)),
  ],
};

/** Code that is really run, in the sandbox and as a job: what it prints is what counts. */
const smokeTest: Task = {
  name: 'smoke-test',
  about: 'writes a script, tries it in the sandbox, and runs what it has tried as a job',
  needsSandbox: true,
  runsForReal: true,
  says: 'Write split.py in plain Python (no packages): it puts each of the ids 0 to 999 into train or test by the first byte of the SHA-256 of its decimal digits (below 26 is test), and prints one line like "train=… test=…". Try it in your sandbox, then run that very script as a job on cpu-basic, and tell me both counts.',
  graders: [
    runs.triesSmallFirst,
    {
      name: 'runs what it tried',
      expects: 'the job runs the file of the sandbox, to the letter',
      look({ proposals, calls }) {
        const [run] = proposals;
        if (run === undefined) return 'no run was proposed';
        const written = calls.filter(({ tool, step }) => tool === 'write' && step <= run.step);
        const isWritten = written.some(({ args }) => String(args.content).trim() === run.source.trim());
        return isWritten || run.isFromFile ? undefined : 'the script of the job is another one than it wrote';
      },
    },
    runs.reachesResult,
    tellsNumbers('the counts that the job has printed', (ran) => [
      ...printed(ran, 'train').slice(-1),
      ...printed(ran, 'test').slice(-1),
    ]),
  ],
};

/** Where a result goes, and who may see it. */
const pushTarget: Task = {
  name: 'push-target',
  about: 'pushes to the repository that was named, privately',
  says: `do SFT of ${QWEN_SMALL} on ${FAQ}, one epoch. It has to end up as acme/faq-bot on the Hub, private. Tell me the final training loss.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, faqRows);
    hub.orgs = ['acme'];
  },
  job: (job) =>
    takes(
      job,
      40 * 60,
      [...losses(2.4, 1.31), "{'train_runtime': 2290.1, 'train_loss': 1.5127, 'epoch': 1.0}"],
      ["{'train_runtime': 12.0, 'train_loss': 2.4102, 'epoch': 0.01}"],
    ),
  graders: [
    looksAtData(FAQ),
    runs.keepsModel(QWEN_SMALL, [FAQ]),
    runs.keepsDataset(FAQ),
    runs.keepsFullTraining,
    runs.pushes('acme/faq-bot'),
    runs.pushesPrivately,
    runs.hasTime(45 * 60, 6 * HOUR),
    runs.reachesResult,
    {
      name: 'arrived',
      expects: 'acme/faq-bot is on the Hub',
      look: ({ hub }) => (hub.repos.find('model', 'acme/faq-bot') ? undefined : 'it is not there'),
    },
    tellsNumbers('a training loss from the end of the log', () => [1.5127], 'true numbers'),
  ],
};

/** A run of hours that is broken off in the middle, and goes on where it was. */
const resume: Task = {
  name: 'resume',
  about: 'keeps checkpoints of a long run, and goes on from them after it was broken off',
  says: `pre-train ${QWEN_SMALL} further on ${FAQ}: about ten hours on an a100-large. Machines fail now and then, and I don't want to lose more than an hour or so. Tell me the final eval loss.`,
  arrange(hub) {
    addUsual(hub);
    addDataset(hub, faqRows);
  },
  job(job, nth) {
    const ends = [...losses(2.9, 1.9), "{'eval_loss': 1.8731, 'epoch': 1.0}"];
    if (isSmall(job.script)) return completes(job, 90, ["{'eval_loss': 2.9102}"]);
    if (nth > 0 && /resume_from_checkpoint/.test(job.script)) return completes(job, 6 * HOUR, ends);
    if (nth > 0 || job.seconds < 4 * HOUR) return takes(job, 10 * HOUR, ends, []);
    const lost = [...losses(2.9, 2.3), 'Saving model checkpoint to out/checkpoint-4000'];
    return fails(4 * HOUR, lost, 'The node that ran this job was lost');
  },
  graders: [
    looksAtData(FAQ),
    runs.keepsModel(QWEN_SMALL, [FAQ]),
    runs.scriptHas(
      'checkpoints kept',
      'checkpoints are pushed while it runs (hub_strategy)',
      /hub_strategy\s*[=:]\s*["'](?:checkpoint|all_checkpoints)["']/,
      'no checkpoint outlives the job',
    ),
    {
      name: 'resumed',
      expects: 'the run after the break goes on from the checkpoint',
      look(ran) {
        const broken = ran.proposals.findIndex(({ job }) => job?.stage === 'ERROR');
        const next = ran.proposals.slice(broken + 1);
        if (broken === -1 || next.length === 0) return 'no run was proposed after the break';
        const isResumed = next.some(({ script }) =>
          /resume_from_checkpoint\s*=\s*(?!False|None)/.test(script),
        );
        return isResumed ? undefined : 'it begins anew';
      },
    },
    runs.reachesResult,
    tellsNumbers('the eval loss of the log', (ran) => printed(ran, 'eval_loss').slice(-1)),
  ],
};

export const TRAINING: readonly Task[] = [train, smokeTest, pushTarget, resume];
