/*
 * What providers say is wrong, in their own words: codes and statuses alone tell too little, since each gives
 * them for something else. What is here is read of at most some thousand characters.
 */

/**
 * How servers say that a request has more tokens than the model takes: OpenAI, Azure and whoever copies them;
 * vLLM, SGLang, TGI, llama.cpp, LM Studio, Ollama, TensorRT-LLM; Anthropic, Bedrock, Vertex and Gemini;
 * Mistral, Cohere, DeepSeek, Moonshot, Alibaba, Zhipu, MiniMax, xAI; Groq, Cerebras, Fireworks, Together,
 * SambaNova, Nebius, Novita, Hyperbolic, Featherless, Nscale, Replicate; OpenRouter, LiteLLM and the router.
 */
export const TOO_LONG: readonly RegExp[] = [
  /maximum (?:context|prompt|model|allowed|input|sequence|token)\w*[ _]?(?:length|size|window|limit|tokens)?.{0,40}(?:is|of|:|exceed|\d)/i,
  /context[ _](?:length|window|size|limit)\w*.{0,60}(?:exceed|overflow|too (?:small|long)|is only|limit)/i,
  /(?:exceed|overflow|larger than|longer than|greater than|more than|beyond|over)\w*.{0,80}(?:context|n_ctx|max_model_len|max_position|max_seq_len|max_total_tokens|max_input_(?:length|tokens)|token limit|maximum number of (?:input )?tokens)/i,
  /(?:prompt|input|request|conversation|message)s?(?: \w+){0,3} (?:is|are|was) too (?:long|large)/i,
  /too (?:many|large for) (?:input |prompt |total )?(?:tokens|model with)/i,
  /(?:input|prompt|total|request)[ _]?(?:tokens?|length|token count).{0,60}(?:exceed|must be (?:less|<=|<|smaller|no more|in the range)|should be (?:less|in)|>|is greater|larger|longer|cannot be more)/i,
  /(?:tokens?|inputs?|prompt).{0,60}must (?:be|have) (?:<=|less than|at most|fewer)/i,
  /range of input length should be/i,
  /\b(?:prompt|input|request|messages?)\b.{0,80}\d tokens\b.{0,120}\b(?:maximum|limit|at most|only)\b/i,
  /reduce the length of (?:the|your) (?:messages|prompt|input|completion|conversation)/i,
  /please (?:reduce|shorten|truncate) .{0,40}(?:prompt|messages|input|length)/i,
  /(?:prompt|input|request|messages?) exceeds? (?:the )?max(?:imum)?[ _](?:length|size|tokens)/i,
  /reached (?:the )?context (?:length|window|limit)|context (?:length|window|size)\b.{0,40}\breached\b|context overflow/i,
  /^(?:\d{3} )?(?:prompt|input|conversation) too (?:long|large)/i,
  /\b(?:tokens?|prompt|input|sequence|message|payload)\b.{0,60}\b(?:exceeds?|more than|larger than|over|beyond)\b.{0,30}(?:\b(?:model|size|length|max(?:imum)?) ?(?:limit|tokens?|allowed|maximum)?\b|\b(?:allowed|max_kv_size|the limit)\b).{0,20}\d/i,
  /(?:token length|tokens? in request|requested tokens).{0,20}(?:exceed|more than) (?:max|model)/i,
  /(?:payload|request entity) too large|request payload size exceeds the limit|expected maxlength: \d+, actual: \d+/i,
  /n_keep.{0,20}>=? n_ctx|trying to keep the first \d+ tokens/i,
  /(?:input|prompt|request).{0,40}(?:does not|doesn.t|cannot|can.t) fit.{0,60}(?:context|window|model|token)/i,
  /tokens? in (?:your|the) (?:prompt|request|input).{0,60}(?:exceed|limit|maximum)/i,
  /(?:超出|超过|大于).{0,20}(?:上下文|最大|长度|限制)|(?:输入|上下文|prompt).{0,20}(?:过长|超长|超出|超过)/i,
  /\btoken count\b.{0,60}\b(?:but|and|while) (?:the |this )?model\b.{0,30}\b(?:supports?|accepts?|takes?|allows?)\b/i,
  /\btext fields? that (?:is|are) too (?:large|long)|context shift is disabled/i,
  /\bmax(?:imum)? (?:input|prompt|message)s? (?:characters?|tokens?|length|size) (?:is|are|of)\b|\bmax(?:imum)? (?:length|size) of (?:the )?(?:input|prompt|messages?|context)\b/i,
  /\bmax(?:imum)? number of (?:input )?tokens (?:is|are|of|allowed)\b|\bnumber of tokens in the (?:request|prompt|input|messages)\b.{0,40}\babove\b/i,
  /\b(?:prompt|input|request|conversation|messages?) (?:contains?|has|have|with|of) [\d,]{1,12} (?:input )?tokens\b.{0,60}\btoo (?:large|long|many|big)\b/i,
  /\b(?:input|prompt|request|messages?)(?: \w+){0,3} (?:length|size) exceeds? (?:the |its )?(?:\w+ )?limit/i,
  /\btotal tokens of the (?:conversation|request|prompt|messages)\b.{0,40}\bexceed/i,
  /\bInputTokenLimitExceeded\b|\bContextWindowExceededError\b|\bprompt_too_long\b|\bcontext_too_long\b/i,
];

/** How they say that an account has nothing left to pay with: waiting does not help. */
export const EMPTY_ACCOUNT: readonly RegExp[] = [
  /insufficient[ _-]?(?:credit|balance|quota|fund)|not enough (?:credit|balance|fund)/i,
  /credit balance is too low|out of credits|no credits? (?:left|remaining)|credits? (?:have|has|are|is) (?:been )?(?:exhausted|depleted|used up)/i,
  /exceeded your (?:current quota|monthly included credits|spending limit)|(?:monthly|billing|spending|usage) (?:hard )?limit (?:has been )?(?:reached|exceeded)/i,
  /(?:balance|credit|quota|fund)s? (?:is|are) (?:insufficient|too low|not enough|exhausted)|key limit exceeded/i,
  /requires? more credits|can only afford|payment (?:is )?required|purchase (?:more )?(?:pre-paid )?credits|add (?:more )?(?:credits|funds)|recharge/i,
  /(?:monthly|project).{0,20} spending cap|specified API usage limits|has an overdue balance|free tier of the model has been exhausted|free-models-per-day/i,
  /\bspend(?:ing)?[ -](?:limit|cap)\b|\bbilling[ -](?:hard )?(?:limit|quota|cap)\b|\bcredits? limit\b/i,
  /usage limit for (?:this|the|your) (?:current )?(?:billing|month|subscription)/i,
  /\baccount\b.{0,60}\bsuspended\b.{0,80}\b(?:spend|pay|paid|payment|billing|balance|arrears|overdue)|\bunpaid (?:invoices?|bills?)\b|\bpast[ -]due\b/i,
  /\binvalid[ _]payment[ _]|\b(?:valid|enter a|add a|update your) payment (?:instrument|method)\b(?!.{0,30}\brate limits?)/i,
  /(?<!\b(?:thinking|reasoning|token|time) )\bbudget\b.{0,30}\b(?:exhausted|exceeded|used up|spent|depleted|reached)\b|\bExceededBudget\b|\bover (?:its |the |your )?budget\b/i,
  /\b(?:balance|credits?|funds?|points)\b.{0,60}\b(?:is|are) (?:not (?:enough|sufficient)|insufficient|too low|negative|used up|depleted|exhausted)\b/i,
  /\b(?:do|does) not have (?:enough|sufficient|any) (?:credits?|balance|funds?|points|quota)\b|\btop[ -]up your (?:balance|account|wallet)\b/i,
  /account (?:is )?(?:overdue|in arrears|suspended due to (?:insufficient balance|billing))|(?:余额不足|欠费)/i,
];

/** A limit of the answer, in words that name the window or the tokens, too. */
export const ANSWER_ALONE =
  /^[^a-z]{0,6}max_(?:completion_|output_)?tokens\W{0,3} (?:must|should) be (?:less|at most|<)|range of max_tokens|max_(?:completion_|output_)?tokens (?:value|must be at least)/i;

/** A bound of a name, a description, a key or a picture: no conversation gets shorter by it. */
export const OTHER_TEXT = /invalid '[^']{1,200}': (?:string|array) too long|at most 1 system message/i;

/** A bound of what people, the model or tools said, or of how many messages there are (OpenAI). */
export const LONG_MESSAGE =
  /invalid '(?:messages|input)(?:\[\d{1,6}\](?:\.(?:content|output)(?:\[\d{1,6}\](?:\.text)?)?|\.(?:tool_calls\[\d{1,3}\]\.function\.)?arguments)?)?': (?:string|array) too long/i;

/** What a provider says when it withholds an answer for what was asked. */
export const FILTERED =
  /content exists risk|flagged (?:as|by|for)|\b(?:usage|content|content management|acceptable use|safety|community) (?:polic(?:y|ies)|guidelines?)\b|our safety system|prohibited[ _]content|new_sensitive|inappropriate content|considered high risk|敏感内容|不安全/i;

/** What the model wrote could not be read by the server, and may be readable when it is asked again. */
export const MISWRITTEN =
  /failed to call a function|tool call validation failed|error parsing tool call|unexpected tokens remaining in message header/i;

/** How they say that the answer, and not the request, may have fewer tokens than were asked for. */
export const OUTPUT_LIMIT = /(?:maximum|at most|up to).{0,40}(?:output|completion) tokens/i;

/** Google and xAI say it with a status that is for other things. */
export const WRONG_KEY =
  /\bapi[ _-]?key (?:not valid|expired|is (?:invalid|missing|incorrect|required)|not found|(?:has been|was|is) (?:revoked|disabled|deleted))|\b(?:invalid|expired|incorrect|missing|no|wrong|unknown) (?:api[ _-]?key|(?:authentication|auth|access|bearer) (?:token|credentials?|key))\b/i;

export const UNKNOWN_MODEL =
  /model.{0,80}(?:does not exist|not (?:exist\b|found|supported by any provider|a chat model|available)|is not available|decommissioned|identifier is invalid)|(?:unknown|invalid) model\b|no such model|not a valid model|no models loaded/i;
