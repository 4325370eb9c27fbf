import { parseArgs } from 'node:util';
import OpenAI from 'openai';

/*
 * The least that many streams can cost: node test/bench/bare-streams.ts --base-url URL --streams 300
 * The OpenAI client, and every answer put together, in one process. Says `streaming` once all have begun.
 */

const { values } = parseArgs({
  options: { 'base-url': { type: 'string' }, streams: { type: 'string', default: '10' } },
});
const client = new OpenAI({ baseURL: values['base-url'], apiKey: 'none', maxRetries: 0 });
const count = Number(values.streams);
let begun = 0;

/** One answer after the other, as a session has them. */
async function follow(): Promise<never> {
  for (;;) await answer();
}

async function answer(): Promise<string> {
  const stream = await client.chat.completions.create({
    model: 'streaming',
    stream: true,
    messages: [{ role: 'user', content: 'Go on.' }],
  });
  let text = '';
  for await (const { choices } of stream) {
    if (text === '' && choices[0]?.delta.content) {
      begun++;
      if (begun === count) process.stdout.write('streaming\n');
    }
    text += choices[0]?.delta.content ?? '';
  }
  return text;
}

await Promise.all(Array.from({ length: count }, follow));
