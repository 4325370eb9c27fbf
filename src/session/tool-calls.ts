import { z } from 'zod';
import { Person } from './address.ts';

/** What a call may cost. `usd` is undefined where the price or the duration is not known. */
const CostEstimate = z.object({
  usd: z.number().nonnegative().optional(),
  hourlyUsd: z.number().nonnegative().optional(),
  reason: z.string().optional(),
});

/** What an approval card shows, in the order it is shown. Never holds a secret's value. */
export const ApprovalRequest = z.object({
  title: z.string(),
  facts: z.array(z.object({ label: z.string(), value: z.string() })),
  warnings: z.array(z.string()),
  preview: z.object({ language: z.string(), text: z.string(), lines: z.number().int() }).optional(),
  estimate: CostEstimate,
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

const Decision = z.object({ by: Person, at: z.coerce.date(), feedback: z.string().optional() });
type Decision = z.infer<typeof Decision>;

const asked = { request: ApprovalRequest, decision: Decision };

/**
 * The life of one tool call:
 * `proposed -> (awaiting_approval -> approved | rejected | abandoned) -> running -> (waiting ->) done | failed |
 * cancelled | unknown`. `waiting` is a call whose job runs on while the session is parked. Every final state has
 * the `output` that the model is given.
 */
export const ToolCallState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('proposed') }),
  z.object({ kind: z.literal('awaiting_approval'), since: z.coerce.date(), request: ApprovalRequest }),
  z.object({ kind: z.literal('approved'), ...asked }),
  z.object({ kind: z.literal('running'), since: z.coerce.date() }),
  z.object({ kind: z.literal('waiting'), since: z.coerce.date(), watchId: z.string() }),
  z.object({ kind: z.literal('rejected'), output: z.string(), ...asked }),
  z.object({
    kind: z.literal('abandoned'),
    output: z.string(),
    request: ApprovalRequest,
    at: z.coerce.date(),
  }),
  z.object({ kind: z.literal('done'), output: z.string(), at: z.coerce.date() }),
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
  state: ToolCallState;
  /** Who decided and on what, once someone did; it outlives the states that follow. */
  approval: { request: ApprovalRequest; decision: Decision } | undefined;
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
};
