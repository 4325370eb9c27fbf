import { pushesOf } from '../jobs/report.ts';
import type { Clock } from '../lib/clock.ts';
import { cappedClean } from '../lib/output.ts';
import type { Redaction } from '../lib/redaction.ts';
import { automatic } from '../lib/speech.ts';
import type { ModelClient } from '../llm/client.ts';
import { ModelError } from '../llm/errors.ts';
import type { ModelFacts } from '../llm/facts.ts';
import type { TokenCounts } from '../llm/tokens.ts';
import { context, currentExchange, placeOf, type Session, type Snapshot } from '../session/snapshot.ts';
import type { Failure } from '../session/state.ts';
import { type PendingOperation, takeOperation } from '../session/store/inbox.ts';
import { type Claim, fenced } from '../session/store/lease.ts';
import * as record from '../session/store/record.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import type { Registry } from '../tools/registry.ts';
import { compactable } from './compactable.ts';
import { messageTokens, renderOptionsOf, resultTokens } from './context-size.ts';
import { failureAfter } from './outages.ts';
import { type RenderOptions, requestOf } from './request.ts';
import { usageOf } from './usage.ts';

export type CompactionDeps = {
  model: ModelClient;
  /** The model that writes a session's summaries. */
  summariserOf(session: Session): string;
  factsOf(model: string): Promise<ModelFacts>;
  counts: TokenCounts;
  registry: Registry;
  systemPromptOf(session: Session): string;
  clock: Clock;
  /** How long a provider that is out is waited for; 0 is not at all. */
  outageHours: number;
  render(sessionId: string): Promise<void>;
};

/** An entry or result that stays, but has more tokens than this, is replaced by a stub. */
const LARGE_TOKENS = 50_000;

/** Four times the length that the model is asked to keep a summary to. */
const SUMMARY_CHARACTERS = 40_000;

/** The operation that asked for a compaction. */
export type AskedCompaction = Pick<PendingOperation, 'id' | 'editedAt'>;

/**
 * Replaces the middle of the context with a summary that the model writes: because an operation asks for it,
 * which is then marked as done in the same commit, or because the conversation has become too long. Where it
 * fails nothing changes: the thread is told why if an operation asked for it, otherwise the reason is
 * returned.
 */
export async function compact(
  deps: CompactionDeps,
  held: Claim,
  snapshot: Snapshot,
  operation: AskedCompaction | undefined,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { sessionId } = held;
  const { exchange } = snapshot.session;
  const middle = compactable(snapshot);
  const made = middle
    ? await summarise(deps, held.db.redaction, snapshot, middle, signal)
    : { ok: false as const, reason: NOTHING, error: undefined, used: [] };
  const problem = made.ok && middle ? undefined : made.ok ? NOTHING : made.reason;
  await fenced(held, async (tx) => {
    // What was asked is paid for, also where it came to nothing.
    for (const used of made.used) await record.addUsage(tx, sessionId, exchange, used);
    if (operation !== undefined && !(await takeOperation(tx, operation))) return;
    if (!made.ok || middle === undefined) {
      if (operation === undefined) return;
      await record.addMessage(tx, sessionId, exchange, { role: 'notice', text: problem ?? NOTHING });
      return;
    }
    await record.addMessage(tx, sessionId, exchange, {
      role: 'summary',
      text: `${made.text}${survivors(snapshot)}`,
      ...rangeOf(snapshot, middle),
      replaced: middle.length,
      omitted: tooLarge(deps, snapshot, middle),
      ...(operation === undefined ? { isAutomatic: true } : {}),
    });
  });
  await deps.render(sessionId);
  if (problem === undefined || operation !== undefined) return undefined;
  const within = { now: deps.clock.now(), mostHours: deps.outageHours };
  const failure = !made.ok && made.error ? failureAfter(made.error, snapshot.session, within) : undefined;
  if (failure?.outage !== undefined) return failure;
  return { message: `${problem} Say \`new\` to go on with a fresh context.`, retryable: true };
}

const NOTHING = 'There is too little to compact yet. Nothing was changed.';

const INSTRUCTION = automatic(
  `Write a summary of the conversation above: it will stand in its place, and you will go on from it. Keep what is needed to go on without asking again: what people want and what they decided or ruled out; what was found out, with exact names, numbers, ids, paths and links; what was tried and how it came out, errors included; what is under way and what comes next. Leave out what is over and done with. Write plain text, no greeting, at most 1,500 words, and call no tool.`,
);

/** `used` has each answer that was paid for. */
type Summary = (
  | { ok: true; text: string }
  | { ok: false; reason: string; error?: ModelError | undefined }
) & { used: record.ModelUsage[] };

async function summarise(
  deps: CompactionDeps,
  redaction: Redaction,
  snapshot: Snapshot,
  middle: readonly TranscriptMessage[],
  signal: AbortSignal,
): Promise<Summary> {
  const { session, toolCalls } = snapshot;
  const told = context(snapshot);
  const upTo = told.slice(0, told.findIndex(({ id }) => id === middle.at(-1)?.id) + 1);
  const model = deps.summariserOf(session);
  const used: record.ModelUsage[] = [];
  const ask = async (options: RenderOptions, tools = deps.registry.forModel(session.address)) => {
    const answer = await deps.model.complete({
      model,
      sessionId: session.id,
      messages: [
        ...requestOf(deps.systemPromptOf(session), upTo, toolCalls, options),
        { role: 'user', content: INSTRUCTION },
      ],
      tools,
      toolChoice: 'none',
      signal,
      onText: () => {},
    });
    used.push(await usageOf('summary', answer, deps.factsOf));
    const text = cappedClean(redaction, answer.text, SUMMARY_CHARACTERS).trim();
    return { text: answer.isTruncated ? '' : text, isCut: answer.isTruncated };
  };
  try {
    const options = renderOptionsOf(snapshot);
    const first = await ask(options).catch((error: unknown) => {
      if (!(error instanceof ModelError) || error.kind !== 'too_long') throw error;
      return ask({ ...options, trimUpTo: Number.POSITIVE_INFINITY });
    });
    // Some call tools although they are told to call none: they get none. Half a summary is none, either.
    const { text, isCut } = first.text === '' ? await ask(options, []) : first;
    const reason = isCut ? 'The model’s summary was cut at its limit.' : 'The model gave no summary.';
    return text === '' ? { ok: false, reason: failed(reason), used } : { ok: true, text, used };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { ok: false, reason: failed(error.advice), error, used };
  }
}

/** What stays although it is too long by itself: one such entry would fill the window again. */
function tooLarge(
  { counts }: CompactionDeps,
  snapshot: Snapshot,
  middle: readonly TranscriptMessage[],
): string[] {
  const gone = new Set(middle.map(({ id }) => id));
  const calls = Map.groupBy(snapshot.toolCalls, (call) => call.messageId);
  const options = renderOptionsOf(snapshot);
  return context(snapshot)
    .filter(({ id }) => !gone.has(id))
    .flatMap((message) => {
      const own = calls.get(message.id) ?? [];
      const large = own.filter((call) => resultTokens([call], options, counts) > LARGE_TOKENS);
      const isLarge = messageTokens(message, [], options, counts) > LARGE_TOKENS;
      return [...(isLarge ? [`m${message.id}`] : []), ...large.map(({ id }) => id)];
    });
}

const failed = (why: string) => `I could not compact this conversation. ${why} Nothing was changed.`;

/** What a summary must not lose. It is taken from the record, not from what the model wrote. */
function survivors(snapshot: Snapshot): string {
  const plan = currentExchange(snapshot)?.plan ?? [];
  const items = plan.map((item) => `- [${item.status}] ${item.content}`);
  const jobs = snapshot.watches.map((watch) =>
    [`- ${watch.jobId} on ${watch.flavor}: ${watch.snapshot.stage} ${watch.url}`, ...pushesOf(watch)].join(
      ', pushed ',
    ),
  );
  return [
    ...(items.length > 0 ? ['\n\nThe plan at this point:', ...items] : []),
    ...(jobs.length > 0 ? ['\n\nJobs of this session:', ...jobs] : []),
  ].join('\n');
}

/** The places from just after the entry before the middle to the last of it. */
function rangeOf(snapshot: Snapshot, middle: readonly TranscriptMessage[]): { after: number; upTo: number } {
  const told = context(snapshot);
  const before = told[told.findIndex(({ id }) => id === middle[0]?.id) - 1];
  const last = middle.at(-1);
  return { after: before ? placeOf(before) : 0, upTo: last ? placeOf(last) : 0 };
}
