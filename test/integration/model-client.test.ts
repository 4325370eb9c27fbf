import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createModelClient } from '../../src/llm/client.ts';
import { ModelError, RETRY_SCHEDULE } from '../../src/llm/errors.ts';
import { AnswerAssembly } from '../../src/llm/stream.ts';
import { type ModelDouble, type ModelScript, type Reply, startModelDouble } from '../doubles/model.ts';

let model: ModelDouble;
afterEach(() => model.close());

/** A client whose waits are noted instead of waited. */
async function begin(script: ModelScript, idleTimeoutMs = 5_000) {
  model = await startModelDouble(script, { chunkSize: 7 });
  const waits: number[] = [];
  const clock: Clock = { ...systemClock, sleep: async (ms) => void waits.push(ms) };
  const client = createModelClient(
    {
      endpoints: { routerUrl: model.baseUrl, routerKey: 'k', isDirect: false, responses: [], keys: {} },
      fallbacks: [],
      maxOutputTokens: 1_000,
      idleTimeoutMs,
      retries: RETRY_SCHEDULE,
      random: () => 0.5,
    },
    clock,
  );
  const texts: string[] = [];
  const ask = (signal = new AbortController().signal) =>
    client.complete({
      model: 'scripted/model',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [],
      signal,
      onText: (text) => void texts.push(text),
    });
  return { ask, waits, texts };
}

/** Answers in turn. */
const inTurn = (...replies: Reply[]): ModelScript => {
  let i = 0;
  return () => replies[Math.min(i++, replies.length - 1)] ?? {};
};

test('text streams as it grows, and tool calls split over chunks come out whole, in order, with usage', async () => {
  const { ask, texts } = await begin(
    inTurn({
      text: 'Looking at two things at once.',
      calls: [
        { name: 'first', arguments: { path: 'a'.repeat(50) } },
        { name: 'second', arguments: { n: 2 } },
      ],
      usage: { input: 100, output: 20 },
    }),
  );
  const answer = await ask();
  expect(answer.calls.map(({ name, arguments: args }) => [name, JSON.parse(args)])).toEqual([
    ['first', { path: 'a'.repeat(50) }],
    ['second', { n: 2 }],
  ]);
  expect(answer.usage).toEqual({ inputTokens: 100, cachedTokens: 0, outputTokens: 20 });
  expect(texts.at(-1)).toBe('Looking at two things at once.');
  expect(texts.length).toBeGreaterThan(2);
});

test('the cached share of the input is taken from the usage', () => {
  const assembly = new AnswerAssembly();
  const chunk = { id: 'x', created: 0, model: 'm', object: 'chat.completion.chunk' as const };
  assembly.add({ ...chunk, choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] });
  assembly.add({
    ...chunk,
    choices: [],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 60 },
    },
  });
  expect(assembly.finish().usage).toEqual({ inputTokens: 100, cachedTokens: 60, outputTokens: 20 });
});

describe('errors, by class', () => {
  test.each([
    ['rate limit', { status: 429 }, [1_000]],
    ['rate limit with Retry-After', { status: 429, retryAfter: 7 }, [7_000]],
    ['overload', { status: 503 }, [5_000]],
    ['server error', { status: 500 }, [5_000]],
  ])('%s is waited out', async (_name, error, expected) => {
    const { ask, waits, texts } = await begin(inTurn({ error }, { text: 'there' }));
    expect((await ask()).text).toBe('there');
    expect(waits).toEqual(expected);
    expect(texts[0]).toBe('');
  });

  test('passing errors are given up after three waits', async () => {
    const { ask, waits } = await begin(inTurn({ error: { status: 503 } }));
    await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(waits).toEqual([5_000, 15_000, 30_000]);
  });

  test.each([
    [{ status: 401 }, 'authentication'],
    [{ status: 402 }, 'credits'],
    [{ status: 404 }, 'unknown_model'],
    [{ status: 400, code: 'context_length_exceeded' }, 'too_long'],
    [{ status: 429, code: 'insufficient_quota' }, 'credits'],
    [{ status: 400 }, 'rejected'],
  ])('%j is not retried', async (error, kind) => {
    const { ask } = await begin(inTurn({ error }));
    await expect(ask()).rejects.toMatchObject({ kind });
    expect(model.requests).toHaveLength(1);
  });

  test('an empty answer is asked for twice more', async () => {
    const { ask } = await begin(inTurn({ text: '' }));
    await expect(ask()).rejects.toMatchObject({ kind: 'empty' });
    expect(model.requests).toHaveLength(3);
  });

  test('a provider that falls silent is cut off and asked again', async () => {
    const { ask } = await begin(inTurn({ hangs: true }, { text: 'awake' }), 200);
    expect((await ask()).text).toBe('awake');
  });

  test('a provider that can’t be reached is a network error', async () => {
    const { ask, waits } = await begin(inTurn({ text: 'x' }));
    await model.close();
    await expect(ask()).rejects.toBeInstanceOf(ModelError);
    expect(waits).toEqual([5_000, 15_000, 30_000]);
  });
});

test('an abort ends a call at once, and is no model error', async () => {
  const { ask } = await begin(inTurn({ hangs: true }));
  const stop = new AbortController();
  const asked = ask(stop.signal);
  setTimeout(() => stop.abort(new Error('stopped')), 50);
  await expect(asked).rejects.toThrow('stopped');
});
