import OpenAI from 'openai';
import { TooLarge } from '../lib/bounded-fetch.ts';
import { retryAfterMs } from '../lib/clock.ts';

export type ModelErrorKind =
  | 'rate_limit'
  | 'unavailable'
  | 'network'
  | 'stalled'
  | 'too_much'
  | 'empty'
  | 'credits'
  | 'authentication'
  | 'unknown_model'
  | 'too_long'
  | 'filtered'
  | 'rejected';

/**
 * A model call that failed, by what can be done about it. `advice` is one sentence for the people in the
 * thread.
 */
export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ModelErrorKind, message: string, retryAfterMs?: number, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }

  get advice(): string {
    return ADVICE[this.kind];
  }
}

const ADVICE: Record<ModelErrorKind, string> = {
  rate_limit: 'The model provider is limiting our requests. Try again in a minute.',
  unavailable: 'The model provider is having trouble. Try again in a minute.',
  network: 'The model provider could not be reached. Try again in a minute.',
  stalled: 'The model stopped in the middle of its answer. Try again.',
  too_much:
    'The model went on without an end, so its answer was given up. Try again, or choose another model with `model`.',
  empty: 'The model returned an empty answer, several times. Try again, or say it in other words.',
  credits:
    'The model account has run out of credits. Add some at https://huggingface.co/settings/billing and press Retry.',
  authentication:
    'The model provider refused our key. Whoever runs this bot has to check HF_TOKEN or MODEL_API_KEY.',
  unknown_model:
    'The model provider does not know this model. Choose another with `model`, or have whoever runs this bot check MODEL_ID.',
  too_long: 'This conversation no longer fits into the model. Say `new` to go on with a fresh context.',
  filtered:
    'The model provider’s content filter withheld the answer. Say it in other words, or choose another model with `model`.',
  rejected: 'The model provider rejected the request.',
};

/** Waits before each retry, in milliseconds. A kind that is not here is not retried. */
export type RetrySchedule = Readonly<Partial<Record<ModelErrorKind, readonly number[]>>>;

/** What another model may do better at once: the provider is out, not the request. */
export const OUTAGES: ReadonlySet<ModelErrorKind> = new Set([
  'rate_limit',
  'unavailable',
  'network',
  'stalled',
  'too_much',
  'credits',
]);

const PASSING = [5_000, 15_000, 30_000];
export const RETRY_SCHEDULE: RetrySchedule = {
  rate_limit: [30_000, 60_000],
  unavailable: PASSING,
  network: PASSING,
  stalled: PASSING,
  empty: [1_000, 5_000],
};

const BY_STATUS: Readonly<Record<number, ModelErrorKind>> = {
  401: 'authentication',
  402: 'credits',
  403: 'authentication',
  404: 'unknown_model',
  408: 'unavailable',
  409: 'unavailable',
  413: 'too_long',
  429: 'rate_limit',
};

/**
 * Classifies what the openai client throws, by class, status and code. An abort by the caller is passed
 * through.
 */
export function modelErrorOf(error: unknown): unknown {
  if (error instanceof ModelError || error instanceof OpenAI.APIUserAbortError) return error;
  if (error instanceof OpenAI.APIConnectionError)
    return new ModelError('network', error.message, undefined, error);
  if (error instanceof OpenAI.APIError) {
    const status: number | undefined = error.status;
    const kind = kindOf(status, error.code);
    const isOverflow = kind === 'rejected' && !error.code && TOO_LONG.test(error.message);
    return new ModelError(isOverflow ? 'too_long' : kind, error.message, retryAfterMs(error.headers), error);
  }
  if (error instanceof TooLarge) return new ModelError('too_much', error.message, undefined, error);
  // A stream that breaks off in the middle surfaces as fetch's own TypeError.
  if (error instanceof TypeError) return new ModelError('network', error.message, undefined, error);
  return error;
}

/** How servers without codes (vLLM, llama.cpp, routers) say that a request has too many tokens. */
const TOO_LONG =
  /context (?:length|window|size)|maximum context|too many tokens|prompt is too long|input is too long|exceeds? the .{0,30}context/i;

function kindOf(status: number | undefined, code: string | null | undefined): ModelErrorKind {
  if (code === 'context_length_exceeded' || code === 'string_above_max_length') return 'too_long';
  if (code === 'insufficient_quota') return 'credits';
  if (code === 'content_filter' || code === 'content_policy_violation') return 'filtered';
  if (code === 'model_not_found') return 'unknown_model';
  if (status === undefined) return 'unavailable'; // an error event inside a stream carries no status
  return BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'rejected');
}
