import { TooLarge } from '../lib/bounded-fetch.ts';
import { retryAfterMs } from '../lib/clock.ts';
import { durationText } from '../lib/duration.ts';
import {
  ANSWER_ALONE,
  EMPTY_ACCOUNT,
  FILTERED,
  LONG_MESSAGE,
  MISWRITTEN,
  OTHER_TEXT,
  OUTPUT_LIMIT,
  TOO_LONG,
  UNKNOWN_MODEL,
  WRONG_KEY,
} from './error-words.ts';
import { openAI } from './openai.ts';

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
 * A model call that failed, by what can be done about it.
 */
export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  readonly retryAfterMs: number | undefined;
  /** What the provider said in a stream that it had begun. */
  fault: Fault | undefined;
  /** Whose it is, by its address. */
  provider: string | undefined;
  /** An answer had begun, or may have: it is paid for. */
  mayBePaid = false;

  constructor(kind: ModelErrorKind, message: string, retryAfterMs?: number, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }

  /** What went wrong, in one sentence for people. */
  get trouble(): string {
    return `${ADVICE[this.kind].split('. ')[0]}.`;
  }

  /** That, and what can be done about it. */
  get advice(): string {
    const waitMs = this.retryAfterMs ?? 0;
    if (
      this.kind === 'credits' &&
      this.provider !== undefined &&
      !HUB.test(`${this.provider} ${this.message}`)
    )
      return `${this.trouble} Add some at ${this.provider} and press Retry, or choose another model with \`model\`.`;
    if (waitMs <= LONGEST_WAIT_MS) return ADVICE[this.kind];
    return `${this.trouble} It says that it takes requests again in ${durationText(waitMs / 1_000)}: press Retry then, or choose another model with \`model\`.`;
  }
}

/** Credits are the Hub's: by the address that was asked, or by its words. */
const HUB = /\bhuggingface\.co\b|included credits|inference providers/i;

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

/** Whoever is to wait for longer is told, or another model goes on. */
export const LONGEST_WAIT_MS = 60_000;

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
 * Classifies what a request to a model throws, by class, status, code and words. An abort by the caller is
 * passed through.
 */
export function modelErrorOf(error: unknown): unknown {
  const library = openAI();
  if (error instanceof ModelError || (library && error instanceof library.APIUserAbortError)) return error;
  if (library && error instanceof library.APIConnectionError)
    return new ModelError('network', error.message, undefined, error);
  if (library && error instanceof library.APIError) {
    const fault = {
      status: error.status,
      code: [error.code, error.type].find((code) => typeof code === 'string'),
      message: error.message,
    };
    const told = retryAfterMs(error.headers);
    const kind = kindOf(fault, told);
    const said = kind === 'rate_limit' ? waitIn(error.message.slice(0, 2_000)) : undefined;
    return new ModelError(kind, error.message, told ?? said, error);
  }
  if (error instanceof TooLarge) return new ModelError('too_much', error.message, undefined, error);
  // A stream that breaks off in the middle surfaces as fetch's own TypeError.
  if (error instanceof TypeError) return new ModelError('network', error.message, undefined, error);
  // What a provider answers is no JSON, or breaks off in the middle of it.
  if (error instanceof SyntaxError) return new ModelError('unavailable', error.message, undefined, error);
  return error;
}

/** What a provider says in a stream that it has begun with status 200. */
export function modelErrorIn(fault: Fault): ModelError {
  const kind = kindOf(fault);
  const said = kind === 'rate_limit' ? waitIn(fault.message.slice(0, 2_000)) : undefined;
  return Object.assign(new ModelError(kind, fault.message, said), { fault });
}

/** How long a provider asks to wait in words, in milliseconds: "in 10m3.5s", "after 86400 seconds". */
function waitIn(message: string): number | undefined {
  const [, text = ''] =
    /\b(?:retry|try(?: it)? again)(?: your request)? (?:in|after) (?:about |~ ?)?((?:[\d.]+ ?(?:ms|milliseconds?|d|days?|h|hours?|m|min|minutes?|s|sec|seconds?)\b[ ,]*)+|(?:[\d.]+(?:ms|[dhms]))+)/i.exec(
      message,
    ) ?? [];
  let ms = 0;
  for (const [, count, unit = ''] of text.matchAll(/(?<![\d.])([\d.]+) ?(ms|mil|[dhms])/gi)) {
    ms += Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  }
  return ms > 0 ? ms : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ...{ ms: 1, mil: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** What a provider says went wrong. */
export type Fault = { status: number | undefined; code: string | undefined; message: string };

/**
 * Words win over codes and codes over the status: providers give the same status, mostly 400 or 429, for
 * requests that are too long, for accounts that are empty, and for what passes. An overload that says so is
 * no conversation that is too long, whatever else its words are.
 */
function kindOf({ status, code = '', message: whole }: Fault, waitMs?: number): ModelErrorKind {
  const message = whole.slice(0, 2_000);
  const coded = BY_CODE[code.toLowerCase()];
  if (coded === 'too_long' || coded === 'filtered') return coded;
  if (isLargerThanEver(message)) return 'too_long';
  const isOfModel = status === 404 && UNKNOWN_MODEL.test(message);
  const mayBeTooLong = !isOfModel && (status === undefined || OF_LENGTH.has(status));
  if (mayBeTooLong && LONG_MESSAGE.test(message)) return 'too_long';
  if (ANSWER_ALONE.test(message) || OTHER_TEXT.test(message)) return coded ?? 'rejected';
  const isEmpty = status !== 401 && EMPTY_ACCOUNT.some((words) => words.test(message));
  const isOfOutput = OUTPUT_LIMIT.test(message) && !/context|input|prompt/i.test(message);
  const isLong = mayBeTooLong && !isOfOutput && TOO_LONG.some((words) => words.test(message));
  if (isLong && !isEmpty) return 'too_long';
  const isToWait = status === 429 && (waitMs ?? waitIn(message)) !== undefined;
  if (coded !== 'credits' && isToWait) return 'rate_limit';
  if (isEmpty) return 'credits';
  if (coded !== undefined) return coded;
  const isOfRequest = status === undefined || status === 400;
  if (isOfRequest && WRONG_KEY.test(message)) return 'authentication';
  if (isOfRequest && UNKNOWN_MODEL.test(message) && !PASSING_BY.test(message)) return 'unknown_model';
  if (status !== 401 && FILTERED.test(message)) return 'filtered';
  if (MISWRITTEN.test(message)) return 'unavailable';
  if (status === 404 && /no endpoints found that support/i.test(message)) return 'rejected'; // OpenRouter
  if (status === undefined)
    return /rate.?limit|too many requests/i.test(message) ? 'rate_limit' : 'unavailable';
  return BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'rejected');
}

/** With which a request that is too long is refused, or what a router passes on of it. */
const OF_LENGTH: ReadonlySet<number> = new Set([400, 404, 413, 422, 424, 500, 502]);

const PASSING_BY = /\b(?:at the moment|temporar\w{1,4}|currently|overloaded|busy|loading|try again)\b/i;

const BY_CODE: Readonly<Record<string, ModelErrorKind>> = {
  context_length_exceeded: 'too_long',
  context_window_exceeded: 'too_long',
  exceed_context_size_error: 'too_long', // llama.cpp
  request_too_large: 'too_long', // Anthropic
  tokens_limit_reached: 'too_long', // GitHub
  outofcontexterror: 'too_long', // Volcano Engine
  '1261': 'too_long', // Zhipu
  model_max_prompt_tokens_exceeded: 'too_long', // GitHub's and Azure's shape
  insufficient_quota: 'credits',
  exceeded_current_quota_error: 'credits', // Moonshot
  insufficient_user_quota: 'credits',
  insufficient_balance: 'credits',
  billing_hard_limit_reached: 'credits',
  billing_not_active: 'credits',
  arrearage: 'credits', // Alibaba
  payment_required: 'credits',
  accountoverdueerror: 'credits', // Volcano Engine
  'allocationquota.freetieronly': 'credits', // Alibaba
  organization_restricted: 'credits', // Groq
  blocked_api_access: 'credits', // Groq
  budget_exceeded: 'credits', // LiteLLM
  credit_limit: 'credits', // Together
  invalid_payment_instrument: 'credits', // AWS
  '1113': 'credits', // Zhipu
  '1308': 'credits',
  '1309': 'credits',
  content_filter: 'filtered',
  content_policy_violation: 'filtered',
  data_inspection_failed: 'filtered', // Alibaba
  content_filtered: 'filtered',
  invalid_prompt: 'filtered', // OpenAI
  '1301': 'filtered', // Zhipu
  model_not_found: 'unknown_model',
  model_not_supported: 'unknown_model',
  model_not_available: 'unknown_model',
  model_decommissioned: 'unknown_model',
  invalid_model: 'unknown_model',
  '1211': 'unknown_model', // Zhipu
  invalid_api_key: 'authentication',
  authentication_error: 'authentication',
  permission_error: 'authentication',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  rate_limit_reached_error: 'rate_limit',
  overloaded_error: 'unavailable',
  engine_overloaded_error: 'unavailable',
  queue_exceeded: 'unavailable', // Cerebras
  capacity_exceeded: 'unavailable', // Groq
  tool_use_failed: 'unavailable', // Groq: what the model wrote is no call, and it may write another one
  server_error: 'unavailable',
  api_error: 'unavailable',
};

/** Whether a limit of so many tokens a minute is less than one request has: it won't fit later either. */
function isLargerThanEver(message: string): boolean {
  const [, limit = '', requested = ''] =
    /request too large for .{0,300}?\blimit:? ([\d,]+), requested:? ([\d,]+)/is.exec(message) ?? [];
  const [most = 0, wanted = 0] = [limit, requested].map((digits) => Number(digits.replaceAll(',', '')));
  return wanted > most;
}
