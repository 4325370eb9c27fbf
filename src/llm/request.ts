import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { Effort } from '../config/effort.ts';

export type ModelRequest = {
  /** The model's id, as people name it. */
  model: string;
  effort?: Effort | undefined;
  /** The same for all requests of a session: lets providers find what they have cached. */
  sessionId?: string;
  messages: ChatCompletionMessageParam[];
  tools: ChatCompletionTool[];
  /** `none` lets the model see the tools of the history and call none. */
  toolChoice?: 'none';
  /** Bound of this answer, where it is to be a short one. */
  maxOutputTokens?: number;
  signal: AbortSignal;
  /** Called with the whole text so far as it grows, and with '' when a retry starts over. */
  onText(text: string): void;
};
