import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/lib/clock.ts';
import { createModelClient } from '../../src/llm/client.ts';
import { ModelError, RETRY_SCHEDULE } from '../../src/llm/errors.ts';
import { type Listening, listen, sendJson } from '../doubles/http.ts';
import { STREAM_FAILURES } from '../doubles/stream-failures.ts';
import { ROOT } from '../support/root.ts';

/* However a provider fails, and for however long: how often it is asked has an end, and people get words. */

const Corpus = z.record(
  z.string(),
  z.array(z.tuple([z.string(), z.number(), z.string().nullable(), z.string()])),
);
const corpus = Corpus.parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/model-errors.json'), 'utf8')));

type Answer = { status: number; body: unknown };
let answer: Answer;
let asked = 0;
let provider: Listening;
beforeAll(async () => {
  provider = await listen(async (_request, response) => {
    asked++;
    if (typeof answer.body !== 'string') return sendJson(response, answer.status, answer.body);
    response.writeHead(answer.status, { 'content-type': 'text/event-stream' });
    response.end(answer.body);
  });
});
afterAll(() => provider.close());

async function given(said: Answer): Promise<ModelError> {
  answer = said;
  asked = 0;
  const endpoints = { routerUrl: provider.url, routerKey: 'k', isDirect: false, responses: [], keys: {} };
  const client = createModelClient(
    { endpoints, fallbacks: [], maxOutputTokens: 500, idleTimeoutMs: 5_000, retries: RETRY_SCHEDULE },
    { ...systemClock, sleep: async () => {} },
  );
  const thrown = await client
    .complete({
      model: 'm',
      effort: 'max',
      sessionId: 's_1',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
      signal: AbortSignal.timeout(20_000),
      onText: () => {},
    })
    .catch((error: unknown) => error);
  if (!(thrown instanceof ModelError)) throw new Error('no ModelError', { cause: thrown });
  return thrown;
}

/** One request, three retries, and what is left out or sent otherwise, a part at a time. */
const MOST = 4 + 8;

describe.each(Object.entries(corpus))('%s', (kind, said) => {
  test.each(said)('%s (%i, %s): %s', async (_provider, status, code, message) => {
    const error = await given({ status, body: { error: { message, code } } });
    expect(error).toMatchObject({ kind, mayBePaid: false });
    expect(error.advice).toMatch(/\w{3}.*\./);
    expect(asked).toBeLessThanOrEqual(MOST);
    const inStream = `data: ${JSON.stringify({ error: { message, code: code ?? status } })}\n\n`;
    expect((await given({ status: 200, body: inStream })).advice).toMatch(/\w{3}.*\./);
    expect(asked).toBeLessThanOrEqual(MOST);
  });
});

test.each(Object.entries(STREAM_FAILURES))('in a stream: %s', async (_name, { kind, body }) => {
  const error = await given({ status: 200, body });
  expect(error.advice).toMatch(/\w{3}.*\./);
  expect(asked).toBeLessThanOrEqual(kind === 'passing' ? 4 : 1);
  // What came of an answer is paid for: such a request is not made again for hours.
  expect(error.mayBePaid).toBe(
    body.includes('Let me lo') || body.includes('hf_jobs') || /finish_reason/.test(body),
  );
});
