import { type Axis, withLoss } from './curve.ts';
import type { Reading } from './forms.ts';
import type { Line } from './line.ts';
import type { Known, Reader } from './state.ts';
import { newestOf } from './values.ts';

/*
 * One run out of readings: of many processes one is read, of many bars that of training, of many axes one.
 */

/** What is known after a reading of a line. */
export function afterReading(earlier: Known, line: Line, reading: Reading): Known {
  const source = line.rank ?? '';
  const { reader } = earlier;
  if (reader.source !== undefined && reader.source !== source) return earlier;
  const before = reading.phase === 'evaluated' ? afterEvaluation(earlier) : earlier;
  if (reading.phase === 'begun') return begun(before);
  if (reading.phase === 'ended') return withReader(withPlace(before, reading), { isEnded: true });
  if (reading.bar && !isOfTraining(before, reading)) {
    const { step = 0, steps = 0 } = reading;
    return steps === reader.evaluated ? before : withReader(before, { other: { step, steps } });
  }
  if (reading.loss === undefined) return moved(before, reading, source);
  const mark = markOf(line.text);
  if (reader.recent.includes(mark)) return before;
  const recent = [...reader.recent, mark].slice(-RECENT);
  return trained(withReader(before, { recent, source }), reading);
}

/** Lines of one process that may stand between two that are the same of two processes. */
const RECENT = 64;

/** FNV-1a of 32 bits: what is taken for a repeat by mistake is one loss of very many. */
function markOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const withReader = (progress: Known, reader: Partial<Reader>): Known => ({
  ...progress,
  reader: { ...progress.reader, ...reader },
});

/** Nothing that is known of one run holds for the next. */
function begun(before: Known): Known {
  const isFirst = before.seen === 0 && !before.step;
  const none = { bar: undefined, other: undefined, evaluated: undefined, replaced: undefined };
  const run = isFirst ? before : withReader(cleared(before), none);
  return withReader(run, { isEnded: false });
}

function cleared(before: Known): Known {
  const { step, steps, epoch, epochs, loss, axis, ...kept } = before;
  return { ...kept, losses: [], stride: 1, seen: 0, metrics: {} };
}

/** Whether a bar without a name is that of training: it goes on, or nothing better is known. */
function isOfTraining(before: Known, { bar, step = 0, steps = 0 }: Reading): boolean {
  const { reader } = before;
  if (bar?.isNamed) return true;
  if (reader.bar === 'named') return false;
  if (before.steps === undefined) return !reader.isEnded;
  const isNewEpoch = reader.announced !== undefined && reader.announced !== reader.barEpoch;
  if (reader.bar === 'bare' && isNewEpoch) return true;
  if (before.steps === steps && step >= (before.step ?? 0)) return true;
  if (reader.isEnded || reader.bar === undefined || bar?.isOfEpoch || reader.announced !== undefined)
    return false;
  if (before.step !== before.steps) return false;
  return before.steps === steps || (before.seen === 0 && steps !== reader.evaluated && isSlower(before, bar));
}

/**
 * Whether a bar after one that is done, without any loss, is the training that the other has prepared: that
 * is much slower. Else it may be of an evaluation, until a loss tells.
 */
const isSlower = ({ reader: { rate } }: Known, bar: Reading['bar']): boolean =>
  rate !== undefined && bar?.rate !== undefined && 2 * bar.rate <= rate;

/** What was drawn before the figures of an evaluation was its bar. */
function afterEvaluation(before: Known): Known {
  const { other, replaced } = before.reader;
  if (other !== undefined) return withReader(before, { other: undefined, evaluated: other.steps });
  if (replaced === undefined || before.seen > 0) return before;
  const isDone = before.step === before.steps;
  const known = isDone ? { ...before, ...replaced } : before;
  return withReader(known, { replaced: undefined, ...(isDone ? { evaluated: before.steps } : {}) });
}

/** Where the run is after a reading without a loss. */
function moved(before: Known, reading: Reading, source: string): Known {
  const { step, epoch, metrics, bar } = reading;
  const isAnnounced = epoch !== undefined && step === undefined && metrics === undefined;
  const hasGoneOn = step !== undefined && step > (before.step ?? -1);
  const placed = withPlace(before, reading);
  return withReader(hasGoneOn ? withoutFailure(placed, ['error', 'consequence']) : placed, {
    ...(isAnnounced ? { announced: epoch } : {}),
    ...(bar ? ofBar(before, reading) : {}),
    ...(bar ? { source } : {}),
  });
}

const ofBar = ({ reader, step, steps, seen }: Known, { bar, steps: now }: Reading): Partial<Reader> => ({
  bar: bar?.isNamed ? 'named' : 'bare',
  barEpoch: reader.announced,
  other: undefined,
  rate: bar?.rate ?? (now === steps ? reader.rate : undefined),
  ...(seen === 0 && step !== undefined && steps !== undefined && steps !== now
    ? { replaced: { step, steps } }
    : {}),
});

function withPlace(before: Known, { step, steps, epoch, epochs, metrics }: Reading): Known {
  const { step: _step, steps: oldSteps, epoch: _epoch, epochs: oldEpochs, ...rest } = before;
  const [nowStep, nowEpoch] = [step ?? before.step, epoch ?? before.epoch];
  const nowSteps = steps ?? (oldSteps !== undefined && (nowStep ?? 0) <= oldSteps ? oldSteps : undefined);
  const nowEpochs =
    epochs ?? (oldEpochs !== undefined && (nowEpoch ?? 0) <= oldEpochs ? oldEpochs : undefined);
  return {
    ...rest,
    ...(nowStep === undefined ? {} : { step: nowStep }),
    ...(nowSteps === undefined ? {} : { steps: nowSteps }),
    ...(nowEpoch === undefined ? {} : { epoch: nowEpoch }),
    ...(nowEpochs === undefined ? {} : { epochs: nowEpochs }),
    metrics: metrics === undefined ? before.metrics : newestOf({ ...before.metrics, ...metrics }),
  };
}

/** After a step of training that tells its loss. */
function trained(before: Known, reading: Reading): Known {
  const known = withOther(before, reading);
  const { loss = Number.NaN } = reading;
  if (!Number.isFinite(loss)) return withHealth(withPlace(known, reading), reading);
  const { kind, place } = placeOf(known, reading);
  const { losses, stride, seen, axis, reader } = known;
  const curve = { losses, stride, seen, axis, loss: known.loss };
  const added = withLoss(curve, kind, place, loss, reader.stray);
  const { stray, isTaken, isNewRun } = added;
  if (!isTaken) return withReader(known, { stray });
  const run = isNewRun ? withPlaceOf(cleared(known), known) : known;
  const { axis: newAxis, ...drawn } = added.curve;
  const now: Known = {
    ...withPlace(run, reading),
    ...drawn,
    ...(newAxis ? { axis: newAxis } : {}),
    loss,
  };
  const isStatedByLines = reading.bar === undefined && reading.step !== undefined;
  return withReader(withHealth(withoutFailure(now, ['error', 'consequence']), reading), {
    stray: undefined,
    ...(isNewRun ? { isEnded: false } : {}),
    ...(reading.bar ? ofBar(known, reading) : {}),
    ...(isStatedByLines ? { bar: 'named' } : {}),
  });
}

/** A loss without a step belongs to the bar that was seen last. */
function withOther(before: Known, { step }: Reading): Known {
  const { other } = before.reader;
  if (other === undefined || step !== undefined) return before;
  return withReader({ ...before, ...other }, { other: undefined, bar: 'bare', isEnded: false });
}

/** The steps of a new run, where its bar has told them already. */
const withPlaceOf = (run: Known, { step, steps, reader }: Known): Known =>
  reader.bar === 'bare' && step !== undefined
    ? { ...run, step, ...(steps === undefined ? {} : { steps }) }
    : run;

function placeOf(
  { reader }: Known,
  { step, epoch, counts }: Reading,
): { kind: Axis['kind']; place: [number, number] } {
  if (step !== undefined && counts === 'epoch') {
    return { kind: 'place', place: [epoch ?? reader.announced ?? 0, step] };
  }
  if (step !== undefined) return { kind: 'step', place: [0, step] };
  if (epoch !== undefined) return { kind: 'epoch', place: [epoch, 0] };
  return { kind: 'none', place: [0, 0] };
}

const SMALLER = 'lower the learning rate, clip gradients, or train in bf16 or fp32 instead of fp16';

/** Losses and gradients that are no numbers are told until there are numbers again. */
function withHealth(before: Known, { loss = 0, gradNorm }: Reading): Known {
  const { broken, failed: standing } = before.reader;
  const since = standing === 'loss' && broken ? broken : { readings: 0, step: before.step };
  const failing = (failure: string, failed: 'loss' | 'gradient') =>
    withReader(
      { ...before, failure, advice: SMALLER },
      { failed, broken: { ...since, readings: since.readings + 1 } },
    );
  if (Number.isNaN(loss)) return failing('the loss is NaN', 'loss');
  if (!Number.isFinite(loss)) return failing('the loss is infinite', 'loss');
  if (gradNorm !== undefined && Number.isNaN(gradNorm))
    return failing('the gradient norm is NaN', 'gradient');
  return withoutFailure(before, gradNorm === undefined ? ['loss'] : ['loss', 'gradient']);
}

/** What has recovered is not shown any more. */
export function withoutFailure(before: Known, kinds: readonly NonNullable<Reader['failed']>[]): Known {
  const { failure, advice, ...rest } = before;
  const { failed, broken: _, ...reader } = before.reader;
  return failed !== undefined && kinds.includes(failed) ? { ...rest, reader } : before;
}
