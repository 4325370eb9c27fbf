import { type Effort, nextLower } from '../config/effort.ts';

/** Parts of a request that a provider may not know, and that can be left out. */
type Omittable =
  | 'stream_options'
  | 'tool_choice'
  | 'images'
  | 'cache_control'
  | 'prompt_cache_key'
  | 'max_tokens'
  /** Words of tools' schemas beyond the barest (`schemas/plain.ts`). */
  | 'schema_details'
  /** Tools after the 128th. */
  | 'more_tools';

/**
 * What is known of a model, where it is served, from what was turned down there: `known-quirks.ts` remembers
 * it.
 */
export type Quirks = {
  /**
   * The highest level that may be sent; `none` where no level is taken. Undefined where nothing was turned
   * down.
   */
  effort: Effort | 'none' | undefined;
  tokenLimit: 'max_tokens' | 'max_completion_tokens' | 'none';
  /**
   * What it is called by whom thoughts are given back to; `none` where it is nothing, `required` where each
   * answer has to have some.
   */
  reasoning: 'reasoning_content' | 'reasoning' | 'none' | 'required';
  omitted: ReadonlySet<Omittable>;
};

export const NO_QUIRKS: Quirks = {
  effort: undefined,
  tokenLimit: 'max_tokens',
  reasoning: 'reasoning_content',
  omitted: new Set(),
};

/** A request that was turned down, by what the provider says is wrong with it. */
export type Refusal = {
  status: number | undefined;
  code: string | undefined;
  param: string | undefined;
  message: string;
};

type Subject = 'effort' | 'limit' | 'reasoning' | Omittable;

/** The part that a refusal is about, by its words. */
const SUBJECTS: readonly (readonly [RegExp, Subject])[] = [
  [/\btools?\b.{0,60}(?:too (?:many|long)|maximum (?:length|number)|at most|exceed)/i, 'more_tools'],
  [
    /^tools[[.]\d|invalid schema for|input_schema|function_declarations|parse grammar|json schema (?:not supported|conversion|is invalid)|flavored json schema|unrecognized schema|invalid (?:tool|function) (?:parameters|schema)|tools[[.]\d.{0,60}(?:parameters|schema)/i,
    'schema_details',
  ],
  [
    /reasoning_content|reasoning[ _]content|encrypted_content|thinking block|invalid.{0,40}signature|messages.{0,40}\breasoning\b|(?:property|field) .?reasoning\b/i,
    'reasoning',
  ],
  [
    /image_url|image (?:input|data|media)|(?:support|accept|process)\w* .{0,20}images?\b|multimodal|\bvision\b|unsupported image|could not process image|invalid image|images? (?:exceeds?|(?:is|are) (?:too|not))|mime type/i,
    'images',
  ],
  [/reasoning_effort|reasoning\.effort|\beffort\b|\bthinking\b|output_config/i, 'effort'],
  [/max_completion_tokens|max_tokens|max_output_tokens/i, 'limit'],
  [/stream_options|include_usage/i, 'stream_options'],
  [/tool_choice/i, 'tool_choice'],
  [/prompt_cache_key/i, 'prompt_cache_key'],
  [/cache_control/i, 'cache_control'],
];

/**
 * What a refusal is about: the parameter that it names, else (routers pass on bare texts, and some name no
 * parameter but their check) what its words are about.
 */
function subjectOf({ param, message }: Refusal): Subject | undefined {
  const about = (text: string) => SUBJECTS.find(([pattern]) => pattern.test(text))?.[1];
  return (param === undefined ? undefined : about(param)) ?? about(message);
}

/**
 * Whether a refusal is about what is in this conversation, and says nothing of what the model takes: a
 * picture that can't be read, a thought that somebody else has signed.
 */
export function isOfConversation(refusal: Refusal): boolean {
  const subject = subjectOf(refusal);
  if (subject === 'images') return BAD_PICTURE.test(refusal.message);
  return subject === 'reasoning' && INVALID.test(refusal.message) && !UNWANTED.test(refusal.message);
}

const BAD_PICTURE =
  /could not process|invalid image|invalid base64|corrupt|decode|unsupported image (?:format|type|media)|mime type|too (?:large|many|big|small)|exceeds?|dimensions?|\bMB\b/i;

/** Signatures of thoughts are of one provider and one model: another name does not make them valid. */
const INVALID = /signature|\binvalid\b|encrypted/i;

const UNWANTED =
  /un(?:supported|expected|known|recogni[sz]ed|allowed)|not (?:support|permit|allow|accept|recogni[sz]|expect|valid|included in the schema|part of|defined|have)|extra (?:inputs?|fields?)|additional propert|forbidden|did you mean|(?:should|must|can)(?: ?not|n.t) be/i;

/** Thoughts that are missing are not unwanted: the next request goes to whoever takes none, or needs them. */
const MISSING =
  /missing|required|must (?:be (?:passed|provided|included|present|sent|returned)|have|include)|not (?:provided|found|included|present|passed)|(?:need|expect)s? .{0,20}reasoning/i;

function otherReasoning(sent: Quirks['reasoning'], message: string): Quirks['reasoning'] {
  const isUnwanted = UNWANTED.test(message);
  if (MISSING.test(message) && !isUnwanted) return 'required';
  if (/did you mean .?reasoning\b(?!_)/i.test(message) && sent !== 'reasoning') return 'reasoning';
  return INVALID.test(message) && !isUnwanted ? 'none' : LESS[sent];
}

const LESS: Readonly<Record<Quirks['reasoning'], Quirks['reasoning']>> = {
  required: 'reasoning',
  reasoning_content: 'reasoning',
  reasoning: 'none',
  none: 'none',
};

/** The effort that is sent for a wanted one. */
export function effortFor(quirks: Quirks, wanted: Effort | undefined): Effort | undefined {
  if (wanted === undefined || quirks.effort === 'none') return undefined;
  if (quirks.effort === undefined) return wanted;
  return ORDER[wanted] <= ORDER[quirks.effort] ? quirks.effort : wanted;
}

const ORDER: Readonly<Record<Effort, number>> = { max: 0, xhigh: 1, high: 2, medium: 3, low: 4 };

const OF_REQUESTS: ReadonlySet<number | undefined> = new Set([400, 422]);

/**
 * OpenRouter finds no provider that sees; llama.cpp and Fireworks call what they can't do their own fault.
 */
const STATUSES: Readonly<Record<string, ReadonlySet<number | undefined>>> = {
  images: new Set([400, 404, 413, 415, 422, 500, 501]),
  schema_details: new Set([400, 422, 500]),
};

/**
 * What is known after a refusal, where leaving something out or going one level down can mend it; else
 * undefined.
 */
export function healed(quirks: Quirks, refusal: Refusal, wanted: Effort | undefined): Quirks | undefined {
  if (refusal.code === 'context_length_exceeded') return undefined;
  const subject = subjectOf(refusal);
  if (!(STATUSES[subject ?? ''] ?? OF_REQUESTS).has(refusal.status)) return undefined;
  switch (subject) {
    case undefined:
      return undefined;
    case 'effort': {
      const sent = effortFor(quirks, wanted);
      if (sent === undefined) return undefined;
      // Where thinking as such is not known, no level is.
      const isUnknown =
        refusal.code === 'unsupported_parameter' ||
        /not support.{0,20}(?:thinking|reasoning|effort)|(?:thinking|reasoning).{0,40}not support/i.test(
          refusal.message,
        );
      return { ...quirks, effort: isUnknown ? 'none' : (nextLower(sent) ?? 'none') };
    }
    case 'reasoning': {
      const reasoning = otherReasoning(quirks.reasoning, refusal.message);
      return reasoning === quirks.reasoning ? undefined : { ...quirks, reasoning };
    }
    case 'limit':
      return quirks.tokenLimit === 'none'
        ? undefined
        : { ...quirks, tokenLimit: quirks.tokenLimit === 'max_tokens' ? 'max_completion_tokens' : 'none' };
    default:
      return quirks.omitted.has(subject)
        ? undefined
        : { ...quirks, omitted: new Set([...quirks.omitted, subject]) };
  }
}
