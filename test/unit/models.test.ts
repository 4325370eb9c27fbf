import { describe, expect, test } from 'vitest';
import { modelOf } from '../../src/agent/model-choice.ts';
import { endpointOf } from '../../src/llm/endpoints.ts';
import { effortFor, healed, NO_QUIRKS, type Quirks, type Refusal } from '../../src/llm/quirks.ts';
import { snapshot } from '../support/snapshots.ts';

const settings = {
  routerUrl: 'https://router/v1',
  routerKey: 'hf',
  isDirect: true,
  responses: ['openai'],
  keys: {
    OPENAI_API_KEY: 'sk',
    LOCAL_LLM_BASE_URL: 'http://gpu:9000',
    VLLM_BASE_URL: 'http://vllm:8000/v1/',
    VLLM_API_KEY: 'secret',
  },
};

describe('a model id leads', () => {
  test.each([
    ['moonshotai/Kimi-K2.5:fastest', 'https://router/v1', 'moonshotai/Kimi-K2.5:fastest', 'chat', 'hf'],
    ['huggingface/a/b', 'https://router/v1', 'a/b', 'chat', 'hf'],
    ['vllm/org/model', 'http://vllm:8000/v1', 'org/model', 'chat', 'secret'],
    ['ollama/llama3.2', 'http://gpu:9000/v1', 'llama3.2', 'chat', 'none'],
    ['openai/gpt-5', 'https://api.openai.com/v1', 'gpt-5', 'responses', 'sk'],
    ['anthropic/claude-opus', 'https://router/v1', 'anthropic/claude-opus', 'chat', 'hf'],
  ])('%s to %s', (id, baseUrl, model, wire, apiKey) => {
    expect(endpointOf(id, settings)).toMatchObject({ baseUrl, model, wire, apiKey });
  });

  test.each([
    ['ollama', 11434],
    ['vllm', 8000],
    ['lm_studio', 1234],
    ['llamacpp', 8080],
  ])('%s to the port that it listens on by itself', (prefix, port) => {
    const { baseUrl, takesEffort } = endpointOf(`${prefix}/m`, { ...settings, keys: {} });
    expect(baseUrl).toBe(`http://localhost:${port}/v1`);
    expect(takesEffort).toBe(false);
  });

  test('openai/… to the router unless the config says otherwise: it is an account there, too', () => {
    const { provider } = endpointOf('openai/gpt-oss-120b', { ...settings, isDirect: false });
    expect(provider).toBe('router');
  });
});

describe('what a provider turned down is left out or lowered', () => {
  const refusal = (parts: Partial<Refusal>): Refusal => ({
    status: 400,
    code: undefined,
    param: undefined,
    message: '',
    ...parts,
  });
  const quirks = (parts: Partial<Quirks>): Quirks => ({ ...NO_QUIRKS, ...parts });

  test.each([
    [refusal({ param: 'reasoning_effort', code: 'unsupported_value' }), { effort: 'xhigh' }],
    [refusal({ param: 'reasoning.effort' }), { effort: 'xhigh' }],
    [refusal({ param: 'reasoning_effort', code: 'unsupported_parameter' }), { effort: 'none' }],
    [refusal({ message: 'thinking is not supported by this model' }), { effort: 'none' }],
    [refusal({ message: 'effort must be one of low, medium, high' }), { effort: 'xhigh' }],
    [refusal({ param: 'max_tokens' }), { tokenLimit: 'max_completion_tokens' }],
    [refusal({ param: 'stream_options', status: 422 }), { omitted: new Set(['stream_options']) }],
    [
      refusal({ message: 'Extra inputs are not permitted: tool_choice' }),
      { omitted: new Set(['tool_choice']) },
    ],
    [refusal({ message: 'messages[3].reasoning_content is invalid' }), { reasoning: 'none' }],
  ])('%j', (refused, expected) => {
    expect(healed(NO_QUIRKS, refused, 'max')).toMatchObject(expected);
  });

  test.each([
    ['something else', refusal({ message: 'no such tool' })],
    ['a conversation that is too long', refusal({ code: 'context_length_exceeded', message: 'max_tokens' })],
    ['an outage', refusal({ status: 503, param: 'reasoning_effort' })],
  ])('not for %s', (_name, refused) => {
    expect(healed(NO_QUIRKS, refused, 'max')).toBeUndefined();
  });

  test('the walk ends below the lowest level, and what was left out once is no reason again', () => {
    let known: Quirks | undefined = NO_QUIRKS;
    const seen: unknown[] = [];
    while (known !== undefined) {
      seen.push(effortFor(known, 'max'));
      known = healed(known, refusal({ param: 'reasoning_effort' }), 'max');
    }
    expect(seen).toEqual(['max', 'xhigh', 'high', 'medium', 'low', undefined]);
    const without = quirks({ omitted: new Set(['stream_options'] as const) });
    expect(healed(without, refusal({ param: 'stream_options' }), undefined)).toBeUndefined();
  });

  test('a lower level than the highest that is taken is sent as it is', () => {
    expect(effortFor(quirks({ effort: 'high' }), 'max')).toBe('high');
    expect(effortFor(quirks({ effort: 'high' }), 'low')).toBe('low');
    expect(effortFor(NO_QUIRKS, undefined)).toBeUndefined();
  });
});

test('the most exact default counts, and what people chose before all', () => {
  const { session } = snapshot();
  const rules = {
    id: 'base',
    defaults: [
      { platform: 'slack', id: 'slack' },
      { channel: 'C1', id: 'channel' },
      { person: 'U0ADA', id: 'ada' },
      { person: 'U0ADA', channel: 'C9', id: 'elsewhere' },
    ],
  };
  expect(modelOf(session, { ...rules, defaults: [] })).toBe('base');
  expect(modelOf(session, { ...rules, defaults: rules.defaults.slice(0, 1) })).toBe('slack');
  expect(modelOf(session, { ...rules, defaults: rules.defaults.slice(0, 2) })).toBe('channel');
  expect(modelOf(session, rules)).toBe('ada');
  const chosen = { ...session, settings: { yolo: { kind: 'off' as const }, model: 'mine' } };
  expect(modelOf(chosen, rules)).toBe('mine');
});
