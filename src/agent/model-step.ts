import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelAnswer } from '../llm/stream.ts';
import type { Clock, Ids } from '../ops/clock.ts';
import type { Redactor } from '../ops/redaction.ts';
import { type Budgets, passedBudgets } from '../session/budget.ts';
import { type Claim, fenced, type Tx } from '../session/lease.ts';
import * as record from '../session/record.ts';
import { context, type Snapshot } from '../session/snapshot.ts';
import type { Failure } from '../session/state.ts';
import type { Registry } from '../tools/registry.ts';
import { LatestWriter } from './latest-writer.ts';
import { requestOf } from './request.ts';

export type ModelStepDeps = {
  model: ModelClient;
  modelId: string;
  priceOf(answer: ModelAnswer): number | undefined;
  budgets: Budgets;
  registry: Registry;
  systemPrompt: string;
  ids: Ids;
  clock: Clock;
  redact: Redactor;
  render(sessionId: string): Promise<void>;
};

/** How often the growing answer is written down for the thread. Platforms show edits about once a second. */
const DRAFT_MS = 400;

/** A step: one model call, committed with the tool calls that it asks for. A failure that no retry mended is returned. */
export async function modelStep(
  deps: ModelStepDeps,
  held: Claim,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { exchange } = snapshot.session;
  const overBudget = await fenced(held, async (tx) => {
    await record.countModelCall(tx, held.sessionId, exchange);
    return budgetFailure(tx, deps.budgets, snapshot);
  });
  if (overBudget !== undefined) return overBudget;
  const drafts = draftWriter(deps, held);
  try {
    const answer = await deps.model.complete({
      messages: requestOf(deps.systemPrompt, context(snapshot), snapshot.toolCalls),
      tools: deps.registry.forModel,
      signal,
      onText: (text) => drafts.write(text),
    });
    await drafts.stop();
    await commit(deps, held, snapshot, answer);
    return undefined;
  } catch (error) {
    await drafts.stop();
    if (!(error instanceof ModelError)) throw error;
    const detail = error.kind === 'rejected' ? ` ${deps.redact(error.message).slice(0, 300)}` : '';
    return { message: `${error.advice}${detail}`, retryable: error.kind !== 'too_long' };
  }
}

/** Why no model may be called any more: what is spent has passed a budget, and nobody has let this exchange go on. */
async function budgetFailure(tx: Tx, budgets: Budgets, { session }: Snapshot): Promise<Failure | undefined> {
  if (session.settings.overBudget?.exchange === session.exchange) return undefined;
  const passed = await passedBudgets(tx, budgets, session.id, 0);
  if (passed.length === 0) return undefined;
  const message = `${passed.join(' ')} Whoever may pass budgets can press Retry to let me go on with this request.`;
  return { message, retryable: true, isOverBudget: true };
}

async function commit(
  deps: ModelStepDeps,
  held: Claim,
  snapshot: Snapshot,
  answer: ModelAnswer,
): Promise<void> {
  const { sessionId } = held;
  const { exchange } = snapshot.session;
  const text = deps.redact(answer.text);
  // A cut answer's calls may be incomplete: they are dropped, and the model is told to use smaller pieces.
  const calls = answer.isTruncated ? [] : answer.calls.map((call) => newCall(deps, call));
  await fenced(held, async (tx) => {
    const messageId = await record.addMessage(tx, sessionId, exchange, { role: 'assistant', text });
    await record.addToolCalls(tx, sessionId, exchange, messageId, calls);
    await record.addUsage(tx, sessionId, exchange, {
      model: deps.modelId,
      ...answer.usage,
      usd: deps.priceOf(answer),
    });
    await record.setDraft(tx, sessionId, undefined);
    await record.emit(tx, sessionId, { type: 'assistant_message', data: { messageId, calls: calls.length } });
    for (const call of calls) {
      await record.emit(tx, sessionId, { type: 'tool_call', data: { id: call.id, name: call.name } });
    }
    if (answer.isTruncated)
      await record.addMessage(tx, sessionId, exchange, { role: 'note', text: TRUNCATED });
  });
  await deps.render(sessionId);
}

const TRUNCATED =
  'Your last answer was cut at the output limit, and its tool calls were dropped. Do the work in smaller pieces.';

function newCall(
  { ids, redact, registry }: ModelStepDeps,
  call: { providerId: string; name: string; arguments: string },
): record.NewToolCall {
  const id = ids.next('c');
  const text = redact(call.arguments);
  return {
    id,
    providerId: call.providerId || id,
    name: call.name || 'unnamed',
    arguments: text,
    summary: registry.summary(call.name, text).slice(0, 120),
  };
}

/** What the model is writing, as the thread shows it meanwhile. */
const draftWriter = ({ redact, render, clock }: ModelStepDeps, held: Claim): LatestWriter =>
  new LatestWriter(
    async (latest) => {
      const text = redact(latest);
      await fenced(held, (tx) => record.setDraft(tx, held.sessionId, text ? { text } : undefined));
      await render(held.sessionId);
    },
    DRAFT_MS,
    clock,
  );
