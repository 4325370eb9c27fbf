import OpenAI from 'openai';
import pg from 'pg';
import { answerOf, type Message, TOOLS } from './chat.ts';
import { DATABASE_URL, lookUp, MODEL_URL, SYSTEM, serveTurns } from './turn.ts';

/*
 * A loop that does what has to be done and nothing else: a request, a commit of its answer, the calls, a
 * commit of their results.
 */
const client = new OpenAI({ baseURL: MODEL_URL, apiKey: 'none' });
const pool = new pg.Pool({ connectionString: DATABASE_URL });
await pool.query('create table entries (id bigint generated always as identity primary key, entry jsonb)');
const keep = (entries: readonly Message[]) =>
  pool.query('insert into entries (entry) select jsonb_array_elements($1::jsonb)', [JSON.stringify(entries)]);

await serveTurns(async (request) => {
  const messages: Message[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: request },
  ];
  for (;;) {
    const answer = await answerOf(client, messages, TOOLS);
    await keep([answer.message]);
    messages.push(answer.message);
    if (answer.calls.length === 0) return;
    const results = answer.calls.map(
      ({ id, query }): Message => ({ role: 'tool', tool_call_id: id, content: lookUp({ query }) }),
    );
    await keep(results);
    messages.push(...results);
  }
});
