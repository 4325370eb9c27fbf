import type { Progress } from './state.ts';

/** What a model is judged by, in the order in which one figure stands for the others. */
const KINDS: readonly RegExp[] = [
  /(?:^|[_ /])acc(?:uracy)?(?:$|[_ /,])/i,
  /(?:^|[_ /])(?:f1|exact[_ ]?match|em|pass@?\d*|win[_ ]?rate)(?:$|[_ /,])/i,
  /(?:^|[_ /])(?:rouge\w{0,5}|bleu|sacrebleu|meteor|chrf|m?ap\d{0,3}|ndcg\S{0,5}|auc|roc[_ ]?auc|r2|mcc|matthews\w{0,20}|pearson\w{0,2}|spearman\w{0,2}|iou|dice|psnr|ssim)(?:$|[_ /,])/i,
  /(?:^|[_ /])(?:wer|cer|rmse|mae|mse|fid)(?:$|[_ /,])/i,
  /(?:^|[_ /])(?:perplexity|ppl)(?:$|[_ /,])/i,
  /^reward$/i,
];

/** Of one figure from several data sets, that of the one that was kept for last. */
const SETS: readonly RegExp[] = [/^test/i, /^(?:eval|val|valid|validation|dev)/i];

const OF_TRAINING = /^train/i;
const SET = /^(?:test|eval|validation|valid|val|dev)[_ /]/i;

/** The one figure that says how good the model is, as people say it. */
export function headlineFigure(
  progress: Pick<Progress, 'metrics' | 'loss'>,
): { name: string; value: number } | undefined {
  const found = tellingFigure(progress);
  return found && { ...found, name: spokenName(found.name) };
}

/** The same under the name that the log has for it: of its evaluation, else the newest loss. */
export function tellingFigure({
  metrics,
  loss,
}: Pick<Progress, 'metrics' | 'loss'>): { name: string; value: number } | undefined {
  const named = Object.entries(metrics).filter(([name, value]) => Number.isFinite(value) && isOfModel(name));
  const [best] = named.sort(([a], [b]) => weightOf(a) - weightOf(b));
  if (best !== undefined) return { name: best[0], value: best[1] };
  return loss === undefined || !Number.isFinite(loss) ? undefined : { name: 'loss', value: loss };
}

const isLoss = (name: string): boolean => /loss/i.test(name);

/** Whether a name is one that figures of models have; else it may be any word before a number. */
export const isFigure = (name: string): boolean =>
  isLoss(name) || /norm$/i.test(name) || KINDS.some((kind) => kind.test(name));

/** What neither is of an evaluation nor has a name that is known may be anything: a temperature, a norm. */
const isOfModel = (name: string): boolean =>
  !OF_TRAINING.test(name) && (KINDS.some((kind) => kind.test(name)) || SETS.some((set) => set.test(name)));

function weightOf(name: string): number {
  const kind = KINDS.findIndex((pattern) => pattern.test(name));
  const set = SETS.findIndex((pattern) => pattern.test(name));
  const byKind = kind >= 0 ? kind : isLoss(name) ? KINDS.length + 1 : KINDS.length;
  return byKind * 10 + (set >= 0 ? set : SETS.length);
}

/** Figures as people say them; those that would be called the same keep the names of the log. */
export const spokenFigures = (metrics: readonly (readonly [string, number])[]): [string, number][] => {
  const spoken = metrics.map(([name]) => spokenName(name));
  const isShared = (name: string) => spoken.indexOf(name) !== spoken.lastIndexOf(name);
  return metrics.map(([name, value], i) => [isShared(spoken[i] ?? '') ? name : (spoken[i] ?? name), value]);
};

/** As people say it: `eval_accuracy` is the accuracy, but a loss is of one set or the other. */
export const spokenName = (name: string): string =>
  (isLoss(name) ? name : name.replace(SET, '')).replaceAll('_', ' ');
