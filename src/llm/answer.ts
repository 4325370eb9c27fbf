import { wholeBeginning } from '../lib/cut.ts';
import { ModelError } from './errors.ts';

/**
 * A tool call as the model asked for it; `arguments` is its JSON text, which may be malformed, `extra` what
 * its provider wants back with it.
 */
export type RequestedCall = {
  providerId: string;
  name: string;
  arguments: string;
  extra?: Readonly<Record<string, unknown>>;
};

export type TokenUsage = {
  inputTokens: number;
  cachedTokens: number;
  /** Of the input, what was put into a cache, where that costs more than reading it. */
  cacheWriteTokens?: number;
  outputTokens: number;
};

/**
 * More than any model takes: whoever counts so many has not counted tokens, and sums of them pass all bounds.
 */
const MOST_TOKENS = 100_000_000;

/**
 * A count of tokens as a provider tells it; undefined where it is none. What is counted in parts of tokens is
 * rounded up.
 */
export function tokenCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && count >= 0 && count <= MOST_TOKENS ? Math.ceil(count) : undefined;
}

export type ModelAnswer = {
  text: string;
  /** What the model thought, where its provider tells and wants it back; never shown. */
  reasoning: string;
  calls: RequestedCall[];
  /** The provider cut the answer at its token limit: the calls may be incomplete. */
  isTruncated: boolean;
  /** What the provider counted, as far as it tells. */
  usage: Partial<TokenUsage> | undefined;
  /** Who answered, behind a router that tells. */
  provider?: string | undefined;
};

/**
 * An answer with the model that gave it, which may be one that another fell back on, and how long it took.
 */
export type TimedAnswer = Omit<ModelAnswer, 'usage' | 'provider'> & {
  /** Counted here where the provider does not tell. */
  usage: TokenUsage;
  model: string;
  firstTokenMs: number;
  totalMs: number;
};

/**
 * Of text, reasoning and arguments of calls together: twice what the longest models may answer (128,000
 * tokens). More is not held in memory, and would take long to be written down at once.
 */
const ANSWER_CHARACTERS = 1_000_000;

/** More tools are not called at once: each is a row, and a line in the thread. */
const ANSWER_CALLS = 128;

/** Throws ModelError where an answer that is still coming has more of something than any answer has. */
export function assertEnds(characters: number, calls: number): void {
  if (calls > ANSWER_CALLS) {
    throw new ModelError('too_much', `the answer has more than ${ANSWER_CALLS} calls of tools`);
  }
  if (characters <= ANSWER_CHARACTERS) return;
  const most = ANSWER_CHARACTERS.toLocaleString('en');
  throw new ModelError('too_much', `the answer has more than ${most} characters`);
}

/** What providers take as a tool's name: https://platform.openai.com/docs/api-reference/chat/create. */
const NAME_CHARACTERS = 64;
/** Providers' ids of calls have some dozens. */
const ID_CHARACTERS = 200;

/**
 * A call by the name that a tool could have: it is told to people and to models, in whose lines it could
 * speak as somebody else, and providers refuse a history with another. An id is made for a call that has too
 * long a one.
 */
const withNames = ({ providerId, name, ...call }: RequestedCall): RequestedCall => ({
  ...call,
  providerId: providerId.length > ID_CHARACTERS ? '' : providerId,
  name: wholeBeginning(name, NAME_CHARACTERS).replace(/[^\w-]+/g, '_'),
});

/** An answer that says something. Throws ModelError for one that does not. */
export function checked({ isFiltered, ...answer }: ModelAnswer & { isFiltered: boolean }): ModelAnswer {
  const texts = [answer.text, answer.reasoning, ...answer.calls.map((call) => call.arguments)];
  assertEnds(
    texts.reduce((sum, text) => sum + text.length, 0),
    answer.calls.length,
  );
  if (isFiltered) throw new ModelError('filtered', 'the provider filtered the answer');
  // Whoever thought until the limit was cut off, and has not said nothing.
  if (answer.text.trim() === '' && answer.calls.length === 0 && !answer.isTruncated) {
    throw new ModelError('empty', 'the model said nothing');
  }
  return { ...answer, calls: answer.calls.map(withNames) };
}
