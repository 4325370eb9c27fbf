import { DBOS } from '@dbos-inc/dbos-sdk';
import OpenAI from 'openai';
import { answerOf, type Message, TOOLS } from './chat.ts';
import { DATABASE_URL, lookUp, MODEL_URL, SYSTEM, serveTurns } from './turn.ts';

/* The bare loop as a durable workflow of DBOS: each answer and each result is a step. */
const client = new OpenAI({ baseURL: MODEL_URL, apiKey: 'none' });
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: DATABASE_URL, logLevel: 'error' });

const turn = DBOS.registerWorkflow(
  async (request: string) => {
    const messages: Message[] = [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: request },
    ];
    for (;;) {
      const answer = await DBOS.runStep(() => answerOf(client, messages, TOOLS), { name: 'answer' });
      messages.push(answer.message);
      if (answer.calls.length === 0) return;
      const results = await Promise.all(
        answer.calls.map(({ query }) => DBOS.runStep(async () => lookUp({ query }), { name: 'hub_search' })),
      );
      for (const [i, { id }] of answer.calls.entries()) {
        messages.push({ role: 'tool', tool_call_id: id, content: results[i] ?? '' });
      }
    }
  },
  { name: 'turn' },
);
await DBOS.launch();
await serveTurns(turn);
