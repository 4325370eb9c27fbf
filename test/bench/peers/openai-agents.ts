import { Agent, OpenAIChatCompletionsModel, run, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { z } from 'zod';
import { LOOK_UP, lookUp, MODEL, MODEL_URL, MOST_CALLS, SYSTEM, serveTurns } from './turn.ts';

setTracingDisabled(true);
const agent = new Agent({
  name: 'bench',
  instructions: SYSTEM,
  model: new OpenAIChatCompletionsModel(new OpenAI({ baseURL: MODEL_URL, apiKey: 'none' }), MODEL),
  tools: [
    tool({
      name: LOOK_UP.name,
      description: LOOK_UP.description,
      parameters: z.object({ query: z.string() }),
      execute: async (given) => lookUp(given),
    }),
  ],
});

await serveTurns(async (request) => {
  const stream = await run(agent, request, { stream: true, maxTurns: MOST_CALLS });
  for await (const _ of stream) {
    // read to its end
  }
  await stream.completed;
});
