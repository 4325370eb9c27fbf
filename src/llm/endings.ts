/**
 * How an answer ended: as it should, cut at a limit, withheld by a filter, by a failure, or by the model's
 * own refusal, which is an answer where it has words.
 */
export type Ending = 'whole' | 'cut' | 'filtered' | 'failed' | 'refused';

/**
 * What providers call the end of an answer, in lower case. What is not here is taken for an end: a new word
 * must not make answers fail.
 */
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

export function endingOf(reason: string | undefined): Ending {
  // Gemini puts its own word behind another one: `function_call_filter: MALFORMED_FUNCTION_CALL`.
  const words = (reason ?? '').toLowerCase().slice(0, 200).split(':').reverse();
  const known = words.map((word) => word.trim()).find((word) => Object.hasOwn(ENDINGS, word));
  return known === undefined ? 'whole' : (ENDINGS[known] ?? 'whole');
}
