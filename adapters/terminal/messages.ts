import { z } from 'zod';

/*
 * What the board holds of the terminal's threads: what people read, in pieces, and besides it the facts that
 * events for programs are made of. Everything is text as it came; it is made harmless where it is printed.
 */

const Control = z.object({
  label: z.string(),
  name: z.string(),
  values: z.array(z.string()),
  style: z.enum(['primary', 'success', 'danger']).optional(),
  sure: z.string().optional(),
});

const Option = z.object({ label: z.string(), value: z.string() });

/** A part of a message, from top to bottom. */
export const Piece = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['title', 'text', 'small', 'code']), text: z.string() }),
  z.object({ kind: z.literal('buttons'), buttons: z.array(Control) }),
  z.object({
    kind: z.literal('menu'),
    label: z.string(),
    name: z.string(),
    values: z.array(z.string()),
    options: z.array(Option),
  }),
]);
export type Piece = z.infer<typeof Piece>;

const Call = z.object({
  tool: z.string(),
  summary: z.string(),
  state: z.enum(['running', 'asked', 'waiting', 'done', 'failed', 'skipped', 'unknown']),
  seconds: z.number().optional(),
  tail: z.string().optional(),
  note: z.string().optional(),
});
export type Call = z.infer<typeof Call>;

const Status = z.object({
  kind: z.literal('status'),
  exchange: z.number(),
  phase: z.enum([
    ...['working', 'needs_approval', 'waiting_for_job', 'done', 'failed', 'paused'],
    ...['waiting_for_model', 'stopped', 'undone', 'closed'],
  ] as const),
  detail: z.string().optional(),
  plan: z.array(z.object({ id: z.string(), content: z.string(), status: z.string() })),
  /** The newest lines of what was done and said; those before them are counted. */
  lines: z.array(z.union([Call, z.object({ said: z.string() })])),
  earlier: z.number(),
  links: z.array(z.string()),
  tokens: z.number(),
  usd: z.number().optional(),
  /** What may be spent without a click, and how much of it is. */
  auto: z.object({ capUsd: z.number().optional(), usedUsd: z.number() }).optional(),
});
export type Status = z.infer<typeof Status>;

const Approval = z.object({
  kind: z.literal('approval'),
  exchange: z.number(),
  toolCallId: z.string(),
  title: z.string(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  warnings: z.array(z.string()),
  usd: z.number().optional(),
  isAlwaysAsked: z.boolean(),
  isOpen: z.boolean(),
});
export type Approval = z.infer<typeof Approval>;

/** What a message is about. */
export const About = z.discriminatedUnion('kind', [
  Status,
  Approval,
  z.object({
    kind: z.literal('answer'),
    exchange: z.number(),
    text: z.string(),
    isDraft: z.boolean(),
    isEnd: z.boolean(),
  }),
  z.object({ kind: z.literal('question'), exchange: z.number(), from: z.string(), text: z.string() }),
  z.object({
    kind: z.literal('job'),
    jobId: z.string(),
    url: z.string(),
    stage: z.string(),
    title: z.string(),
    message: z.string().optional(),
    usd: z.number().optional(),
    isFinal: z.boolean(),
  }),
  z.object({ kind: z.literal('notice'), exchange: z.number(), text: z.string() }),
  z.object({ kind: z.literal('file'), fileId: z.string(), name: z.string() }),
  z.object({ kind: z.literal('other') }),
]);
export type About = z.infer<typeof About>;

/** A message of the bot. `isCalling`: it waits for who reads it. */
export const Body = z.object({
  headline: z.string(),
  tone: z.enum(['waiting', 'running', 'good', 'bad', 'stopped']).optional(),
  isCalling: z.boolean(),
  pieces: z.array(Piece),
  about: About,
});
export type Body = z.infer<typeof Body>;
