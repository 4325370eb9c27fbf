import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { LOOK_UP, lookUp, MODEL, MODEL_URL, MOST_CALLS, SYSTEM, serveTurns } from './turn.ts';

const provider = createOpenAICompatible({ name: 'bench', baseURL: MODEL_URL, apiKey: 'none' });

await serveTurns(async (request) => {
  const result = streamText({
    model: provider(MODEL),
    instructions: SYSTEM,
    prompt: request,
    stopWhen: isStepCount(MOST_CALLS),
    tools: {
      [LOOK_UP.name]: tool({
        description: LOOK_UP.description,
        inputSchema: z.object({ query: z.string() }),
        execute: async (given) => lookUp(given),
      }),
    },
    onError: ({ error }) => {
      throw error;
    },
  });
  await result.consumeStream();
});
