import { z } from 'zod';
import { Person } from './address.ts';
import { Deciders } from './deciders.ts';

/** What a call may cost. `usd` is undefined where the price or the duration is not known. */
const CostEstimate = z.object({
  usd: z.number().nonnegative().optional(),
  hourlyUsd: z.number().nonnegative().optional(),
  reason: z.string().optional(),
});

/**
 * What the call is about: all of its text, or the beginning of what is known by a hash among the facts.
 * Undefined in requests of versions that cut it without saying so.
 */
const Preview = z.object({
  language: z.string(),
  text: z.string(),
  lines: z.number().int(),
  shows: z.enum(['all', 'beginning']).optional(),
});

const Choice = z.object({
  argument: z.string(),
  label: z.string(),
  options: z.array(z.string()),
  /** What is chosen now, where the fact of that label says it in other words. */
  value: z.string().optional(),
  /** How options are called, where not by what they are. */
  names: z.record(z.string(), z.string()).optional(),
  /** What the call is said to be about with an option, and what it costs then at most. */
  becomes: z
    .record(
      z.string(),
      z.object({ title: z.string(), brief: z.string().optional(), usd: z.number(), hourlyUsd: z.number() }),
    )
    .optional(),
  /** Other facts that depend on what is chosen: what each says, by the option. */
  follows: z.array(z.object({ label: z.string(), values: z.record(z.string(), z.string()) })).optional(),
});

export type Choice = z.infer<typeof Choice>;

/**
 * What people are asked to approve, in the order in which it is shown (`what-runs.ts`). Never holds a
 * secret's value.
 */
export const ApprovalRequest = z.object({
  title: z.string(),
  /** What it is about, as short as a phone's notification has room for; the title where it is not given. */
  brief: z.string().optional(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  warnings: z.array(z.string()),
  preview: Preview.optional(),
  /** The argument whose text people may change before they approve. */
  editable: z.object({ argument: z.string(), language: z.string() }).optional(),
  /** Arguments for which people may choose another value; `label` names the fact that shows it. */
  choices: z.array(Choice).optional(),
  estimate: CostEstimate,
  /** Arguments that named something which may change, as it was when people were asked: this is what runs. */
  inlined: z.record(z.string(), z.string()).optional(),
  /** Why an approved call could not be run; approving it again is trying again. */
  blocked: z.string().optional(),
  /** Runs without a click as long as no budget is passed. */
  isWaived: z.boolean().optional(),
  /** Whose own account it runs under: only they can let it. */
  owner: Person.optional(),
  /** Auto-approval is not for this one. */
  isAlwaysAsked: z.boolean().optional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

/** A text that a request is about, all of it. How much of it a card shows is the card's to say. */
export function previewOf(text: string, language: string): NonNullable<ApprovalRequest['preview']> {
  return { language, text, lines: text.trimEnd().split('\n').length, shows: 'all' };
}

/** Arguments that a person changed before the call was approved; `changed` says what, in a few words. */
const Edit = z.object({ by: Person, at: z.coerce.date(), arguments: z.string(), changed: z.string() });

export const Decision = z.object({
  by: Person,
  at: z.coerce.date(),
  feedback: z.string().optional(),
  edit: Edit.optional(),
  /** The second person, where a call needed two. */
  second: Person.optional(),
  /** Set where nobody clicked: auto-approval let it through and reserved this much for it. */
  auto: z
    .object({
      reservedUsd: z.number().nonnegative(),
      /** What of its cap was left then; undefined without a cap, or in those of older versions. */
      leftUsd: z.number().nonnegative().optional(),
    })
    .optional(),
  /** Set where nobody had to be asked. It is decided all the same, so what the call may cost is reserved. */
  isWaived: z.boolean().optional(),
});
export type Decision = z.infer<typeof Decision>;

const asked = { request: ApprovalRequest, decision: Decision };

/** One field of a question's dialog. */
const QuestionField = z.object({
  name: z.string(),
  label: z.string(),
  about: z.string().optional(),
  type: z.enum(['text', 'number', 'integer', 'yes_no', 'choice', 'choices']),
  choices: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  /** How many of `choices` may be taken. */
  atLeast: z.number().int().optional(),
  atMost: z.number().int().optional(),
  isRequired: z.boolean(),
  /** What the dialog begins with: one value, unless it is of `choices`. */
  initial: z.array(z.string()).optional(),
});
export type QuestionField = z.infer<typeof QuestionField>;

const QuestionAnswer = z.object({
  action: z.enum(['accept', 'decline']),
  content: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
  by: Person,
});
export type QuestionAnswer = z.infer<typeof QuestionAnswer>;

/** Something that a running call asks people. */
const Question = z.object({
  id: z.string(),
  /** Who asks, by the name that people know. */
  from: z.string(),
  text: z.string(),
  fields: z.array(QuestionField),
  /** Whom it calls (platform ids); missing in questions of versions that called nobody. */
  called: z.array(z.string()).optional(),
  /** Who may answer. */
  deciders: Deciders.optional(),
  answer: QuestionAnswer.optional(),
});
export type Question = z.infer<typeof Question>;

/**
 * The life of one tool call: `proposed -> (awaiting_approval -> approved | rejected | abandoned) -> running
 * -> (waiting ->) done | failed | cancelled | unknown`. `waiting` is a call whose job runs on while the
 * session is parked. Every final state has the `output` that the model is given.
 */
export const ToolCallState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('proposed') }),
  z.object({
    kind: z.literal('awaiting_approval'),
    since: z.coerce.date(),
    request: ApprovalRequest,
    edit: Edit.optional(),
    /** Grows with every edit: a decision names the revision that was seen. */
    revision: z.number().int().default(0),
    /** Who has approved, where a second person has to. */
    first: z.object({ by: Person, at: z.coerce.date() }).optional(),
    remindedAt: z.coerce.date().optional(),
    deciders: Deciders.optional(),
  }),
  z.object({ kind: z.literal('approved'), ...asked }),
  /**
   * `tail` is the newest part of what the call prints while it runs, `note` how it stands, in a few words.
   */
  z.object({
    kind: z.literal('running'),
    since: z.coerce.date(),
    tail: z.string().optional(),
    note: z.string().optional(),
    question: Question.optional(),
  }),
  z.object({
    kind: z.literal('waiting'),
    since: z.coerce.date(),
    watchId: z.string(),
    /** It waits for a test: what it was approved for begins once that has passed, and may cost so much. */
    follows: z.object({ usd: z.number().nonnegative() }).optional(),
  }),
  z.object({ kind: z.literal('rejected'), output: z.string(), ...asked }),
  z.object({
    kind: z.literal('abandoned'),
    why: z.enum(['message', 'lapsed', 'replaced', 'closed']).default('message'),
    output: z.string(),
    request: ApprovalRequest,
    at: z.coerce.date(),
  }),
  z.object({
    kind: z.literal('done'),
    output: z.string(),
    at: z.coerce.date(),
    /** Files of pictures that belong to the output. */
    images: z.array(z.string()).optional(),
    /** Addresses of what was made on the Hub. */
    made: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal('failed'), output: z.string(), at: z.coerce.date() }),
  z.object({ kind: z.literal('cancelled'), output: z.string(), at: z.coerce.date() }),
  z.object({ kind: z.literal('unknown'), output: z.string(), at: z.coerce.date() }),
]);
export type ToolCallState = z.infer<typeof ToolCallState>;
export type ToolCallKind = ToolCallState['kind'];

export type SettledState = Extract<ToolCallState, { output: string }>;

export function isSettled(state: ToolCallState): state is SettledState {
  return 'output' in state;
}

/**
 * The arguments that count: the model's, as people saw them, or what a person made of them before approving.
 */
export function effectiveArguments({ state, approval, ...call }: ToolCall): string {
  const isOpen = state.kind === 'awaiting_approval';
  const edit = isOpen ? state.edit : approval?.decision.edit;
  if (edit !== undefined) return edit.arguments;
  const inlined = isOpen ? state.request.inlined : approval?.request.inlined;
  return inlined ? withInlined(call.arguments, inlined) : call.arguments;
}

/** The model's arguments with what was filled in when people were asked. */
export const withInlined = (text: string, inlined: NonNullable<ApprovalRequest['inlined']>): string =>
  JSON.stringify({ ...JSON.parse(text), ...inlined });

/** Addresses of what calls have made on the Hub. */
export const madeBy = (calls: readonly ToolCall[]): string[] =>
  calls.flatMap(({ state }) => (state.kind === 'done' ? (state.made ?? []) : []));

/**
 * Which calls of a tool the timeline lists: every one, or those alone that failed, because what the others do
 * is seen in the thread by itself.
 */
export type Timeline = 'every_call' | 'failures';

/** A call in the words of people: "run a job", "Running a job", "Ran a job". */
export const Step = z.object({ todo: z.string(), doing: z.string(), did: z.string() });
export type Step = z.infer<typeof Step>;

/** One tool call as the record has it. `arguments` is the model's JSON text, never trusted to parse. */
export type ToolCall = {
  id: string;
  messageId: number;
  exchange: number;
  position: number;
  providerId: string;
  name: string;
  arguments: string;
  /** What the call is about, in a few words, for people. */
  summary: string;
  /** Undefined where its tool has no words for it: it is told by its name. */
  step?: Step | undefined;
  timeline: Timeline;
  state: ToolCallState;
  /** Who decided and on what, once someone did; it outlives the states that follow. */
  approval: { request: ApprovalRequest; decision: Decision } | undefined;
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
};
