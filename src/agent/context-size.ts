import { createBreath } from '../lib/breath.ts';
import { type TokenCounts, tokensOf } from '../llm/tokens.ts';
import { context, type Snapshot } from '../session/snapshot.ts';
import { effectiveArguments, isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import { type RenderOptions, toldResult } from './request.ts';

/** A large window is never filled: models lose track well before its end. */
const LARGE_WINDOW = 190_000;
const LARGE_LIMIT = 170_000;
const SHARE = 0.9;

/** The number of tokens at which a conversation is shortened, for a model with this window. */
export function compactAt(contextTokens: number): number {
  return contextTokens > LARGE_WINDOW ? LARGE_LIMIT : Math.floor(contextTokens * SHARE);
}

/** Roughly what a picture costs in tokens; providers tile pictures differently. */
const IMAGE_TOKENS = 1_000;
/** Roles and marks around each message. */
const FRAME_TOKENS = 6;

/** How the conversation of a snapshot is told. */
export function renderOptionsOf({ session, messages }: Snapshot): RenderOptions {
  const omitted = messages.flatMap(({ entry }) => (entry.role === 'summary' ? (entry.omitted ?? []) : []));
  return {
    trimUpTo: session.settings.trim?.upTo,
    ...(omitted.length > 0 ? { omitted: new Set(omitted) } : {}),
  };
}

/**
 * Estimates the tokens of the next request: what the provider counted for the last one, plus what has been
 * added since. At the start, and after the conversation was shortened, no such count holds and everything is
 * counted. `fixed` is what goes with every request: the system prompt and the tools.
 */
export async function contextTokens(
  snapshot: Snapshot,
  counts: TokenCounts,
  fixed: () => string,
): Promise<number> {
  const told = context(snapshot);
  const options = renderOptionsOf(snapshot);
  const calls = Map.groupBy(snapshot.toolCalls, (call) => call.messageId);
  const shortenedAt = Math.max(
    snapshot.session.settings.trim?.at ?? 0,
    ...snapshot.messages.flatMap(({ id, entry }) => (entry.role === 'summary' ? [id] : [])),
  );
  const counted = told.findLastIndex(({ id, entry }) => {
    return entry.role === 'assistant' && entry.tokens !== undefined && id > shortenedAt;
  });
  const base = told[counted]?.entry;
  const known =
    base?.role === 'assistant' && base.tokens ? base.tokens.input + base.tokens.output : undefined;
  const from = known === undefined ? 0 : counted;
  const breathe = createBreath(); // a long conversation that nothing was counted of takes a while
  let added = 0;
  for (const [i, message] of told.slice(from).entries()) {
    const own = calls.get(message.id) ?? [];
    const isCounted = known !== undefined && i === 0;
    if (!isCounted) {
      added += messageTokens(message, [], options, counts);
      for (const call of own) {
        added += askedTokens(call, counts);
        await breathe();
      }
    }
    for (const call of own) {
      added += resultTokens([call], options, counts);
      await breathe();
    }
    await breathe();
  }
  return (known ?? tokensOf(fixed())) + added;
}

export function messageTokens(
  { id, entry }: TranscriptMessage,
  calls: readonly ToolCall[],
  { omitted }: RenderOptions,
  counts: TokenCounts,
): number {
  if (entry.role === 'notice') return 0;
  const text = omitted?.has(`m${id}`) ? 50 : counts.of(`m${id}`, () => entry.text);
  const images = entry.role === 'user' ? (entry.images?.length ?? 0) * IMAGE_TOKENS : 0;
  const asked = calls.reduce((sum, call) => sum + askedTokens(call, counts), 0);
  return text + images + asked + FRAME_TOKENS;
}

const askedTokens = (call: ToolCall, counts: TokenCounts): number =>
  counts.of(`a${call.id}`, () => effectiveArguments(call));

/** Tokens of a call's result. Only results of calls that are over are cached. */
export function resultTokens(
  calls: readonly ToolCall[],
  options: RenderOptions,
  counts: TokenCounts,
): number {
  return calls.reduce((sum, call) => {
    const text = () => toldResult(call, options);
    if (!isSettled(call.state)) return sum + tokensOf(text()) + FRAME_TOKENS;
    const isShort = call.messageId <= (options.trimUpTo ?? 0);
    const isOmitted = options.omitted?.has(call.id) ?? false;
    const images = call.state.kind === 'done' ? (call.state.images?.length ?? 0) * IMAGE_TOKENS : 0;
    return sum + counts.of(`r${call.id}${isShort}${isOmitted}`, text) + images + FRAME_TOKENS;
  }, 0);
}
