import { z } from 'zod';
import { eachInTurn } from '../../lib/breath.ts';
import { cut } from '../../lib/cut.ts';
import { cappedClean } from '../../lib/output.ts';
import type { Redaction } from '../../lib/redaction.ts';
import { refusalOfArguments } from '../../lib/secret-arguments.ts';
import type { ModelClient } from '../../llm/client.ts';
import { ModelError } from '../../llm/errors.ts';
import type { ModelFacts } from '../../llm/facts.ts';
import { createRegistry, type Registry } from '../../tools/registry.ts';
import { step, words } from '../../tools/steps.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from '../../tools/tool.ts';
import { usageOf } from '../usage.ts';
import { boundsFor, noteFor } from './bounds.ts';
import { Entry, type ResearchCall, type ResearchResult } from './journal.ts';
import { messagesOf } from './messages.ts';
import { progressOf, report, whatThereIs } from './report.ts';

export type ResearchDeps = {
  /**
   * All tools. The assistant has those that declare `research`, and may make only calls that look something
   * up.
   */
  tools: readonly Tool[];
  model: ModelClient;
  /** The model of a session's research. */
  modelOf(sessionId: string): Promise<string>;
  factsOf(model: string): Promise<ModelFacts>;
  /** Whether the session has spent more than a budget allows: then nothing more is looked up. */
  isOverBudget(sessionId: string): Promise<boolean>;
  prompt: string;
  /** Of what one look-up gives, and of the report. */
  maxOutputCharacters: number;
  maxReportCharacters: number;
  maxSteps: number;
  maxUsd: number;
};

const Arguments = z.strictObject({
  task: z.string().min(10).max(8_000).describe('The question, narrow enough to be answered in a page.'),
  context: z.string().max(20_000).optional().describe('What is known already, and what the answer is for.'),
});

const TIMEOUT_MS = 60 * 60_000;

/**
 * A separate model looks something up and reports: what it reads fills its own context, not the session's.
 * Every step is recorded, so that a crash costs one step.
 */
export function researchTool(deps: ResearchDeps): Tool {
  const registry = createRegistry(deps.tools.filter(({ research }) => research));
  return defineTool({
    name: 'research',
    description:
      'Have a question looked up by an assistant with a context of its own: it reads papers, documentation, code, datasets and the web, and reports what it found with sources. Use it for anything that takes more than two or three look-ups. It knows nothing of this thread but what you tell it. Several run at once in one step.',
    schema: Arguments,
    isReadOnly: true,
    timeoutMs: TIMEOUT_MS,
    summary: ({ task }) => cut(task, 100),
    step: ({ task }) => step('research', words(task)),
    run: (args, context) => research(deps, registry, args, context),
  });
}

async function research(
  deps: ResearchDeps,
  registry: Registry,
  { task, context: known }: z.infer<typeof Arguments>,
  context: ToolContext,
): Promise<ToolResult> {
  const { journal, signal } = context;
  const model = await deps.modelOf(context.sessionId);
  const { contextTokens } = await deps.factsOf(model);
  const { maxSteps, maxUsd } = deps;
  const entries: Entry[] = (await journal.entries()).map((entry) => Entry.parse(entry));
  const request = known ? `${task}\n\nWhat is known:\n${known}` : task;
  const scope: Scope = { deps, registry, context, model, request };
  for (;;) {
    signal.throwIfAborted();
    context.note(progressOf(entries, registry));
    const last = entries.at(-1);
    if (last?.kind === 'answer' && last.calls.length === 0)
      return report(last.text, entries, registry, deps.maxReportCharacters);
    if (last?.kind === 'answer') {
      const results = await Promise.all(last.calls.map((call) => runCall(scope, call)));
      entries.push(await noted(context, { kind: 'results', results }));
      continue;
    }
    const isOverBudget = await deps.isOverBudget(context.sessionId);
    const note = noteFor(entries, boundsFor(contextTokens, { maxSteps, maxUsd, isOverBudget }));
    if (note !== undefined) {
      entries.push(await noted(context, note));
      continue;
    }
    const answer = await askModel(scope, entries);
    if (!answer.ok) return { kind: 'failed', output: answer.reason };
    entries.push(answer.entry);
  }
}

type Scope = {
  deps: ResearchDeps;
  registry: Registry;
  context: ToolContext;
  model: string;
  /** What the model is asked, with what is known already. */
  request: string;
};

async function noted(context: ToolContext, entry: Entry): Promise<Entry> {
  await context.journal.append(entry);
  return entry;
}

/** The model's next answer, noted down with what it took; or why there is none. */
async function askModel(
  { deps, registry, context, model, request }: Scope,
  entries: readonly Entry[],
): Promise<{ ok: true; entry: Entry } | { ok: false; reason: string }> {
  const isLast = entries.some((entry) => entry.kind === 'note' && entry.isLast);
  try {
    const answer = await deps.model.complete({
      model,
      sessionId: `${context.sessionId}/${context.callId}`,
      messages: messagesOf(deps.prompt, request, entries),
      tools: registry.forModel(context.address),
      ...(isLast ? { toolChoice: 'none' as const } : {}),
      signal: context.signal,
      onText: () => {},
    });
    const used = await usageOf('research', answer, deps.factsOf);
    const entry: Entry = {
      kind: 'answer',
      text: await context.redaction.long(answer.text),
      // What is cut at the output limit may be half a call.
      calls:
        answer.isTruncated || isLast
          ? []
          : await eachInTurn(answer.calls, (call) => withoutSecrets(call, context.redaction)),
      tokens: answer.usage.inputTokens + answer.usage.outputTokens,
      ...(used.usd === undefined ? {} : { usd: used.usd }),
    };
    await context.journal.append(entry, used);
    return { ok: true, entry };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    context.signal.throwIfAborted();
    return {
      ok: false,
      reason: `The research could not go on: ${error.advice}\n\n${whatThereIs(entries)}`,
    };
  }
}

/** A call as it was written; one that holds a secret is refused, and its arguments are not kept. */
async function withoutSecrets(call: ResearchCall, redaction: Redaction): Promise<ResearchCall> {
  const refusal = await refusalOfArguments(call.arguments, redaction);
  return refusal === undefined ? call : { ...call, arguments: '{}', refusal };
}

/** The tools' own rules hold: what people would be asked about is not done here. */
async function runCall({ deps, registry, context }: Scope, call: ResearchCall): Promise<ResearchResult> {
  const failed = (output: string) => ({ isFailed: true, output });
  if (call.refusal !== undefined) return failed(call.refusal);
  const prepared = registry.prepare(call.name, call.arguments);
  if (!prepared.ok) return failed(prepared.error);
  if (!prepared.call.isLookUp) return failed(ONLY_LOOK_UPS);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(CALL_MS)]);
  const own = { ...context, isOfAssistant: true as const, signal, show: () => {}, note: () => {} };
  try {
    if ((await prepared.call.approval(own)) !== undefined) return failed(ONLY_LOOK_UPS);
    const result = await prepared.call.run(own);
    if (result.kind !== 'done' && result.kind !== 'failed') return failed(ONLY_LOOK_UPS);
    return {
      isFailed: result.kind === 'failed',
      output: cappedClean(context.redaction, result.output, deps.maxOutputCharacters),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(`${call.name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const ONLY_LOOK_UPS = 'Nothing can be changed here: only look-ups are possible.';
const CALL_MS = 10 * 60_000;
