import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import { DATABASE_URL, LOOK_UP, lookUp, MODEL, MODEL_URL, MOST_CALLS, SYSTEM, serveTurns } from './turn.ts';

/* A graph of two nodes, the model and its tools, whose every state is kept in Postgres. */
const [, , durability] = process.argv;
if (durability !== 'sync' && durability !== 'async') throw new Error('say sync or async');

const checkpointer = PostgresSaver.fromConnString(DATABASE_URL);
await checkpointer.setup();
const tools = [
  tool(async (given: { query: string }) => lookUp(given), {
    name: LOOK_UP.name,
    description: LOOK_UP.description,
    schema: z.object({ query: z.string() }),
  }),
];
const model = new ChatOpenAI({
  model: MODEL,
  apiKey: 'none',
  configuration: { baseURL: MODEL_URL },
}).bindTools(tools);

/** Read from the stream: `invoke` would count tokens by itself, with a table that it loads from the web. */
async function answerTo(messages: BaseMessage[]): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(messages)) whole = whole?.concat(chunk) ?? chunk;
  if (whole === undefined) throw new Error('the model has said nothing');
  return whole;
}

const graph = new StateGraph(MessagesAnnotation)
  .addNode('agent', async ({ messages }) => ({ messages: [await answerTo(messages)] }))
  .addNode('tools', new ToolNode(tools))
  .addEdge(START, 'agent')
  .addConditionalEdges('agent', ({ messages }) => {
    const last = messages.at(-1);
    const calls = last !== undefined && 'tool_calls' in last ? last.tool_calls : undefined;
    return Array.isArray(calls) && calls.length > 0 ? 'tools' : END;
  })
  .addEdge('tools', 'agent')
  .compile({ checkpointer });

await serveTurns((request, id) =>
  graph.invoke(
    {
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: request },
      ],
    },
    { configurable: { thread_id: String(id) }, recursionLimit: MOST_CALLS, durability },
  ),
);
