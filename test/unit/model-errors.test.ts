import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modelErrorIn, modelErrorOf } from '../../src/llm/errors.ts';
import { loadOpenAI } from '../../src/llm/openai.ts';

/** As in a process that has asked a model. */
const OpenAI = await loadOpenAI();

/** What providers say, in the words of each: provider, status, code, message. */
const Corpus = z.record(
  z.string(),
  z.array(z.tuple([z.string(), z.number(), z.string().nullable(), z.string()])),
);
const corpus = Corpus.parse(
  JSON.parse(readFileSync(new URL('../corpora/model-errors.json', import.meta.url), 'utf8')),
);

describe.each(Object.entries(corpus))('%s', (kind, said) => {
  test.each(said)('%s (%i, %s): %s', (_provider, status, code, message) => {
    const thrown = OpenAI.APIError.generate(status, { error: { message, code } }, undefined, new Headers());
    expect(modelErrorOf(thrown)).toMatchObject({ kind });
    const routed = OpenAI.APIError.generate(status, { error: message }, undefined, new Headers());
    if (code === null) expect(modelErrorOf(routed)).toMatchObject({ kind });
    expect(modelErrorIn({ status, code: code ?? undefined, message })).toMatchObject({ kind });
  });
});

test('what is too long is told so in a stream that has begun, too, where no status says so', () => {
  const told = (corpus.too_long ?? []).map(
    ([, , code, message]) => modelErrorIn({ status: undefined, code: code ?? undefined, message }).kind,
  );
  expect(told.length).toBeGreaterThan(45);
  expect(new Set(told)).toEqual(new Set(['too_long']));
});

/** Said by a code, or by the status, and not in the words. */
const WORDLESS =
  /good standing|has been restricted|Access is blocked|premium request allowance|User not found/;

test.each(
  ['credits', 'authentication', 'filtered'].flatMap((kind) =>
    (corpus[kind] ?? []).map(([provider, , , message]) => [kind, provider, message] as const),
  ),
)(
  'is told in a stream that has begun, where neither a status nor a code says so: %s, %s: %s',
  (kind, _provider, message) => {
    const told = modelErrorIn({ status: undefined, code: undefined, message }).kind;
    expect(told).toBe(WORDLESS.test(message) ? 'unavailable' : kind);
  },
);

test.each([
  ['Rate limit reached. You can raise your limits on the billing page.', 429, 'rate_limit'],
  ['The thinking budget is exceeded', 400, 'rejected'],
  ['model "context" not found', 404, 'unknown_model'],
  ['The server has reached its limit of connections', 503, 'unavailable'],
  ['The API key was not found in the cache of the upstream', 503, 'unavailable'],
])('what only sounds alike is nothing else: %s', (message, status, kind) => {
  expect(modelErrorIn({ status, code: undefined, message }).kind).toBe(kind);
});

test.each([
  ['Please retry in 36.7s.', 36_700],
  ['Please try again in 10m3s.', 603_000],
  ['Please try again in 1m2.5s. Visit', 62_500],
  ['Please try again in 645ms.', 645],
  ['Please retry after 86400 seconds.', 86_400_000],
  ['Please try again in 2 hours.', 7_200_000],
  ['Please try again later', undefined],
  ['Please try again in a minute', undefined],
])('how long to wait is read from words: %s', (message, ms) => {
  const thrown = OpenAI.APIError.generate(429, { error: { message } }, undefined, new Headers());
  expect(modelErrorOf(thrown)).toMatchObject({ kind: 'rate_limit' });
  expect((modelErrorOf(thrown) as { retryAfterMs?: number }).retryAfterMs).toBe(ms);
});

test('a limit of the answer is none of the request', () => {
  const message =
    'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.';
  expect(modelErrorIn({ status: 400, code: 'invalid_value', message }).kind).toBe('rejected');
});
