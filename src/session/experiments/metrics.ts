import type { Watch } from '../watches.ts';

/** Whether more of a metric is better, or less. */
export type Direction = 'up' | 'down';

export type Figure = { name: string; value: number };

const UP: ReadonlySet<string> = new Set([
  ...['accuracy', 'accuracies', 'acc', 'f1', 'bleu', 'sacrebleu', 'rouge', 'rougel', 'rougelsum', 'meteor'],
  ...['reward', 'rewards', 'precision', 'recall', 'auc', 'auroc', 'map', 'em', 'match', 'ndcg', 'mrr'],
]);
const DOWN: ReadonlySet<string> = new Set([
  ...['loss', 'losses', 'perplexity', 'ppl', 'wer', 'cer', 'error', 'errors', 'mse', 'mae', 'rmse'],
]);

/** What may stand behind the word that says what is measured, and changes nothing of it. */
const QUALIFIERS: ReadonlySet<string> = new Set([
  ...['mean', 'avg', 'average', 'macro', 'micro', 'weighted', 'norm', 'score', 'rate', 'top', 'total'],
]);

/** Of what is measured: how much of it there is tells nothing good or bad. */
const OF_OTHERS: ReadonlySet<string> = new Set(['std', 'stderr', 'var', 'rejected', 'min', 'max', 'scale']);

/** Which way a metric gets better, by its name; undefined where that is not known for sure. */
export function directionOf(name: string): Direction | undefined {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => (word === 'f1' ? word : word.replace(/(?<!\d)\d{1,9}$/, '')))
    .filter((word) => word !== '');
  if (words.some((word) => OF_OTHERS.has(word))) return undefined;
  const isUp = words.some((word) => UP.has(word));
  const isDown = words.some((word) => DOWN.has(word));
  if (isUp === isDown && words.at(-1) !== 'loss') return undefined; // a loss of rewards is a loss
  const last = words.findLast((word) => !QUALIFIERS.has(word)) ?? '';
  if (UP.has(last)) return 'up';
  return DOWN.has(last) ? 'down' : undefined;
}

/** All that is known of how good a run's model is, and its newest loss in training. */
export function figuresOf({ snapshot: { progress } }: Pick<Watch, 'snapshot'>): Figure[] {
  if (progress === undefined) return [];
  const figures = Object.entries(progress.metrics).map(([name, value]) => ({ name, value }));
  const { loss } = progress;
  return loss === undefined || 'loss' in progress.metrics
    ? figures
    : [...figures, { name: 'loss', value: loss }];
}

/** What was found out about a model comes before what was seen while it was trained. */
const SEEN_ON: readonly RegExp[] = [/^test/, /^(?:eval|val|valid|validation|dev)[\W_]/, /^(?!train)/, /^/];

const PREFIX = /^(?:test|eval|val|valid|validation|dev|train)[\s_/.-]+/;

/** The same however it was typed. */
const plain = (name: string): string => name.toLowerCase().replace(/[\s_/.-]+/g, '_');
const core = (name: string): string => plain(name).replace(PREFIX, '');

/** The value of a metric as somebody calls it: by its whole name, or without what it was measured on. */
export function figureNamed(watch: Pick<Watch, 'snapshot'>, wanted: string): Figure | undefined {
  const figures = figuresOf(watch);
  const exact = figures.find(({ name }) => plain(name) === plain(wanted));
  const alike = figures.filter(({ name }) => core(name) === plain(wanted));
  return exact ?? alike.toSorted((a, b) => seenOn(a) - seenOn(b))[0];
}

const seenOn = ({ name }: Figure): number => SEEN_ON.findIndex((pattern) => pattern.test(plain(name)));

/** A value as people read it, in as many digits as tell it from another. */
export function valueText(value: number, other?: number): string {
  const digits = (count: number) => String(Number(value.toPrecision(count)));
  const isSame = other !== undefined && other !== value && digits(4) === String(Number(other.toPrecision(4)));
  return digits(isSame ? 8 : 4);
}
