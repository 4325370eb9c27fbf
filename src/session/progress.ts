import { z } from 'zod';
import { lastPrinted } from '../lib/output.ts';

/** What a job's log says about how far it is and how it goes. */
export const Progress = z.object({
  step: z.number().optional(),
  steps: z.number().optional(),
  epoch: z.number().optional(),
  epochs: z.number().optional(),
  loss: z.number().optional(),
  /** Losses over the run so far, evenly thinned. */
  losses: z.array(z.number()).default([]),
  /** How many losses one of `losses` stands for. */
  stride: z.number().int().default(1),
  /** How many have been seen. */
  seen: z.number().int().default(0),
  /** The newest evaluation, by name. */
  metrics: z.record(z.string(), z.number()).default({}),
  /** The newest alerts of the script. */
  alerts: z.array(z.string()).default([]),
  /** What has gone wrong, in a few words, where the log shows it. */
  failure: z.string().optional(),
  /** Repositories on the Hub that its log speaks of as pushed to: whether they were is for the Hub to say. */
  links: z.array(z.string()).default([]),
  /** The last lines, without progress bars. */
  tail: z.array(z.string()).default([]),
});
export type Progress = z.infer<typeof Progress>;

const MAX_LOSSES = 48;
const MAX_ALERTS = 3;
const TAIL_LINES = 3;
const LINE_CHARACTERS = 200;

/** Longer lines are no words of a trainer, and patterns would take seconds over them. */
const READ_CHARACTERS = 2_000;

/** What is known after one more line of the log. Lines that say nothing only move the tail. */
export function advance(before: Progress, raw: string): Progress {
  const line = lastPrinted(raw, READ_CHARACTERS).trim();
  if (line === '') return before;
  const values = dictionaryOf(line);
  const counted = { ...before, ...countersOf(line), ...epochOf(values) };
  const failure = failureOf(line, values) ?? before.failure;
  const alert = /^\[TRACKIO (INFO|WARN|ERROR)\] (.+)$/.exec(line);
  return {
    ...withLoss(counted, values.loss),
    metrics: newestOf({ ...before.metrics, ...metricsOf(values) }),
    alerts: alert
      ? [...before.alerts, `${alert[1]}: ${alert[2]}`.slice(0, LINE_CHARACTERS)].slice(-MAX_ALERTS)
      : before.alerts,
    ...(failure === undefined ? {} : { failure }),
    links: withLink(before.links, line),
    tail: isBar(line) ? before.tail : [...before.tail, line.slice(0, LINE_CHARACTERS)].slice(-TAIL_LINES),
  };
}

const MAX_LINKS = 10;

/**
 * Remembers an address that a line may mean as pushed to: by a word, as an upload's own line does that is the
 * address alone, or as the address of a commit.
 */
function withLink(links: string[], line: string): string[] {
  const [found, commit] =
    /https:\/\/(?:huggingface\.co|hf\.co)\/(?:(?:datasets|spaces)\/)?[\w.-]+\/[\w.-]*\w(\/commit\/[0-9a-f]{40})?/.exec(
      line,
    ) ?? [];
  if (found === undefined || links.includes(found)) return links;
  const isMeant = commit !== undefined || line.startsWith(found) || PUSHED.test(line);
  return isMeant ? [...links, found].slice(-MAX_LINKS) : links;
}

const PUSHED = /\b(?:push|upload|commit|publish|available|saved|view)/i;

const BARS = '▁▂▃▄▅▆▇█';

/** A curve in one line of text; empty where there is too little to draw. */
export function sparkline(values: readonly number[], width = 24): string {
  const drawn = values.filter(Number.isFinite);
  if (drawn.length < 3) return '';
  const length = Math.min(width, drawn.length);
  const points = Array.from(
    { length },
    (_, i) => drawn[Math.round((i * (drawn.length - 1)) / (length - 1))] ?? 0,
  );
  const [least, most] = [Math.min(...points), Math.max(...points)];
  return points
    .map(
      (value) =>
        BARS[most === least ? 0 : Math.round(((value - least) / (most - least)) * (BARS.length - 1))],
    )
    .join('');
}

/**
 * Numbers of a line like `{'loss': 0.41, 'epoch': 0.5}`, as the Trainer of transformers and TRL prints them.
 */
function dictionaryOf(line: string): Record<string, number> {
  const [from, to] = [line.indexOf('{'), line.lastIndexOf('}')];
  const body = from === -1 ? '' : line.slice(from + 1, Math.max(0, to));
  const pairs = [...body.matchAll(/['"]([\w/.-]+)['"]:\s*['"]?(-?[\d.]+(?:e[+-]?\d+)?|nan|inf|-inf)['"]?/gi)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [name, /nan/i.test(value) ? Number.NaN : Number(value)]),
  );
}

/** A script may name each evaluation anew, and run for days. */
const MAX_METRICS = 40;
const NAME_CHARACTERS = 100;

const newestOf = (metrics: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).slice(-MAX_METRICS));

function metricsOf(values: Record<string, number>): Record<string, number> {
  const skipped = /runtime|per_second|epoch$/;
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        name.startsWith('eval_') &&
        name.length <= NAME_CHARACTERS &&
        !skipped.test(name) &&
        Number.isFinite(value),
    ),
  );
}

function epochOf({ epoch }: Record<string, number>): Partial<Progress> {
  return epoch !== undefined && Number.isFinite(epoch) ? { epoch } : {};
}

/** `12/100 [00:03<` of a progress bar, "step 12/100", "epoch 2/3" and "epoch 2 of 3". */
function countersOf(line: string): Partial<Progress> {
  // What has more digits counts no steps.
  const step = /(?:\|\s*|\bsteps?\b[: ]+)(\d{1,15})\s*(?:\/|of)\s*(\d{1,15})\b/i.exec(line);
  const epoch = /\bepochs?\b[: ]+(\d{1,9}(?:\.\d{1,20})?)\s*(?:\/|of)\s*(\d{1,9})\b/i.exec(line);
  return {
    ...(step ? { step: Number(step[1]), steps: Number(step[2]) } : {}),
    ...(epoch ? { epoch: Number(epoch[1]), epochs: Number(epoch[2]) } : {}),
  };
}

/** Keeps at most MAX_LOSSES values, each standing for as many as the others. */
function withLoss(progress: Progress, loss: number | undefined): Progress {
  if (loss === undefined || !Number.isFinite(loss)) return progress;
  const seen = progress.seen + 1;
  const isKept = progress.seen % progress.stride === 0;
  const losses = isKept ? [...progress.losses, loss] : progress.losses;
  if (losses.length <= MAX_LOSSES) return { ...progress, loss, losses, seen };
  return {
    ...progress,
    loss,
    losses: losses.filter((_, i) => i % 2 === 0),
    stride: progress.stride * 2,
    seen,
  };
}

/** What the lines of a failing job look like, and what to call it. The first that fits wins. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/CUDA out of memory|torch\.(?:cuda\.)?OutOfMemoryError|HIP out of memory/, 'out of GPU memory'],
  [/^Killed\b|\bMemoryError\b|Cannot allocate memory|OOMKilled/, 'out of memory'],
  [/No space left on device/, 'disk full'],
  [/ModuleNotFoundError: (.{1,80})|ImportError: (.{1,80})/, 'import error'],
  [
    /GatedRepoError|Access to (?:model|dataset) .{1,80} is restricted/,
    'gated repository: access has to be requested',
  ],
  [/RepositoryNotFoundError/, 'repository not found'],
  [/No solution found when resolving/, 'dependencies cannot be resolved'],
];

function failureOf(line: string, values: Record<string, number>): string | undefined {
  if (Number.isNaN(values.loss)) return 'the loss is NaN';
  for (const [pattern, name] of FAILURES) {
    const match = pattern.exec(line);
    const detail = match?.[1] ?? match?.[2];
    if (match) return detail ? `${name} (${detail.trim()})` : name;
  }
  return undefined;
}

const isBar = (line: string): boolean => /\d%\|.*\|/.test(line);
