import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { endpointOf } from '../../src/llm/endpoints.ts';
import { NO_QUIRKS } from '../../src/llm/quirks.ts';
import { withOriginalNames } from '../../src/llm/schemas/names.ts';
import { plainSchema } from '../../src/llm/schemas/plain.ts';
import { toolsFor } from '../../src/llm/schemas/tools.ts';
import { BARE, SCHEMA_RULES } from '../doubles/schema-rules.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';

/**
 * Schemas as servers of tools have them: arguments that each takes, and words that a model has to be told.
 */
const Corpus = z.array(
  z.object({
    why: z.string(),
    schema: z.unknown(),
    takes: z.array(z.record(z.string(), z.unknown())),
    tells: z.array(z.string()),
  }),
);
const corpus = Corpus.parse(
  JSON.parse(readFileSync(new URL('../corpora/tool-schemas.json', import.meta.url), 'utf8')),
);
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

const settings = { routerUrl: 'http://router/v1', routerKey: '', isDirect: true, responses: [], keys: {} };
const toldTo = (model: string, name: string, parameters: unknown, description = 'Does it.') =>
  toolsFor(
    [
      {
        type: 'function',
        function: { name, description, parameters: (parameters ?? {}) as Record<string, unknown> },
      },
    ],
    endpointOf(model, settings),
    NO_QUIRKS,
  ).flatMap((tool) => (tool.type === 'function' ? [tool.function] : []));

const modelOf = (provider: string) =>
  provider === 'llama.cpp' ? 'llamacpp/x' : provider === 'gemini' ? 'google/gemini-3' : 'some/model';

describe.each(Object.entries(SCHEMA_RULES))('%s', (provider, refusal) => {
  test.each(corpus)('takes what is told of $why', ({ schema }) => {
    const [told] = toldTo(modelOf(provider), 'tool', schema);
    expect(told && refusal(told)).toBeUndefined();
  });

  test('takes each of the bot’s own tools', async () => {
    const tools = await allTools();
    const refused = tools.flatMap(({ name, description, parameters }) => {
      const [told] = toldTo(modelOf(provider), name, parameters, description);
      return (told && refusal(told)) ?? [];
    });
    expect(tools.length).toBeGreaterThan(20);
    expect(refused).toEqual([]);
  });
});

describe('what is told of a schema', () => {
  test.each(corpus)('takes the same arguments, and says the same: $why', ({ schema, takes, tells }) => {
    const { schema: told, names } = plainSchema(schema, 'plain');
    const given = new Map([...names].map(([name, original]) => [original, name]));
    const isTaken = ajv.compile(told);
    for (const args of takes) {
      const renamed = Object.fromEntries(
        Object.entries(args).map(([name, value]) => [given.get(name) ?? name, value]),
      );
      expect([isTaken(renamed), isTaken.errors]).toEqual([true, null]);
      expect(JSON.parse(withOriginalNames(JSON.stringify(renamed), names))).toEqual(args);
    }
    for (const words of tells) expect(JSON.stringify(told)).toContain(words);
    for (const words of tells)
      expect(JSON.stringify(plainSchema(schema, 'bare').schema)).toContain(
        words.replace(/"required":.*/, ''),
      );
  });

  test('is bounded and quickly made, whatever it is made of', async () => {
    for (const { why, schema } of corpus) {
      const { value, ms } = await quickestTurn(async () => plainSchema(schema, 'plain'));
      expect(ms, why).toBeLessThan(LONGEST_TURN_MS);
      expect(JSON.stringify(value.schema).length, why).toBeLessThan(200_000);
    }
  });

  test('is the same to the byte each time, and made once', () => {
    for (const { schema } of corpus) {
      const [one] = toldTo('some/model', 't', schema);
      const [again] = toldTo('some/model', 't', structuredClone(schema));
      expect(JSON.stringify(again)).toBe(JSON.stringify(one));
    }
    const parameters = {
      type: 'object',
      get properties(): object {
        reads++;
        return { a: { type: 'string' } };
      },
    };
    let reads = 0;
    toldTo('some/model', 't', parameters);
    const first = reads;
    toldTo('some/model', 't', parameters);
    expect(first).toBeGreaterThan(0);
    expect(reads).toBe(first);
  });
});

test('names of arguments go back to what the tool calls them, at any depth, and never to another', () => {
  const schema = {
    type: 'object',
    properties: {
      'filter[id]': { type: 'string' },
      filter_id: { type: 'string' },
      rows: { type: 'array', items: { type: 'object', properties: { 'unit price': { type: 'number' } } } },
    },
  };
  const { schema: told, names } = plainSchema(schema, 'plain');
  expect(Object.keys(told.properties as object)).toEqual(['filter_id_2', 'filter_id', 'rows']);
  const args = '{"filter_id_2":"a","filter_id":"b","rows":[{"unit_price":3}]}';
  expect(JSON.parse(withOriginalNames(args, names))).toEqual({
    'filter[id]': 'a',
    filter_id: 'b',
    rows: [{ 'unit price': 3 }],
  });
  expect(withOriginalNames('{broken', names)).toBe('{broken');
});

test('no more tools are told to OpenAI than it takes, and no longer descriptions', () => {
  const tools = Array.from({ length: 200 }, (_, i) => ({
    type: 'function' as const,
    function: { name: `t${i}`, description: 'x'.repeat(3_000), parameters: {} },
  }));
  const openai = endpointOf('openai/gpt', { ...settings, keys: { OPENAI_API_KEY: 'k' } });
  const told = toolsFor(tools, openai, NO_QUIRKS);
  expect(told).toHaveLength(128);
  expect(JSON.stringify(told)).not.toContain('x'.repeat(1_025));
  const others = toolsFor(tools, endpointOf('some/model', settings), NO_QUIRKS);
  expect(others).toHaveLength(200);
  const omitted = new Set(['more_tools'] as const);
  expect(toolsFor(tools, endpointOf('some/model', settings), { ...NO_QUIRKS, omitted })).toHaveLength(128);
});

test('whoever takes the bare form alone is known', () => {
  expect(
    [...BARE].map((name) =>
      JSON.stringify(toldTo(modelOf(name), 't', { properties: { a: { type: ['string', 'null'] } } })),
    ),
  ).toEqual([...BARE].map(() => expect.stringContaining('"nullable":true')));
});
