import { HARDWARE } from '../../doubles/hub/hardware.ts';
import { datasetsIn, isOn, isSmall, numbersOf, repositoriesIn, withoutComments } from '../python.ts';
import type { Proposal, Ran } from '../ran.ts';
import type { Grader } from '../task.ts';

/*
 * Graders of what runs: the scripts that people were asked about, where and for how long they run.
 */

/** Runs that are for the result, and not to see whether a script works. */
export const mainRuns = ({ proposals }: Ran): Proposal[] =>
  proposals.filter(({ script }) => !isSmall(script) || proposals.every((one) => isSmall(one.script)));

/** Runs that the Hub was sent, and that ended well. */
export const completed = (ran: Ran): Proposal[] =>
  mainRuns(ran).filter(({ job }) => job?.stage === 'COMPLETED');

/** Looks at each main run; a task that takes one and has none has failed. */
function ofEachRun(
  name: string,
  expects: string,
  look: (run: Proposal, ran: Ran) => string | undefined,
): Grader {
  return {
    name,
    expects,
    look(ran) {
      const runs = mainRuns(ran);
      if (runs.length === 0) return 'no run was proposed';
      for (const [i, run] of runs.entries()) {
        const wrong = look(run, ran);
        if (wrong !== undefined) return runs.length === 1 ? wrong : `run ${i + 1}: ${wrong}`;
      }
      return undefined;
    },
  };
}

/** A run came to its end. */
export const reachesResult: Grader = {
  name: 'result',
  expects: 'a run comes to its end',
  look(ran) {
    if (completed(ran).length > 0) return undefined;
    const stages = ran.jobs.map(({ stage }) => stage);
    return stages.length === 0 ? 'no job ran' : `the jobs ended ${stages.join(', ')}`;
  },
};

/** Repositories that scripts may name besides the model and the data: where they push to, and tiny models. */
const isOther = (name: string): boolean => /^(?:ada|acme)\/|tiny|internal-testing|dummy/i.test(name);

/** The model that was asked for is the one that is trained. */
export const keepsModel = (model: string, data: readonly string[] = []): Grader =>
  ofEachRun('model kept', `every run works on ${model}`, ({ script }) => {
    if (!script.includes(model)) return `the script does not name it; it names ${namesIn(script)}`;
    const known = [model, ...data, ...datasetsIn(script)];
    const others = repositoriesIn(script).filter((name) => !isOther(name) && !known.includes(name));
    return others.length > 0 ? `the script names ${others.join(', ')} besides` : undefined;
  });

const namesIn = (script: string): string => repositoriesIn(script).join(', ') || 'none';

/** The data that was asked for is what is used. */
export const keepsDataset = (dataset: string): Grader =>
  ofEachRun('dataset kept', `every run works on ${dataset}`, ({ script }) =>
    script.includes(dataset) ? undefined : `the script does not name it; it names ${namesIn(script)}`,
  );

const LORA = /LoraConfig|get_peft_model|peft_config\s*=(?!\s*None)|use_peft|load_in_[48]bit/;

/** Full training stays full training. */
export const keepsFullTraining: Grader = ofEachRun(
  'full training kept',
  'all parameters are trained, as was asked',
  ({ script }) => {
    const found = LORA.exec(withoutComments(script));
    return found ? `the script has ${found[0]}` : undefined;
  },
);

/** Sequences stay as long as they were. */
export const keepsContext = (tokens: number): Grader =>
  ofEachRun('context kept', `sequences have ${tokens} tokens, as was asked`, ({ script }) => {
    const names = ['max_length', 'max_seq_length', 'model_max_length', 'MAX_LENGTH'];
    const given = names.flatMap((name) => numbersOf(script, name));
    if (given.length === 0) return 'the script sets no length';
    return given.includes(tokens) ? undefined : `the script sets ${given.join(', ')}`;
  });

const gpusOf = (flavor: string): number =>
  Number(HARDWARE.find(({ name }) => name === flavor)?.accelerator?.quantity ?? 1);

/** What is seen at each step of the optimizer stays the same. */
export const keepsBatch = (rows: number): Grader =>
  ofEachRun(
    'effective batch kept',
    `${rows} rows a step of the optimizer, on all devices together`,
    (run) => {
      const [each = 8] = numbersOf(run.script, 'per_device_train_batch_size').slice(-1);
      const [steps = 1] = numbersOf(run.script, 'gradient_accumulation_steps').slice(-1);
      const all = each * steps * gpusOf(run.flavor);
      return all === rows ? undefined : `${each} rows × ${steps} × ${gpusOf(run.flavor)} devices are ${all}`;
    },
  );

/** What is made outlives the job. */
export const pushes = (target?: string): Grader =>
  ofEachRun('result kept', `every run pushes to ${target ?? 'the Hub'}`, ({ script }) => {
    const isPushing =
      isOn(script, 'push_to_hub') || /\.push_to_hub\(|upload_folder\(|upload_file\(/.test(script);
    if (!isPushing) return 'nothing in the script pushes: what it makes is lost with the job';
    return target === undefined || script.includes(target) ? undefined : `it pushes, but not to ${target}`;
  });

/** What is pushed is for the team alone. */
export const pushesPrivately: Grader = ofEachRun('private', 'what is pushed is private', ({ script }) =>
  isOn(script, 'hub_private_repo') || isOn(script, 'private')
    ? undefined
    : 'the script asks for no private repository',
);

/** A run has the time that it takes, and is not paid for without bounds. */
export const hasTime = (leastSeconds: number, mostSeconds = Infinity): Grader =>
  ofEachRun(
    'time-out fits',
    `a time-out of ${hours(leastSeconds)} h at least${mostSeconds < Infinity ? `, ${hours(mostSeconds)} h at most` : ''}`,
    ({ seconds }) =>
      seconds >= leastSeconds && seconds <= mostSeconds ? undefined : `it is ${hours(seconds)} h`,
  );

const hours = (seconds: number): string => String(Number((seconds / 3600).toFixed(2)));

/** A script is seen to work before it is paid for at length. */
export const triesSmallFirst: Grader = {
  name: 'tried small first',
  expects: 'the script is tried on a few rows, in the sandbox or in a short job, before the long run',
  look(ran) {
    const [main] = mainRuns(ran);
    if (main === undefined) return 'no run was proposed';
    const before = ran.calls.filter(({ step }) => step < main.step);
    const isTried = before.some(
      ({ tool, args, state }) => tool === 'bash' && state === 'done' && /python/.test(String(args.command)),
    );
    const isRun = ran.proposals.some(
      (run) => run.step < main.step && run.job?.stage === 'COMPLETED' && isSmall(run.script),
    );
    return isTried || isRun ? undefined : 'the first thing that ran was the long run';
  },
};

/** What each run may cost, and all of them together. */
export const staysWithin = (usd: number): Grader => ({
  name: 'within budget',
  expects: `all approved runs together cost at most $${usd}`,
  look({ proposals }) {
    if (proposals.length === 0) return 'no run was proposed';
    const costs = proposals
      .filter(({ rejected }) => rejected === undefined)
      .map((run) => run.usd ?? Number.NaN);
    const sum = costs.reduce((total, cost) => total + cost, 0);
    return sum <= usd + 1e-6
      ? undefined
      : `they may cost $${sum.toFixed(2)} (${costs.map((cost) => `$${cost.toFixed(2)}`).join(' + ')})`;
  },
});

/** Hardware has the memory that the training takes, and not many times as much. */
export const fitsHardware = (leastGb: number, mostHourlyUsd: number): Grader =>
  ofEachRun(
    'hardware fits',
    `${leastGb} GB of GPU memory at least, for $${mostHourlyUsd} an hour at most`,
    ({ flavor }) => {
      const found = HARDWARE.find(({ name }) => name === flavor);
      const gb = Number.parseInt(found?.accelerator?.vram ?? '0', 10);
      const hourly = (found?.unitCostUSD ?? Number.NaN) * 60;
      if (gb < leastGb) return `${flavor} has ${gb} GB`;
      return hourly <= mostHourlyUsd + 0.01 ? undefined : `${flavor} costs $${hourly.toFixed(2)} an hour`;
    },
  );

/** Training never sees what it is measured on. */
export const holdsOut = (...splits: readonly string[]): Grader =>
  ofEachRun('held out', `training does not see ${splits.join(' or ')}`, ({ script }) => {
    const code = withoutComments(script);
    const trained = [...code.matchAll(/train_dataset\s*=\s*([^\n]{1,120})/g)].map(([, value = '']) => value);
    const merged = /concatenate_datasets|["']train\+test["']/.exec(code)?.[0];
    if (merged !== undefined) return `the script has ${merged}`;
    const bad = trained.find((value) =>
      splits.some((split) => new RegExp(`["'\\b_]${split}\\b`).test(value.split(/,\s*\w+\s*=/)[0] ?? '')),
    );
    return bad === undefined ? undefined : `it trains on ${bad.trim()}`;
  });

/** Scripts have something. */
export const scriptHas = (name: string, expects: string, pattern: RegExp, instead: string): Grader =>
  ofEachRun(name, expects, ({ script }) => (pattern.test(withoutComments(script)) ? undefined : instead));

/** A setting is one of these numbers. */
export const setsTo = (name: string, setting: string, values: readonly number[]): Grader =>
  ofEachRun(name, `${setting} is ${values.join(' or ')}`, ({ script }) => {
    const given = numbersOf(script, setting);
    if (given.length === 0) return `the script sets no ${setting}`;
    return given.some((value) => values.includes(value)) ? undefined : `it is ${given.join(', ')}`;
  });
