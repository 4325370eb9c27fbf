import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { Clock } from '../ops/clock.ts';
import { ModelError, modelErrorOf, type RetrySchedule } from './errors.ts';
import { AnswerAssembly, type ModelAnswer } from './stream.ts';

type ModelRequest = {
  messages: ChatCompletionMessageParam[];
  tools: ChatCompletionTool[];
  /** `none` lets the model see the tools of the history and call none. */
  toolChoice?: 'none';
  signal: AbortSignal;
  /** Called with the whole text so far as it grows, and with '' when a retry starts over. */
  onText(text: string): void;
};

/** A model behind an OpenAI-compatible endpoint. Throws ModelError, or the signal's abort. */
export type ModelClient = { complete(request: ModelRequest): Promise<ModelAnswer> };

export type ModelSettings = {
  id: string;
  baseUrl: string;
  apiKey: string;
  maxOutputTokens: number;
  idleTimeoutMs: number;
  retries: RetrySchedule;
};

export function createModelClient(settings: ModelSettings, clock: Clock): ModelClient {
  const client = new OpenAI({ baseURL: settings.baseUrl, apiKey: settings.apiKey, maxRetries: 0 });

  async function complete(request: ModelRequest): Promise<ModelAnswer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptOnce(client, settings, request);
      } catch (thrown) {
        request.signal.throwIfAborted();
        const error = modelErrorOf(thrown);
        const wait = error instanceof ModelError ? settings.retries[error.kind]?.[attempt] : undefined;
        if (!(error instanceof ModelError) || wait === undefined) throw error;
        request.onText('');
        await clock.sleep(error.retryAfterMs ?? wait, request.signal);
      }
    }
  }

  return { complete };
}

async function attemptOnce(
  client: OpenAI,
  settings: ModelSettings,
  request: ModelRequest,
): Promise<ModelAnswer> {
  const idle = new IdleTimer(settings.idleTimeoutMs);
  const assembly = new AnswerAssembly();
  try {
    const stream = await client.chat.completions.create(
      {
        model: settings.id,
        messages: request.messages,
        ...(request.tools.length > 0 ? { tools: request.tools } : {}),
        ...(request.tools.length > 0 && request.toolChoice ? { tool_choice: request.toolChoice } : {}),
        max_tokens: settings.maxOutputTokens,
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal: AbortSignal.any([request.signal, idle.signal]) },
    );
    for await (const chunk of stream) {
      idle.restart();
      if (assembly.add(chunk)) request.onText(assembly.text);
    }
  } catch (error) {
    if (idle.signal.aborted) throw new ModelError('stalled', `no data for ${settings.idleTimeoutMs} ms`);
    throw error;
  } finally {
    idle.stop();
  }
  // The openai client ends a stream quietly when its signal aborts.
  request.signal.throwIfAborted();
  if (idle.signal.aborted) throw new ModelError('stalled', `no data for ${settings.idleTimeoutMs} ms`);
  return assembly.finish();
}

/** Aborts its signal when nothing restarted it for `ms`. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
