import { Agent } from '@earendil-works/pi-agent-core';
import type { Model } from '@earendil-works/pi-ai';
import { streamSimple } from '@earendil-works/pi-ai/api/openai-completions';
import { LOOK_UP, lookUp, MODEL, MODEL_URL, SYSTEM, serveTurns } from './turn.ts';

const model: Model<'openai-completions'> = {
  id: MODEL,
  name: MODEL,
  api: 'openai-completions',
  provider: 'bench',
  baseUrl: MODEL_URL,
  reasoning: false,
  input: ['text'],
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  contextWindow: 1_000_000,
  maxTokens: 1_000,
};

await serveTurns(async (request) => {
  const agent = new Agent({
    initialState: {
      systemPrompt: SYSTEM,
      model,
      tools: [
        {
          ...LOOK_UP,
          label: LOOK_UP.name,
          execute: async (_id, given) => ({
            content: [{ type: 'text', text: lookUp(given as { query: string }) }],
            details: undefined,
          }),
        },
      ],
    },
    getApiKey: () => 'none',
    streamFn: (_model, context, options) => streamSimple(model, context, options),
  });
  await agent.prompt(request);
});
