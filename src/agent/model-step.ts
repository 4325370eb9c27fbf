import { type Budgets, passedBudgets } from '../approvals/budget.ts';
import type { Effort } from '../config/effort.ts';
import type { Queries } from '../db/database.ts';
import { eachInTurn } from '../lib/breath.ts';
import type { Clock, Ids } from '../lib/clock.ts';
import { cut } from '../lib/cut.ts';
import type { Redaction } from '../lib/redaction.ts';
import { refusalOfArguments } from '../lib/secret-arguments.ts';
import type { TimedAnswer } from '../llm/answer.ts';
import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelFacts } from '../llm/facts.ts';
import { context, type Session, type Snapshot } from '../session/snapshot.ts';
import type { Failure } from '../session/state.ts';
import { type Claim, lastly } from '../session/store/lease.ts';
import { countModelCall } from '../session/store/model-calls.ts';
import * as record from '../session/store/record.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import type { Registry } from '../tools/registry.ts';
import { renderOptionsOf } from './context-size.ts';
import type { Drafts } from './drafts.ts';
import { afterAnswer, failureAfter } from './outages.ts';
import { requestOf } from './request.ts';
import { usageOf } from './usage.ts';

export type ModelStepDeps = {
  model: ModelClient;
  modelOf(session: Session): string;
  effortOf(session: Session): Effort | undefined;
  factsOf(model: string): Promise<ModelFacts>;
  /** The pictures of a conversation, by the id of their file, as data URLs. */
  imagesOf(snapshot: Snapshot): Promise<ReadonlyMap<string, string>>;
  budgets: Budgets;
  /** How long a provider that is out is waited for; 0 is not at all. */
  outageHours: number;
  registry: Registry;
  systemPromptOf(session: Session): string;
  ids: Ids;
  clock: Clock;
  render(sessionId: string): Promise<void>;
  /** What models are writing, as threads show it meanwhile. */
  drafts: Drafts;
};

/** How a step ended: `overflow` means that the conversation was too long for the model. */
type StepEnd = { kind: 'done' } | { kind: 'overflow' } | { kind: 'failed'; failure: Failure };

/**
 * One step: a model call, committed together with the tool calls that it asks for. A failure that retries
 * could not overcome is returned.
 */
export async function modelStep(
  deps: ModelStepDeps,
  held: Claim,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<StepEnd> {
  const { session } = snapshot;
  await countModelCall(held, session.exchange);
  const overBudget = await budgetFailure(held.db, deps.budgets, snapshot);
  if (overBudget !== undefined) return { kind: 'failed', failure: overBudget };
  const draft = deps.drafts.begin(held);
  const model = deps.modelOf(session);
  const { seesImages } = await deps.factsOf(model);
  const options = {
    ...renderOptionsOf(snapshot),
    exchange: session.exchange,
    model,
    ...(seesImages ? { images: await deps.imagesOf(snapshot) } : {}),
  };
  try {
    const answer = await deps.model.complete({
      model,
      effort: deps.effortOf(session),
      sessionId: session.id,
      messages: requestOf(deps.systemPromptOf(session), context(snapshot), snapshot.toolCalls, options),
      tools: deps.registry.forModel(session.address),
      signal,
      onText: (text) => draft.write(text),
    });
    await draft.stop();
    await commit(deps, held, snapshot, answer);
    return { kind: 'done' };
  } catch (error) {
    await draft.stop();
    if (!(error instanceof ModelError)) throw error;
    if (error.kind === 'too_long') return { kind: 'overflow' };
    const within = { now: deps.clock.now(), mostHours: deps.outageHours };
    const failure = failureAfter(error, session, within);
    const detail = error.kind === 'rejected' ? ` ${held.db.redaction.head(error.message, 300)}` : '';
    return { kind: 'failed', failure: { ...failure, message: `${failure.message}${detail}` } };
  }
}

/**
 * Why no model may be called any more: spending has passed a budget, and nobody has allowed this exchange to
 * go on.
 */
async function budgetFailure(
  db: Queries,
  budgets: Budgets,
  { session }: Snapshot,
): Promise<Failure | undefined> {
  if (session.settings.overBudget?.exchange === session.exchange) return undefined;
  const passed = await passedBudgets(db, budgets, session);
  if (passed.length === 0) return undefined;
  const message = `${passed.join(' ')} Somebody who may pass budgets can let me go on.`;
  return { message, retryable: true, isOverBudget: true };
}

async function commit(
  deps: ModelStepDeps,
  held: Claim,
  snapshot: Snapshot,
  answer: TimedAnswer,
): Promise<void> {
  const { sessionId, db } = held;
  const { redaction } = db;
  const { exchange } = snapshot.session;
  const { usage, model } = answer;
  const text = await redaction.long(answer.text);
  const reasoning = await redaction.long(answer.reasoning);
  const used = await usageOf('step', answer, deps.factsOf);
  // A cut answer's calls may be incomplete: they are dropped, and the model is told to use smaller pieces.
  const calls = answer.isTruncated
    ? []
    : await eachInTurn(answer.calls, (call) => newCall(deps, redaction, call));
  await lastly(held, async (tx) => {
    await afterAnswer(tx, snapshot.session);
    const fallback = fallbackNotice(snapshot, deps.modelOf(snapshot.session), model);
    if (fallback !== undefined) {
      await record.addMessage(tx, sessionId, exchange, { role: 'notice', text: fallback });
    }
    const messageId = await record.addMessage(tx, sessionId, exchange, {
      role: 'assistant',
      text,
      model,
      ...(reasoning ? { reasoning } : {}),
      ...extrasOf(answer),
      ...(usage.inputTokens > 0 ? { tokens: { input: usage.inputTokens, output: usage.outputTokens } } : {}),
    });
    await record.addToolCalls(tx, sessionId, exchange, messageId, calls);
    await record.addUsage(tx, sessionId, exchange, used);
    await record.setDraft(tx, sessionId, undefined);
    if (answer.isTruncated)
      await record.addMessage(tx, sessionId, exchange, { role: 'note', text: TRUNCATED, guard: 'output' });
  });
  await deps.render(sessionId);
}

/** What has to be sent back with each call, by its index: the signature of the thought that led to it. */
function extrasOf({ calls, isTruncated }: TimedAnswer): { extras?: Record<string, Record<string, unknown>> } {
  const extras = calls.flatMap(({ extra }, i) =>
    extra === undefined ? [] : [[String(i), { ...extra }] as const],
  );
  return extras.length === 0 || isTruncated ? {} : { extras: Object.fromEntries(extras) };
}

/** Said once where another model answers than the one that was chosen. */
function fallbackNotice({ messages }: Snapshot, chosen: string, answered: string): string | undefined {
  const before = messages.findLast(({ entry }: TranscriptMessage) => entry.role === 'assistant')?.entry;
  const isKnown = before?.role === 'assistant' && before.model === answered;
  if (answered === chosen || isKnown) return undefined;
  return `${chosen} can’t be reached at the moment, so I go on with ${answered}.`;
}

const TRUNCATED =
  'Your last answer was cut at the output limit, and its tool calls were dropped. Do the work in smaller pieces.';

async function newCall(
  { ids, clock, registry }: ModelStepDeps,
  redaction: Redaction,
  call: { providerId: string; name: string; arguments: string },
): Promise<record.NewToolCall> {
  const id = ids.next('c');
  // Kept to the byte, because it is what people approve and what runs; or, with a secret in it, not kept at
  // all.
  const refusal = await refusalOfArguments(call.arguments, redaction);
  const text = refusal === undefined ? call.arguments : '{}';
  return {
    id,
    providerId: call.providerId || id,
    name: redaction.text(call.name) === call.name && call.name !== '' ? call.name : 'unnamed',
    arguments: text,
    summary: cut(registry.summary(call.name, text), 120),
    step: registry.step(call.name, text),
    timeline: registry.timeline(call.name),
    refusal: refusal === undefined ? undefined : { output: refusal, at: clock.now() },
  };
}
