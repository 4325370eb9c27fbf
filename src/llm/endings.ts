/**
 * How an answer ended: as it should, cut at a limit, withheld by a filter, by a failure, or by the model's
 * own refusal, which is an answer where it has words.
 */
export type Ending = 'whole' | 'cut' | 'filtered' | 'failed' | 'refused';

/** What providers call the end of an answer, in lower case, where the words of STEMS don't tell it. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  length: 'cut',
  max_tokens: 'cut',
  max_output_tokens: 'cut',
  max_new_tokens: 'cut',
  max_tokens_reached: 'cut',
  output_limit: 'cut',
  max_completion_tokens: 'cut',
  max_length: 'cut',
  model_length: 'cut',
  model_context_window_exceeded: 'cut',
  context_length: 'cut',
  context_length_exceeded: 'cut',
  token_limit: 'cut',
  repetition_truncation: 'cut',
  content_filter: 'filtered',
  content_filtered: 'filtered',
  guardrail_intervened: 'filtered',
  safety: 'filtered',
  recitation: 'filtered',
  blocklist: 'filtered',
  prohibited_content: 'filtered',
  spii: 'filtered',
  image_safety: 'filtered',
  language: 'filtered',
  policy: 'filtered',
  moderation: 'filtered',
  content_policy: 'filtered',
  content_moderation: 'filtered',
  sensitive: 'filtered',
  refusal: 'refused',
  refused: 'refused',
  error: 'failed',
  network_error: 'failed',
  server_error: 'failed',
  engine_error: 'failed',
  internal_error: 'failed',
  error_limit: 'failed',
  error_toxic: 'filtered',
  insufficient_system_resource: 'failed',
  malformed_function_call: 'failed',
  malformed_tool_call: 'failed',
  malformed_model_output: 'failed',
  malformed_response: 'failed',
  function_call_filter: 'failed',
  too_many_tool_calls: 'failed',
  missing_thought_signature: 'failed',
  model_error: 'failed',
  connection_error: 'failed',
  request_timeout: 'failed',
  rate_limit: 'failed',
  preempted: 'failed',
  unexpected_tool_call: 'failed',
  timeout: 'failed',
  time_limit: 'failed',
  abort: 'failed',
  aborted: 'failed',
  cancel: 'failed',
  canceled: 'failed',
  cancelled: 'failed',
  user_cancel: 'failed',
  evicted: 'failed',
};

/**
 * What is in words that are not listed, the first that fits. What has none of them is taken for an end: a new
 * word must not make answers fail.
 */
const STEMS: readonly (readonly [RegExp, Ending])[] = [
  [
    /error|fail|exception|over_?load|unload|unavailab|crash|malform|time_?out|abort|cancel|interrupt/,
    'failed',
  ],
  [/disconnect|network|evict|preempt|rate_?limit|quota|concurren|invalid|killed|out_of_memory|oom/, 'failed'],
  [
    /filter|safety|prohibit|moderat|sensitive|polic(?:y|ies)|block_?list|guardrail|harmful|censor/,
    'filtered',
  ],
  [/max_|length|limit|incomplete|trunca|cut_?off|budget|too_long|exceed/, 'cut'],
];

/**
 * What a reason for the end of an answer means, in whatever letters and behind whatever prefix it is said
 * (`FinishReason.MAX_TOKENS`, `maxTokens`).
 */
export function endingOf(reason: string | undefined): Ending {
  // Gemini puts its own word behind another one: `function_call_filter: MALFORMED_FUNCTION_CALL`.
  const words = (reason ?? '')
    .slice(0, 200)
    .split(':')
    .reverse()
    .map((word) => plain(word));
  const known = words.find((word) => Object.hasOwn(ENDINGS, word));
  if (known !== undefined) return ENDINGS[known] ?? 'whole';
  const found = words.flatMap((word) => STEMS.filter(([stem]) => stem.test(word)).slice(0, 1));
  return found[0]?.[1] ?? 'whole';
}

const plain = (word: string): string =>
  (word.split('.').at(-1) ?? '')
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]/g, '_')
    .toLowerCase();
