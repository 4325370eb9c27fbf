import { z } from 'zod';
import { Axis, Stray } from './curve.ts';

/** What the reader has to know of earlier lines. All of it is bounded. */
export const Reader = z.object({
  /** The process whose numbers are read, as its lines name it: '' where they don't. */
  source: z.string().optional(),
  /** Of the newest lines with a loss, so that what each process prints counts once. */
  recent: z.array(z.number()).default([]),
  /** Whose bar tells the steps: one that says it is of training, or one without a name. */
  bar: z.enum(['named', 'bare']).optional(),
  /** The epoch that a line of its own has announced, and the one in which the bar was seen last. */
  announced: z.number().optional(),
  barEpoch: z.number().optional(),
  /** A bar without a name that may be of an evaluation, or of training that began anew. */
  other: z.object({ step: z.number(), steps: z.number() }).optional(),
  /** How many of its steps the bar of training makes in a second. */
  rate: z.number().optional(),
  /** The bar in whose place the one of now has come, before any loss. */
  replaced: z.object({ step: z.number(), steps: z.number() }).optional(),
  /** How many steps the bar of an evaluation had. */
  evaluated: z.number().optional(),
  isEnded: z.boolean().default(false),
  stray: Stray.optional(),
  /** What kind of failure is shown: it decides what clears it. */
  failed: z.enum(['loss', 'gradient', 'error', 'consequence']).optional(),
  /** How many losses in a row were no numbers, and the step at the first of them. */
  broken: z.object({ readings: z.number().int(), step: z.number().optional() }).optional(),
  /** In a traceback, or in what is said right after it. */
  trace: z
    .object({
      at: z.enum(['stack', 'said']),
      isCaught: z.boolean().default(false),
      isKnown: z.boolean().default(false),
      /** A general kind of failure is told: only a special one takes its place. */
      isNamed: z.boolean().default(false),
      lines: z.number().int().default(0),
    })
    .optional(),
  /** The line before was of something that is only told: a traceback after it was caught. */
  isToldOnly: z.boolean().default(false),
  /** So many further lines may belong to an answer of a model that is printed. */
  printed: z.number().int().optional(),
  /** The task of the newest row of a table of lm-eval. */
  task: z.string().optional(),
});
export type Reader = z.infer<typeof Reader>;

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
  /** What the losses stand over. */
  axis: Axis.optional(),
  /** The newest figures of how good the model is, by name: of evaluations, rewards. */
  metrics: z.record(z.string(), z.number()).default({}),
  /** The newest alerts of the script. */
  alerts: z.array(z.string()).default([]),
  /** What has gone wrong, in a few words, where the log shows it. */
  failure: z.string().optional(),
  /** What to press or change then. */
  advice: z.string().optional(),
  /** Repositories on the Hub that its log speaks of as pushed to: whether they were is for the Hub to say. */
  links: z.array(z.string()).default([]),
  /** The last lines, without progress bars. */
  tail: z.array(z.string()).default([]),
  /** For whoever reads on; without it the reading begins anew. */
  reader: Reader.optional().catch(undefined),
});
export type Progress = z.infer<typeof Progress>;

/** While it is read. */
export type Known = Progress & { reader: Reader };

export const known = (progress: Progress): Known => ({
  ...progress,
  reader: progress.reader ?? Reader.parse({}),
});
