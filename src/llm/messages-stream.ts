import { type AnswerEvent, isObject } from './events.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});

/** An event of Anthropic's Messages API as what it would be of a chat completion. */
export function chunksOfMessage(event: Fields): AnswerEvent[] {
  switch (event.type) {
    case 'message_start':
      return [{ usage: usageOf(fieldsOf(fieldsOf(event.message).usage)), choices: [] }];
    case 'content_block_start':
      return blockChunks(fieldsOf(event.content_block), event.index);
    case 'content_block_delta':
      return deltaChunks(fieldsOf(event.delta), event.index);
    case 'message_delta': {
      const finish = fieldsOf(event.delta).stop_reason;
      const { output_tokens: output } = fieldsOf(event.usage);
      const usage = output === undefined ? {} : { usage: { completion_tokens: output } };
      return [{ choices: [{ delta: {}, finish_reason: finish ?? null }], ...usage }];
    }
    case 'message_stop':
      return ['end'];
    // One that is not streamed.
    case 'message':
      return [
        ...(Array.isArray(event.content) ? event.content : []).flatMap((block, i) =>
          blockChunks(fieldsOf(block), i),
        ),
        {
          choices: [{ delta: {}, finish_reason: event.stop_reason }],
          usage: usageOf(fieldsOf(event.usage)),
        },
      ];
    default:
      return event.error === undefined ? [] : [event]; // pings, and what is new, are signs of life
  }
}

const chunk = (delta: Fields): AnswerEvent => ({ choices: [{ index: 0, delta }] });

function blockChunks(block: Fields, index: unknown): AnswerEvent[] {
  switch (block.type) {
    case 'text':
      return [chunk({ content: block.text })];
    case 'thinking':
      return [chunk({ reasoning_content: block.thinking })];
    case 'tool_use': {
      const isWhole = Object.keys(fieldsOf(block.input)).length > 0;
      const args = isWhole ? block.input : '';
      return [
        chunk({ tool_calls: [{ index, id: block.id, function: { name: block.name, arguments: args } }] }),
      ];
    }
    default:
      return [];
  }
}

function deltaChunks(delta: Fields, index: unknown): AnswerEvent[] {
  switch (delta.type) {
    case 'text_delta':
      return [chunk({ content: delta.text })];
    case 'thinking_delta':
      return [chunk({ reasoning_content: delta.thinking })];
    case 'input_json_delta':
      return [chunk({ tool_calls: [{ index, function: { arguments: delta.partial_json } }] })];
    default:
      return []; // signatures of thoughts
  }
}

/** What was read from the cache, and put into it, is counted beside the rest. */
function usageOf(usage: Fields): Fields {
  const { cache_read_input_tokens: read = 0, cache_creation_input_tokens: written = 0 } = usage;
  const sum = [usage.input_tokens, read, written].map(Number).reduce((total, count) => total + count, 0);
  return {
    prompt_tokens: Number.isFinite(sum) ? sum : undefined,
    prompt_tokens_details: { cached_tokens: read ?? 0, cache_write_tokens: written ?? 0 },
    completion_tokens: usage.output_tokens,
  };
}
