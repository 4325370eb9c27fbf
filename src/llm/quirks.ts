import { type Effort, nextLower } from '../config/effort.ts';

/** Parts of a request that a provider may not know, and that can be left out. */
type Omittable =
  | 'stream_options'
  | 'tool_choice'
  | 'images'
  | 'cache_control'
  | 'prompt_cache_key'
  | 'max_tokens';

/** What is known of a model from what it turned down: remembered for as long as the process runs. */
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

/**
 * The part that a refusal is about: by the parameter it names, else (routers pass on bare texts) by its
 * words.
 */
const SUBJECTS: readonly (readonly [RegExp, 'effort' | 'limit' | 'reasoning' | Omittable])[] = [
  [
    /reasoning_content|reasoning[ _]content|encrypted_content|thinking block|invalid.{0,40}signature|messages.{0,40}\breasoning\b|(?:property|field) .?reasoning\b/i,
    'reasoning',
  ],
  [
    /image_url|image input|(?:support|accept|process)\w* .{0,20}images?\b|multimodal|\bvision\b|unsupported image|could not process image|invalid image|mime type/i,
    'images',
  ],
  [/reasoning_effort|reasoning\.effort|\beffort\b|\bthinking\b|output_config/i, 'effort'],
  [/max_completion_tokens|max_tokens|max_output_tokens/i, 'limit'],
  [/stream_options|include_usage/i, 'stream_options'],
  [/tool_choice/i, 'tool_choice'],
  [/prompt_cache_key/i, 'prompt_cache_key'],
  [/cache_control/i, 'cache_control'],
];

/** Thoughts that are missing are not unwanted: the next request goes to whoever takes none, or needs them. */
const MISSING =
  /missing|required|must be (?:passed|provided|included|present)|not (?:provided|found|included)/i;

/** Signatures of thoughts are of one provider and one model: another name does not make them valid. */
const INVALID = /signature|invalid|encrypted/i;

function lessReasoning(sent: Quirks['reasoning'], message: string): Quirks['reasoning'] {
  if (MISSING.test(message)) return 'required';
  return INVALID.test(message) ? 'none' : LESS[sent];
}

const LESS: Readonly<Record<Quirks['reasoning'], Quirks['reasoning']>> = {
  required: 'none',
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

/**
 * What is known after a refusal, where leaving something out or going one level down can mend it; else
 * undefined.
 */
export function healed(quirks: Quirks, refusal: Refusal, wanted: Effort | undefined): Quirks | undefined {
  if (refusal.status !== 400 && refusal.status !== 422) return undefined;
  if (refusal.code === 'context_length_exceeded') return undefined;
  const subject = SUBJECTS.find(([pattern]) => pattern.test(refusal.param ?? refusal.message))?.[1];
  switch (subject) {
    case undefined:
      return undefined;
    case 'effort': {
      const sent = effortFor(quirks, wanted);
      if (sent === undefined) return undefined;
      // Where thinking as such is not known, no level is.
      const isUnknown =
        refusal.code === 'unsupported_parameter' ||
        /not support.{0,20}(?:thinking|reasoning)|(?:thinking|reasoning).{0,40}not support/i.test(
          refusal.message,
        );
      return { ...quirks, effort: isUnknown ? 'none' : (nextLower(sent) ?? 'none') };
    }
    case 'reasoning': {
      const reasoning = lessReasoning(quirks.reasoning, refusal.message);
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
