import { type Bar, barOf, isOfTraining, mayBeOfTraining } from './bars.ts';
import { firstOf, loosePairs, lossOf, metricsOf, numberOf, quotedPairs, type Values } from './values.ts';

/* How trainers print where they are and how it goes, besides tracebacks and alerts. */

/** What one line says of a run. */
export type Reading = {
  step?: number;
  steps?: number;
  epoch?: number;
  epochs?: number;
  /** Of a step in training; may be NaN or infinite. */
  loss?: number;
  /** May be NaN or infinite. */
  gradNorm?: number;
  metrics?: Record<string, number>;
  /** How steps are counted: over the whole run, or anew in each epoch. */
  counts?: 'run' | 'epoch';
  /** It was read from a bar; one without a name may be of something else than training. */
  bar?: { isNamed: boolean; isOfEpoch: boolean; rate?: number | undefined };
  /**
   * Training begins; or it has ended, or something else goes on: bars without a name are not of training. Or
   * it was interrupted by an evaluation, which is over.
   */
  phase?: 'begun' | 'ended' | 'evaluated';
};

/** What a line says; undefined where it says nothing of a run. */
export function readingOf(text: string): Reading | undefined {
  const dictionary = dictionaryOf(text);
  const bar = barOf(text);
  const ofBar = bar && barReading(bar);
  if (dictionary) return ofBar ? { ...ofBar, ...dictionary } : dictionary;
  if (bar) return ofBar;
  const trimmed = text.trim();
  for (const { pattern, read } of FORMS) {
    const match = pattern.exec(trimmed);
    const reading = match && read(match, trimmed);
    if (reading) return reading;
  }
  return undefined;
}

/** What may stand before a dictionary on its line: nothing, a bar, or where the run is. */
const BEFORE =
  /^(?:[\W_]{0,6}(?:train|step|iter|epoch|eval|log|metric|valid|test)[\w ]{0,20}[\W\d_]{0,30})?$/i;

function dictionaryOf(text: string): Reading | undefined {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from === -1 || to < from) return undefined;
  const [before, after] = [text.slice(0, from).trim(), text.slice(to + 1).trim()];
  if (!BEFORE.test(before) && barOf(before) === undefined) return undefined;
  if (after !== '' && barOf(after) === undefined) return undefined;
  const values = quotedPairs(text.slice(from + 1, to));
  const reading = { ...placeOf(before), ...dictionaryReading(values, text) };
  return Object.keys(reading).length > 0 ? reading : undefined;
}

function dictionaryReading(values: Values, text: string): Reading {
  const { epoch } = values;
  const step = firstOf(values, ['step', 'global_step', 'current_steps', 'iteration', 'iter', 'num_updates']);
  const steps = firstOf(values, ['total_steps', 'max_steps']);
  const ofMax = /'global_step\/max_steps': '(\d{1,15})\/(\d{1,15})'/.exec(text); // ms-swift
  const isEnd = values.train_runtime !== undefined;
  const isTraining = !isEnd && lossOf(values) !== undefined;
  return {
    ...(isWhole(step) ? { step, counts: 'run' } : {}),
    ...(isWhole(step) && isWhole(steps) && steps >= step ? { steps } : {}),
    ...(ofMax ? { step: Number(ofMax[1]), steps: Number(ofMax[2]), counts: 'run' } : {}),
    ...(epoch !== undefined && Number.isFinite(epoch) ? { epoch } : {}),
    ...(isEnd ? { phase: 'ended' } : trainingOf(values)),
    ...(isEvaluation(values) ? { phase: 'evaluated' } : {}),
    ...metricsIn(values, isTraining, isEnd),
  };
}

/** All that it tells is of an evaluation, as its names say. */
const isEvaluation = (values: Values): boolean => {
  const names = Object.keys(values).filter((name) => !PLACES.has(name.toLowerCase()));
  return (
    names.length > 0 && names.every((name) => /^(?:eval|val|valid|validation|test|dev)[_/ ]/i.test(name))
  );
};

const PLACES = new Set(['epoch', 'step', 'global_step', 'iter', 'iteration']);

const isWhole = (value: number | undefined): value is number =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0;

function trainingOf(values: Values): Pick<Reading, 'loss' | 'gradNorm'> {
  const loss = lossOf(values);
  const gradNorm = firstOf(values, ['grad_norm', 'grad norm', 'gnorm', 'grad-norm']);
  return { ...(loss === undefined ? {} : { loss }), ...(gradNorm === undefined ? {} : { gradNorm }) };
}

function metricsIn(values: Values, isTraining: boolean, isEnd = false): Pick<Reading, 'metrics'> {
  if (isEnd) return {};
  const metrics = metricsOf(values, isTraining);
  return Object.keys(metrics).length > 0 ? { metrics } : {};
}

/** torchtune: epoch, step of the run and loss before its bar. */
const TORCHTUNE = /^(\d{1,6})\|(\d{1,15})\|Loss: (-?[\d.e+-]{1,40}|nan|-?inf)$/i;

/** Ultralytics: epoch of epochs, memory, the parts of the loss, objects, and the size of pictures. */
const ULTRALYTICS = /^(\d{1,6})\/(\d{1,6})\s{1,12}[\d.]{1,8}[GM]?\s{1,12}([\d.a-z ]{3,160})$/;

function barReading(bar: Bar): Reading | undefined {
  const place = {
    step: bar.done,
    steps: bar.total,
    counts: 'epoch',
    bar: { isNamed: true, isOfEpoch: false },
  } as const;
  const torchtune = TORCHTUNE.exec(bar.about);
  if (torchtune) return { bar: place.bar, ...torchtuneReading(torchtune, bar.total) };
  const ultralytics = ULTRALYTICS.exec(bar.about);
  if (ultralytics) return { ...place, ...ultralyticsReading(ultralytics) };
  const values = loosePairs(bar.after.slice(0, AFTER_CHARACTERS));
  const training = trainingOf(values);
  const tellsLoss = training.loss !== undefined;
  const said = { ...training, ...metricsIn(values, true) };
  if (bar.about === '') {
    const { isOfEpoch, rate } = bar;
    return mayBeOfTraining(bar, tellsLoss)
      ? { ...place, ...said, bar: { isNamed: false, isOfEpoch, rate } }
      : undefined;
  }
  if (!isOfTraining(bar, tellsLoss)) return undefined;
  const epoch = epochOf(bar.about);
  if (epoch !== undefined) return { ...place, ...epoch, ...said };
  // "Epochs: 33%| 1/3": what is counted is epochs.
  if (/^(?:train(?:ing)? )?epochs?$/i.test(bar.about)) return { epoch: bar.done, epochs: bar.total, ...said };
  return { ...place, ...said };
}

/** Of what stands behind a bar. */
const AFTER_CHARACTERS = 600;

function torchtuneReading([, epoch, step, loss = '']: RegExpExecArray, total?: number): Reading {
  const done = Number(step);
  const steps = total !== undefined && total >= done ? { steps: total } : {};
  return { epoch: Number(epoch), step: done, ...steps, counts: 'run', loss: numberOf(loss) };
}

/** The parts of the loss have names of which only these three are the same for long. */
const PARTS_OF_LOSS = ['box_loss', 'cls_loss', 'dfl_loss'];

function ultralyticsReading([, epoch, epochs, rest = '']: RegExpExecArray): Reading {
  const numbers = rest.trim().split(/\s+/).map(numberOf);
  const parts = numbers.slice(0, -2);
  const names = parts.length === PARTS_OF_LOSS.length ? PARTS_OF_LOSS : [];
  const metrics = Object.fromEntries(names.map((name, i) => [name, parts[i] ?? 0]));
  const said = { epoch: Number(epoch), epochs: Number(epochs) };
  if (parts.length === 0) return said;
  const isKnown = names.length > 0 && parts.every(Number.isFinite);
  return { ...said, loss: parts.reduce((sum, part) => sum + part, 0), ...(isKnown ? { metrics } : {}) };
}

type Form = { pattern: RegExp; read(match: RegExpExecArray, text: string): Reading | undefined };

const epochOf = (text: string): Pick<Reading, 'epoch' | 'epochs'> | undefined => {
  const match = /\bepochs?\b[ :=[#-]{0,4}(\d{1,9}(?:\.\d{1,20})?)(?:\s{0,3}(?:\/|of)\s{0,3}(\d{1,9}))?/i.exec(
    text,
  );
  if (match === null) return undefined;
  return { epoch: Number(match[1]), ...(match[2] ? { epochs: Number(match[2]) } : {}) };
};

/** What has more digits counts no steps. */
const stepOf = (text: string): Pick<Reading, 'step' | 'steps'> | undefined => {
  const match =
    /\b(?:global[ _]?)?(?:steps?|iter(?:ation)?s?|updates?|batch)\b[ :=[#]{0,4}(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?![\d.]|,\d)(?:\s{0,3}(?:\/|of)\s{0,3}(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?!\d))?/i.exec(
      text,
    );
  if (match === null) return undefined;
  const [, step = '', steps] = match;
  return { step: numberOf(step), ...(steps ? { steps: numberOf(steps) } : {}) };
};

function placeOf(text: string): Reading {
  const [epoch, step] = [epochOf(text), stepOf(text)];
  return { ...epoch, ...step, ...(step ? { counts: epoch ? 'epoch' : 'run' } : {}) };
}

/** Evaluations of which a line says so at its beginning, under names that say it too. */
function evaluated(prefix: string, values: Values): Reading | undefined {
  const { metrics } = metricsIn(values, false);
  if (metrics === undefined) return undefined;
  const entries = Object.entries(metrics).map(([name, value]) => [
    /^(?:val|eval|test|lm)/i.test(name) ? name : `${prefix}${name}`,
    value,
  ]);
  return { metrics: Object.fromEntries(entries) };
}

const NOTHING_ELSE = /^[^A-Za-z]*$/;

/** "step 10/100 | loss 0.41", "[Epoch 1][Step 10] loss=0.4", "Epoch 2/3": as most people’s scripts print. */
function freeReading(text: string): Reading | undefined {
  const values = loosePairs(text);
  const place = placeOf(text);
  const said = trainingOf(values);
  const rest = text.replace(
    /\b(?:epochs?|global|train(?:ing)?|steps?|iter(?:ation)?s?|updates?|batch|of|lr)\b/gi,
    '',
  );
  const isPlace = NOTHING_ELSE.test(rest) && (place.epoch !== undefined || place.steps !== undefined);
  if (place.step === undefined && place.epoch === undefined) return undefined;
  const told = metricsIn(values, true);
  if (said.loss === undefined && !isPlace) {
    const isEvaluation = Object.keys(told.metrics ?? {}).some((name) => /^(?:val|eval|test)/i.test(name));
    if (isEvaluation) return { ...place, ...told };
    return place.epoch !== undefined && told.metrics !== undefined
      ? { epoch: place.epoch, ...told }
      : undefined;
  }
  return { ...place, ...said, ...told };
}

const FORMS: readonly Form[] = [
  {
    // Megatron: the parts of the loss have names of their own.
    pattern: /^(?:samples\/sec: [\d.]{1,20} \| )?iteration\s{1,12}(\d{1,15})\/\s{0,12}(\d{1,15}|infinity) \|/,
    read([, step, steps = ''], text) {
      const values = loosePairs(text);
      const of = steps === 'infinity' ? {} : { steps: Number(steps) };
      return { step: Number(step), ...of, counts: 'run', ...trainingOf(values) };
    },
  },
  {
    pattern: /^validation loss at /i,
    read: (_, text) => {
      const values = loosePairs(text.replaceAll(' value:', ':'));
      return evaluated('validation ', values);
    },
  },
  {
    // fairseq: steps of an epoch. What it says at the end of one are means.
    pattern: /^(?:\| )?(?:train_inner \| )?epoch (\d{1,9}):\s{1,12}(\d{1,15}) \/ (\d{1,15})\s(.*)$/,
    read([, epoch, step, steps, rest = '']) {
      const place = { epoch: Number(epoch), step: Number(step), steps: Number(steps) };
      return { ...place, counts: 'epoch', ...trainingOf(loosePairs(rest)) };
    },
  },
  {
    pattern: /^(?:(?:valid|test)\w{0,20} \| )?epoch (\d{1,9}) \| valid on '[\w.-]{1,60}' subset \|(.*)$/,
    read: ([, , rest = '']) => evaluated('valid_', loosePairs(rest)),
  },
  { pattern: /^train \| epoch (\d{1,9}) \|/, read: ([, epoch]) => ({ epoch: Number(epoch) }) },
  {
    // timm
    pattern: /^Train: (\d{1,9}) \[\s{0,12}(\d{1,15})\/(\d{1,15}) \(\s{0,3}\d{1,3}%\)\](.*)$/,
    read([, epoch, step, steps, rest = '']) {
      const place = { epoch: Number(epoch), step: Number(step), steps: Number(steps) };
      return { ...place, counts: 'epoch', ...trainingOf(loosePairs(rest)) };
    },
  },
  {
    pattern: /^Test(?: \([\w-]{1,20}\))?: \[\s{0,12}\d{1,15}\/\d{1,15}\](.*)$/,
    read([, rest = '']) {
      // The mean of all batches stands in parentheses.
      const means = [...rest.matchAll(/([A-Za-z@\d]{1,20}):\s{0,8}[\d.]{1,20} \(\s{0,8}([\d.]{1,20})\)/g)];
      return evaluated(
        'test ',
        Object.fromEntries(means.map(([, name = '', mean = '']) => [name, Number(mean)])),
      );
    },
  },
  { pattern: /^\d{1,6}\|\d{1,15}\|Loss: \S{1,40}$/, read: (_, text) => tuneOf(text) },
  {
    // Ultralytics: the row of all classes of its validation.
    pattern:
      /^all(?:\s{1,12}\d{1,12}){2}\s{1,12}([\d.]{1,10})\s{1,12}([\d.]{1,10})\s{1,12}([\d.]{1,10})\s{1,12}([\d.]{1,10})$/,
    read: ([, ...values]) => {
      const names = ['precision', 'recall', 'mAP50', 'mAP50-95'];
      return { metrics: Object.fromEntries(names.map((name, i) => [name, Number(values[i])])) };
    },
  },
  {
    // DeepSpeed
    pattern: /^(?:step=(\d{1,15}), skipped=|epoch=\d{1,9}\/micro_step=\d{1,15}\/global_step=(\d{1,15}),)/,
    read: ([, step, global]) => ({ step: Number(step ?? global), counts: 'run' }),
  },
  // detectron2
  { pattern: /^eta: [\w:., ]{1,40}\s{2}iter: \d/, read: (_, text) => freeReading(text) },
  {
    // mmengine
    pattern:
      /^(Epoch|Iter)\(train\)\s{1,8}(?:\[\s{0,8}(\d{1,9})\])?\[\s{0,12}(\d{1,15})\/\s{0,12}(\d{1,15})\](.*)$/,
    read([, unit, epoch, step, steps, rest = '']) {
      const place = { step: Number(step), steps: Number(steps), ...trainingOf(loosePairs(rest)) };
      if (unit === 'Iter' || epoch === undefined) return { ...place, counts: 'run' };
      return { ...place, epoch: Number(epoch), counts: 'epoch' };
    },
  },
  {
    // nanoGPT: losses of both sets are an evaluation.
    pattern: /^step (\d{1,15}): train loss (\S{1,40}), val loss (\S{1,40})$/,
    read: ([, step, ...losses]) => {
      const [train = Number.NaN, val = Number.NaN] = losses.map((text) => numberOf(text ?? ''));
      const metrics = metricsOf({ 'val loss': val, 'train loss': train }, false);
      return { step: Number(step), counts: 'run', metrics };
    },
  },
  {
    // What lists the settings of a run before it begins.
    pattern:
      /(?:^|\| )(?:Total optimization steps|Total steps|Starting training\.{3}, iters)\s{0,3}[=:] {0,3}([\d,]{1,20})\b/,
    read: ([, steps = ''], text) => ({ steps: numberOf(steps), ...epochsOf(text) }),
  },
  { pattern: /^Num Epochs = [\d,]{1,12}$/, read: (_, text) => epochsOf(text) },
  { pattern: /^\*{5} Running training \*{5}$/, read: () => ({ phase: 'begun' }) },
  {
    // Of transformers, and of lm-eval: bars without a name are theirs from here on.
    pattern:
      /^(?:\*{5} Running (?:Evaluation|Prediction|Test) \*{5}$|Building contexts for |Selected Tasks: |Using greedy decoding)/i,
    read: () => ({ phase: 'ended' }),
  },
  {
    // The example of PyTorch counts samples of an epoch.
    pattern: /^Train Epoch: (\d{1,9}) \[\s{0,12}(\d{1,15})\/(\d{1,15}) \(\s{0,3}\d{1,3}%\)\]\s{1,8}(.*)$/,
    read([, epoch, step, steps, rest = '']) {
      const place = { epoch: Number(epoch), step: Number(step), steps: Number(steps) };
      return { ...place, counts: 'epoch', ...trainingOf(loosePairs(rest)) };
    },
  },
  { pattern: /^epoch \d{1,9}: perplexity: /, read: (_, text) => evaluated('eval_', loosePairs(text)) },
  {
    pattern:
      /^[\W_]{0,6}(?:completed )?(?:\[?train(?:ing)?\]?\W{1,3})?(?:global[ _]?)?(?:step|iter(?:ation)?|epoch|update|batch)s?\b/i,
    read: (_, text) => freeReading(text),
  },
  {
    // "10/100 loss=0.3", "[1/3][20/100] loss: 0.3", Keras’ lines without a bar: what counts has no name.
    pattern:
      /^(?:[[(]\s{0,6}(\d{1,9})\/(\d{1,9})[\])] {0,2}(?=[[(]))?[[(]?\s{0,6}(\d{1,15}) ?\/ ?(\d{1,15})(?: \(\d{1,3}%\))?[\])]?(?![\w/.])(.*)$/,
    read([, epoch, epochs, step, steps, rest = '']) {
      const values = loosePairs(rest);
      const training = trainingOf(values);
      if (training.loss === undefined || Number(step) > Number(steps)) return undefined;
      const place = { step: Number(step), steps: Number(steps), counts: 'epoch' as const };
      const of = epoch === undefined ? {} : { epoch: Number(epoch), epochs: Number(epochs) };
      return { ...place, ...of, ...training, ...metricsIn(values, true) };
    },
  },
  {
    pattern:
      /^(?:train(?:ing)?[ _/]?)?loss (?:at|after) (?:global )?(step|iter(?:ation)?|epoch) (\d{1,15})(?: is|:| =) {0,2}(-?[\d.e+-]{1,40}|nan|-?inf)$/i,
    read: ([, unit = '', at, loss = '']) => ({
      ...(/^e/i.test(unit) ? { epoch: Number(at) } : { step: Number(at), counts: 'run' as const }),
      loss: numberOf(loss),
    }),
  },
  {
    pattern: /^(?:train(?:ing)?[ _/]?)?loss {0,2}[:=]? {0,2}(-?[\d.e+-]{1,40}|nan|-?inf)$/i,
    read: ([, loss = '']) => ({ loss: numberOf(loss) }),
  },
  { pattern: /^(?:train(?:ing)?[ _/]?)?loss\b[ :=]{1,3}\S/i, read: (_, text) => freeReading(text) },
];

const tuneOf = (text: string): Reading | undefined => {
  const match = TORCHTUNE.exec(text);
  return match === null ? undefined : torchtuneReading(match);
};

function epochsOf(text: string): Reading {
  const match = /\bNum Epochs = ([\d,]{1,12})\b/.exec(text);
  return match ? { epochs: numberOf(match[1] ?? '') } : {};
}
