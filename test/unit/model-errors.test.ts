import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modelErrorIn, modelErrorOf } from '../../src/llm/errors.ts';

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
