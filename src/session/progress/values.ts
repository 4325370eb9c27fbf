import { isFigure } from './headline.ts';

/* Names and numbers of a line. */

export type Values = Readonly<Record<string, number>>;

/** A number as Python, JSON and JavaScript write it. NaN stays NaN, what is infinite stays infinite. */
export function numberOf(text: string): number {
  const lower = text.toLowerCase().replace(/^\+/, '');
  if (lower.startsWith('inf')) return Number.POSITIVE_INFINITY;
  if (lower.startsWith('-inf')) return Number.NEGATIVE_INFINITY;
  return Number(text.replaceAll(',', ''));
}

/** Lightning fills up to five signs: `nan.0`, `-inf.`. */
const NO_NUMBER = String.raw`[+-]?(?:nan|inf(?:inity)?)(?:\.0{0,4})?`;
const PLAIN = String.raw`(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,5})?`;

/** Numbers may stand in quotes, as transformers 5 prints them, or be tensors. */
const PAIR = new RegExp(
  String.raw`(['"])([^'"]{1,100})\1:\s{0,4}(?:[A-Za-z][\w.]{0,30}\(|['"])?(-?${PLAIN}|${NO_NUMBER})(?=['"),}\s\]]|$)`,
  'gi',
);

/** Numbers of the body of a dictionary, such as `'loss': 0.41, 'epoch': '0.5'`. */
export const quotedPairs = (body: string): Values =>
  named([...body.matchAll(PAIR)].map(([, , name = '', value = '']) => [name, value]));

/** Commas may stand between thousands. */
const WITH_COMMAS = String.raw`\d{1,3}(?:,\d{3}){1,5}(?![\d,])(?:\.\d{1,20})?`;

/** Some names are two words: "train loss", "val loss", "loss train". */
const LOOSE = new RegExp(
  String.raw`(?<![\w/.@-])((?:(?:train(?:ing)?|val(?:idation)?|valid|eval|test|lm|avg|average|mean|running|grad|learning)[ _]|loss[ _](?=train|val|test|eval))?[A-Za-z][\w/.@-]{0,60})(\s{0,2}[:=]\s{0,12}|\s{1,2})(-?(?:${WITH_COMMAS}|${PLAIN})|${NO_NUMBER})(?![\w%]|\.\w)`,
  'gi',
);

/**
 * Numbers of a text such as `step 10 | loss: 0.41, lr=1e-4`. Numbers with units are left out, and so is what
 * only stands before a number: "improved from 0.41", "as top 1". A blank is enough behind names of figures.
 */
export const loosePairs = (text: string): Values =>
  named(
    [...text.matchAll(LOOSE)]
      .filter(([, name = '', between = '']) => /[:=]/.test(between) || isFigure(name))
      .map(([, name = '', , value = '']) => [name, value]),
  );

/** Of two values with one name the first counts: a running mean often follows the value. */
function named(pairs: readonly (readonly [string, string])[]): Values {
  const values: Record<string, number> = Object.create(null);
  for (const [name, value] of pairs) values[name] ??= numberOf(value);
  return values;
}

/** What trainers call the loss of a step, the surest name first. */
const LOSSES = [
  'loss',
  'train_loss',
  'train/loss',
  'train loss',
  'training loss',
  'training_loss',
  'lm loss',
  'lm_loss',
  'loss/train',
  'loss_train',
  'loss/train/total',
  'reduced_train_loss',
  'train_loss_step',
  'loss_step',
  'step_loss',
  'gpt_loss',
  'policy_loss',
  'actor/pg_loss',
  'total_loss',
  'avg loss',
  'average loss',
  'avg_loss',
  'mean loss',
  'mean_loss',
  'average_loss',
  'avr_loss',
  'running loss',
  'running_loss',
  'loss train',
  'loss_avg',
  'loss_mean',
  'loss/average',
  'train_loss_epoch',
];

/** The loss of a step in training; undefined where the values have none. */
export const lossOf = (values: Values): number | undefined => firstOf(values, LOSSES);

/** The value with the first of these names, which are in lower case. */
export function firstOf(values: Values, names: readonly string[]): number | undefined {
  const entries = Object.entries(values).map(([name, value]) => [name.toLowerCase(), value] as const);
  const lower = new Map(entries);
  for (const name of names) {
    const value = lower.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A script may name each evaluation anew, and run for days. */
const MAX_METRICS = 40;
const NAME_CHARACTERS = 100;

export const newestOf = (metrics: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).slice(-MAX_METRICS));

/** Words of the place, of the optimiser and of the machine: they say nothing of how good a model gets. */
const OTHER_WORDS = [
  'epochs?|steps?|iter(?:ation)?s?|batch|bsz|updates?|eta|patience|counter|seed|progress|v_num',
  'lrs?|lrm|norm|gnorm',
  'mem|gpu|cuda|util|utili[sz]ation|speed|mfu|hfu|tps|tgs|wps|ups|wpb|dt|time|wall|ms|secs?|seconds|gb|gib|mb|mib',
].join('|');

const NO_METRIC = new RegExp(
  [
    'runtime|per[_ ]?sec|samples|tokens|throughput|flo[ps]|seq_?len|memory|vram|elapsed|remaining|allocated',
    'percentage|learning.rate|clip_ratio|consumed|skipped|total_weights',
    '/ ?(?:s|secs?|seconds?|hour|it|gpu|device)(?![a-z0-9_])', // "tok/sec", "train_speed(iter/s)"
    `(?:^|[^a-z0-9])(?:${OTHER_WORDS})(?:$|[^a-z0-9])`,
    '(?:^|[^a-z0-9])(?:clip|scale)$',
    '^(?:total_loss|[smhx]|best|top|from|to|at|in|of|group|took|reached)$',
  ].join('|'),
  'i',
);

/** What is told of a model's quality: evaluations, rewards, lengths, accuracies. */
export function metricsOf(values: Values, isTraining: boolean): Record<string, number> {
  const names = new Set(isTraining ? LOSSES : []);
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        Number.isFinite(value) &&
        name.length <= NAME_CHARACTERS &&
        !names.has(name.toLowerCase()) &&
        !NO_METRIC.test(name),
    ),
  );
}
