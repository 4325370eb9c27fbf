import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { z } from 'zod';
import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelFacts } from '../llm/facts.ts';
import { parsedJson } from '../ops/json.ts';
import type { Redactor } from '../ops/redaction.ts';
import { capped } from '../tools/output.ts';
import { createRegistry, type Registry } from '../tools/registry.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from '../tools/tool.ts';
import { doomLoop } from './guards.ts';
import { validJson } from './request.ts';
import { sourcesOf } from './research-sources.ts';
import { usageOf } from './usage.ts';

export type ResearchDeps = {
  /** The tools that it may use; what would change anything is refused. */
  tools: readonly Tool[];
  model: ModelClient;
  /** The model of a session's research. */
  modelOf(sessionId: string): Promise<string>;
  factsOf(model: string): Promise<ModelFacts>;
  /** Whether what the session has spent passes a budget: then nothing more is looked up. */
  isOverBudget(sessionId: string): Promise<boolean>;
  prompt: string;
  redact: Redactor;
  maxOutputCharacters: number;
  maxSteps: number;
  maxUsd: number;
};

const Arguments = z.strictObject({
  task: z.string().min(10).max(8_000).describe('The question, narrow enough to be answered in a page.'),
  context: z.string().max(20_000).optional().describe('What is known already, and what the answer is for.'),
});

const Call = z.object({ providerId: z.string(), name: z.string(), arguments: z.string() });
const Result = z.object({ isFailed: z.boolean(), output: z.string() });

/** What the journal of a research holds, in order. */
const Entry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answer'),
    text: z.string(),
    calls: z.array(Call),
    /** Of the conversation with this answer. */
    tokens: z.number(),
    /** Of this answer; not known where the price is not. */
    usd: z.number().optional(),
  }),
  z.object({ kind: z.literal('results'), results: z.array(Result) }),
  z.object({ kind: z.literal('note'), text: z.string(), isLast: z.boolean() }),
]);
export type Entry = z.infer<typeof Entry>;

/** Tokens at which it is told to come to an end, and at which it has to: shares of a smaller window. */
const WRAP_UP_TOKENS = 170_000;
const MOST_TOKENS = 190_000;
const WRAP_UP_SHARE = 0.8;
const MOST_SHARE = 0.9;
/** Steps that are left when it is told to come to an end. */
const LAST_STEPS = 3;
const TIMEOUT_MS = 60 * 60_000;

/**
 * A model of its own that looks something up and reports: its reading fills its own context and not the session's. Every step
 * is noted down, so that a crash costs one step.
 */
export function researchTool(deps: ResearchDeps): Tool {
  const registry = createRegistry(deps.tools);
  return defineTool({
    name: 'research',
    description:
      'Have a question looked up by an assistant with a context of its own: it reads papers, documentation, code, datasets and the web, and reports what it found with sources. Use it for anything that takes more than two or three look-ups. It knows nothing of this thread but what you tell it. Several run at once in one step.',
    schema: Arguments,
    isReadOnly: true,
    timeoutMs: TIMEOUT_MS,
    summary: ({ task }) => task.slice(0, 100),
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
  const entries: Entry[] = (await journal.entries()).map((entry) => Entry.parse(entry));
  const request = known ? `${task}\n\nWhat is known:\n${known}` : task;
  for (;;) {
    signal.throwIfAborted();
    context.note(progressOf(entries));
    const last = entries.at(-1);
    if (last?.kind === 'answer' && last.calls.length > 0) {
      const results = await Promise.all(last.calls.map((call) => runCall(deps, registry, call, context)));
      entries.push(await noted(context, { kind: 'results', results }));
      continue;
    }
    if (last?.kind === 'answer') return report(last.text, entries);
    const limits = limitsOf(deps, contextTokens, await deps.isOverBudget(context.sessionId));
    const note = noteFor(entries, limits);
    if (note !== undefined) {
      entries.push(await noted(context, note));
      continue;
    }
    const isLast = entries.some((entry) => entry.kind === 'note' && entry.isLast);
    try {
      const answer = await deps.model.complete({
        model,
        sessionId: `${context.sessionId}/${context.callId}`,
        messages: messagesOf(deps.prompt, request, entries),
        tools: registry.forModel,
        ...(isLast ? { toolChoice: 'none' as const } : {}),
        signal,
        onText: () => {},
      });
      const used = await usageOf('research', answer, deps.factsOf);
      const entry: Entry = {
        kind: 'answer',
        text: deps.redact(answer.text),
        // What is cut at the output limit may be half a call.
        calls:
          answer.isTruncated || isLast
            ? []
            : answer.calls.map((call) => ({ ...call, arguments: deps.redact(call.arguments) })),
        tokens: answer.usage.inputTokens + answer.usage.outputTokens,
        ...(used.usd === undefined ? {} : { usd: used.usd }),
      };
      await journal.append(entry, used);
      entries.push(entry);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      signal.throwIfAborted();
      return {
        kind: 'failed',
        output: `The research could not go on: ${error.advice}\n\n${whatThereIs(entries)}`,
      };
    }
  }
}

async function noted(context: ToolContext, entry: Entry): Promise<Entry> {
  await context.journal.append(entry);
  return entry;
}

type Limits = {
  wrapUpTokens: number;
  mostTokens: number;
  maxSteps: number;
  maxUsd: number;
  isOverBudget: boolean;
};

const limitsOf = (
  { maxSteps, maxUsd }: ResearchDeps,
  windowTokens: number,
  isOverBudget: boolean,
): Limits => ({
  wrapUpTokens: Math.min(WRAP_UP_TOKENS, Math.floor(windowTokens * WRAP_UP_SHARE)),
  mostTokens: Math.min(MOST_TOKENS, Math.floor(windowTokens * MOST_SHARE)),
  maxSteps,
  maxUsd,
  isOverBudget,
});

/** What it has to be told before its next step: to stop going round, to come to an end, or that this is the end. */
export function noteFor(
  entries: readonly Entry[],
  limits: Limits,
): Extract<Entry, { kind: 'note' }> | undefined {
  const answers = entries.filter((entry) => entry.kind === 'answer');
  const last = entries.at(-1);
  if (last?.kind !== 'results') return undefined;
  const tokens = answers.at(-1)?.tokens ?? 0;
  const added = last.results.reduce((sum, { output }) => sum + output.length / 3, 0);
  const usd = answers.reduce((sum, answer) => sum + (answer.usd ?? 0), 0);
  const isAtEnd =
    limits.isOverBudget ||
    tokens + added >= limits.mostTokens ||
    answers.length >= limits.maxSteps ||
    usd >= limits.maxUsd;
  if (isAtEnd) return { kind: 'note', text: AT_END, isLast: true };
  const isNear =
    tokens + added >= limits.wrapUpTokens ||
    answers.length >= limits.maxSteps - LAST_STEPS ||
    usd >= limits.maxUsd * WRAP_UP_SHARE;
  const isTold = entries.some((entry) => entry.kind === 'note' && entry.text === NEAR_END);
  if (isNear && !isTold) return { kind: 'note', text: NEAR_END, isLast: false };
  const circle = doomLoop(callsOf(entries));
  return circle === undefined ? undefined : { kind: 'note', text: circle, isLast: false };
}

const NEAR_END =
  'You are near the end of what this research may take. Look up only what the answer can’t do without, then report.';
const AT_END =
  'No more look-ups are possible. Report now, from what you have read, and say what you could not look up.';

/** Calls with what came of them, as the guards know them. */
function callsOf(entries: readonly Entry[]) {
  return entries.flatMap((entry, i) => {
    const results = entries[i + 1];
    if (entry.kind !== 'answer' || results?.kind !== 'results') return [];
    return entry.calls.map((call, n) => {
      const { isFailed = true, output = '' } = results.results[n] ?? {};
      return {
        ...call,
        state: { kind: isFailed ? ('failed' as const) : ('done' as const), output, at: new Date(0) },
      };
    });
  });
}

/** The tools' own rules hold: what people would be asked about is not done here. */
async function runCall(
  deps: ResearchDeps,
  registry: Registry,
  call: z.infer<typeof Call>,
  context: ToolContext,
): Promise<z.infer<typeof Result>> {
  const failed = (output: string) => ({ isFailed: true, output });
  const prepared = registry.prepare(call.name, call.arguments);
  if (!prepared.ok) return failed(prepared.error);
  if (!isLookUp(call)) return failed(ONLY_LOOK_UPS);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(CALL_MS)]);
  const own = { ...context, signal, show: () => {}, note: () => {} };
  try {
    if ((await prepared.call.approval(own)) !== undefined) return failed(ONLY_LOOK_UPS);
    const result = await prepared.call.run(own);
    if (result.kind !== 'done' && result.kind !== 'failed') return failed(ONLY_LOOK_UPS);
    return {
      isFailed: result.kind === 'failed',
      output: capped(deps.redact(result.output), deps.maxOutputCharacters),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    return failed(`${call.name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const ONLY_LOOK_UPS = 'Nothing can be changed here: only look-ups are possible.';
const CALL_MS = 10 * 60_000;

/** The arguments of `hf_repo_files` that change nothing. */
const ReadsOfFiles = z.looseObject({ operation: z.enum(['list', 'read']) });

/** Whether a call only reads, of tools that can do more. */
function isLookUp({ name, arguments: json }: z.infer<typeof Call>): boolean {
  return name !== 'hf_repo_files' || ReadsOfFiles.safeParse(parsedJson(json)).success;
}

function messagesOf(
  prompt: string,
  request: string,
  entries: readonly Entry[],
): ChatCompletionMessageParam[] {
  const told = entries.flatMap((entry, i): ChatCompletionMessageParam[] => {
    switch (entry.kind) {
      case 'note':
        return [{ role: 'user', content: `[automatic] ${entry.text}` }];
      case 'answer':
        return [answerMessage(entry)];
      case 'results': {
        const asked = entries[i - 1];
        const calls = asked?.kind === 'answer' ? asked.calls : [];
        return calls.map(({ providerId }, n) => ({
          role: 'tool' as const,
          tool_call_id: providerId,
          content: entry.results[n]?.output ?? 'This call has not been run.',
        }));
      }
      default:
        return entry satisfies never;
    }
  });
  return [{ role: 'system', content: prompt }, { role: 'user', content: request }, ...told];
}

function answerMessage({ text, calls }: Extract<Entry, { kind: 'answer' }>): ChatCompletionMessageParam {
  if (calls.length === 0) return { role: 'assistant', content: text };
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: calls.map((call) => ({
      id: call.providerId,
      type: 'function',
      function: { name: call.name, arguments: validJson(call.arguments) },
    })),
  };
}

/** The findings, and what was read for them: from the calls themselves, whatever the model says of it. */
function report(text: string, entries: readonly Entry[]): ToolResult {
  const sources = sourcesOf(callsOf(entries));
  const read =
    sources.length > 0 ? `\n\nRead for this:\n${sources.map((source) => `- ${source}`).join('\n')}` : '';
  return text.trim() === '' && sources.length === 0
    ? { kind: 'failed', output: 'The research came to no answer.' }
    : { kind: 'done', output: `${text.trim() || 'It came to no answer.'}${read}` };
}

function whatThereIs(entries: readonly Entry[]): string {
  const texts = entries.flatMap((entry) =>
    entry.kind === 'answer' && entry.text.trim() !== '' ? [entry.text.trim()] : [],
  );
  return texts.length > 0
    ? `What it said so far:\n${texts.slice(-3).join('\n')}`
    : 'Nothing was found so far.';
}

/** How a research stands, in one line. */
function progressOf(entries: readonly Entry[]): string {
  const steps = entries.filter(({ kind }) => kind === 'answer').length;
  const sources = sourcesOf(callsOf(entries));
  const last = entries.findLast((entry) => entry.kind === 'answer');
  const now =
    last?.kind === 'answer' ? last.calls.map(({ name }) => name.replace(/^(hf|github)_/, '')).join(', ') : '';
  const newest = sources.at(-1)?.replace(/^https?:\/\//, '');
  return [`step ${steps + 1}`, `${sources.length} read${newest ? `, last ${newest}` : ''}`, now]
    .filter(Boolean)
    .join(' · ');
}
