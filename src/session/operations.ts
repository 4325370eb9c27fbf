import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { Person } from './address.ts';
import { Background } from './background.ts';
import { WrittenAt } from './written-at.ts';

/**
 * Said by the server, never by a person: who may end jobs that are paid for, in words, where `by` may not.
 * Missing where they may.
 */
const MayNotEndJobs = z.string().optional();

/** What a person asks of a session, or (`job_ended`, `job_alarm`) what a watch has to tell it. */
export const Operation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user_input'),
    /** The person's own words, and nothing else. */
    text: z.string(),
    author: Person,
    /** The platform's id of the message, for edits, deletions and reactions. */
    messageId: z.string(),
    /** Missing where nobody wrote a message, as with a button, and in rows of older versions. */
    writtenAt: WrittenAt.optional(),
    background: Background.optional(),
    /** Everything that is kept of the files that came with it. */
    files: z.array(z.string()).optional(),
    /** Files of pictures that came with it. */
    images: z.array(z.string()).optional(),
    /** What the model is told of other files that came with it. */
    attached: z.string().optional(),
    /** Leaves open approvals open, whatever it says. */
    isAside: z.boolean().optional(),
  }),
  /** What was said before in the thread, where it could be read only later. */
  z.object({ kind: z.literal('background'), text: z.string() }),
  z.object({
    kind: z.literal('exec_approval'),
    decisions: z
      .array(z.object({ toolCallId: z.string(), verdict: z.enum(['approved', 'rejected', 'lapsed']) }))
      .min(1),
  }),
  z.object({ kind: z.literal('compact'), by: Person }),
  z.object({
    kind: z.literal('interrupt'),
    by: Person,
    keepsJobs: z.boolean().optional(),
    mayNotEndJobs: MayNotEndJobs,
  }),
  z.object({ kind: z.literal('undo'), by: Person, mayNotEndJobs: MayNotEndJobs }),
  z.object({ kind: z.literal('new'), by: Person }),
  z.object({
    kind: z.literal('resume'),
    by: Person,
    /** Said by the server, never by a person: whether `by` may let models go on past a budget. */
    mayPassBudgets: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('shutdown'), by: Person }),
  /** What waits for its model provider is due to be tried again. */
  z.object({ kind: z.literal('retry') }),
  /** Without an id it only shows what there is; `default` goes back to what the config says. */
  z.object({ kind: z.literal('model'), by: Person, id: z.string().optional() }),
  z.object({ kind: z.literal('effort'), by: Person, level: Effort.or(z.literal('default')).optional() }),
  z.object({ kind: z.literal('export'), by: Person, format: z.enum(['markdown', 'jsonl']) }),
  z.object({ kind: z.literal('share'), by: Person }),
  z.object({ kind: z.literal('job_ended'), watchId: z.string() }),
  z.object({ kind: z.literal('job_alarm'), watchId: z.string(), text: z.string() }),
  z.object({ kind: z.literal('cancel_job'), watchId: z.string(), by: Person, mayNotEndJobs: MayNotEndJobs }),
  z.object({
    kind: z.literal('job_file'),
    watchId: z.string(),
    what: z.enum(['log', 'curve']),
    by: Person,
  }),
  z.object({ kind: z.literal('compare_jobs'), watchIds: z.array(z.string()).min(2), by: Person }),
  z.object({
    kind: z.literal('rerun_job'),
    watchId: z.string(),
    by: Person,
    /** With what changed; unchanged without it. */
    remedy: z.enum(['half_batch', 'larger', 'longer']).optional(),
  }),
  z.object({
    kind: z.literal('watch_job'),
    namespace: z.string().optional(),
    jobId: z.string(),
    by: Person,
  }),
  /** Stands for what is in the inbox and can't be read; never written. */
  z.object({ kind: z.literal('unreadable') }),
]);
export type Operation = z.infer<typeof Operation>;
export type OperationKind = Operation['kind'];

/**
 * What an operation cuts short when it is asked for: the step that is running, together with a compaction
 * that was asked for before; that compaction alone; or nothing.
 */
const CUTS_SHORT: Readonly<Record<OperationKind, 'step' | 'compaction' | 'nothing'>> = {
  user_input: 'nothing',
  background: 'nothing',
  exec_approval: 'nothing',
  compact: 'compaction', // the later one has all that the earlier one would have had
  interrupt: 'step',
  undo: 'step',
  new: 'compaction',
  resume: 'nothing',
  shutdown: 'step',
  retry: 'nothing',
  model: 'nothing',
  effort: 'nothing',
  export: 'nothing',
  share: 'nothing',
  job_ended: 'nothing',
  job_alarm: 'nothing',
  cancel_job: 'nothing',
  job_file: 'nothing',
  compare_jobs: 'nothing',
  rerun_job: 'nothing',
  watch_job: 'nothing',
  unreadable: 'nothing',
};

const KINDS: readonly OperationKind[] = Operation.options.map(({ shape }) => shape.kind.value);

/** The operations that end a running step. */
export const STOPS: readonly OperationKind[] = KINDS.filter((kind) => CUTS_SHORT[kind] === 'step');

/** Whether a compaction that was asked for before this operation is not made any more. */
export const voidsCompaction = ({ kind }: Operation): boolean => CUTS_SHORT[kind] !== 'nothing';

/**
 * An operation as it is in the inbox. Undefined where its kind is one of a newer version, which takes it up;
 * where it should be readable and is not, that is said, because nothing that comes after it would be taken up
 * otherwise.
 */
export function storedOperation(kind: string, body: unknown): Operation | undefined {
  if (!KINDS.some((known) => known === kind)) return undefined;
  return Operation.safeParse(body).data ?? { kind: 'unreadable' };
}
