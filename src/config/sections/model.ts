import { z } from 'zod';
import { Effort } from '../effort.ts';
import { count, flag, url, usd, wholeSeconds } from '../setting-types.ts';

/** A hundred times what the dearest models cost. */
export const MOST_USD_PER_MILLION = 100_000;

/** Which models there are for the agent, and how they are asked. */
export const Model = z.strictObject({
  id: z.string().min(1).describe('Model id as the provider names it, e.g. "moonshotai/Kimi-K2.5:fastest".'),
  base_url: url.describe('OpenAI-compatible base URL. The Hugging Face router by default.'),
  effort: Effort.optional().describe(
    'How hard models are to think, where they can; a level that a provider does not know becomes the next lower one.',
  ),
  small: z
    .string()
    .optional()
    .describe(
      'A cheaper model for titles and summaries. Without it summaries are made by the model of the session.',
    ),
  research: z
    .string()
    .optional()
    .describe('The model of the research assistant; `small` by default, else the one of the session.'),
  fallbacks: z
    .array(z.string())
    .default([])
    .describe('Models to go on with, in order, while the provider of the chosen one is out.'),
  choices: z.array(z.string()).max(24).default([]).describe('Models that menus offer.'),
  defaults: z
    .array(
      z.strictObject({
        platform: z.string().optional(),
        channel: z.string().optional(),
        person: z.string().optional(),
        id: z.string(),
      }),
    )
    .default([])
    .describe(
      'Other models for a platform, a channel or a person (platform ids); the most exact one counts.',
    ),
  direct: flag
    .default(false)
    .describe(
      'Whether "openai/…" and "anthropic/…" go to those providers where OPENAI_API_KEY or ANTHROPIC_API_KEY is set.',
    ),
  responses_api: z
    .array(z.enum(['openai', 'router', 'vllm', 'lm_studio', 'ollama']))
    .default([])
    .describe('Providers that are spoken to over the Responses API instead of chat completions.'),
  context_tokens: count
    .default(131_072)
    .describe('The context window, in tokens, of models that the catalogue does not tell it of.'),
  max_output_tokens: count.default(16_384).describe('Upper bound of one answer, in tokens.'),
  idle_timeout_seconds: wholeSeconds
    .default(120)
    .describe('A stream that is silent for this long is cut and retried.'),
  price: z
    .strictObject({
      input_usd_per_million: z.coerce.number().nonnegative().max(MOST_USD_PER_MILLION),
      output_usd_per_million: z.coerce.number().nonnegative().max(MOST_USD_PER_MILLION),
    })
    .optional()
    .describe('Price of tokens in place of the one that the catalogue tells.'),
});

/** What one turn, message, call or research may take. */
export const Limits = z.strictObject({
  model_calls_per_turn: z.coerce
    .number()
    .int()
    .refine((n) => n === -1 || n > 0, 'must be positive, or -1 for no limit')
    .default(300)
    .describe('Model calls in one turn; -1 for no limit.'),
  outage_hours: z.coerce
    .number()
    .nonnegative()
    .max(168)
    .default(12)
    .describe(
      'How long a request waits for a model provider that is out, and tries again by itself; 0 for not at all.',
    ),
  message_characters: count.default(40_000).describe('Longer messages are refused with a clear answer.'),
  tool_output_characters: count.default(25_000).describe('Cap of one tool result.'),
  research_steps: count.default(60).describe('Model calls of one research.'),
  research_characters: count
    .default(40_000)
    .describe('Cap of what one research reports: recipes, and code word for word.'),
  research_usd: usd
    .default(2)
    .describe('What one research may cost in model calls, in USD, before it has to come to an end.'),
  tool_timeout_seconds: wholeSeconds.default(600).describe('A tool call that runs longer is stopped.'),
});
