import { describe, expect, test } from 'vitest';
import { findLocalModels } from '../../src/llm/local-servers.ts';

type Answers = Readonly<Record<string, unknown>>;

/** Servers that answer these addresses with these, and nothing else with anything. */
function servers(answers: Answers) {
  const asked: string[] = [];
  const send: typeof fetch = async (input) => {
    const url = String(input);
    asked.push(url);
    if (!(url in answers)) throw new TypeError('fetch failed');
    const answer = answers[url];
    return answer instanceof Response ? answer : Response.json(answer);
  };
  return { send, asked };
}

const list = (...models: object[]) => ({ object: 'list', data: models });

const find = (answers: Answers, keys: Record<string, string> = {}) =>
  findLocalModels(keys, servers(answers).send);

test('where nobody answers there is no model, and nothing to say', async () => {
  expect(await find({})).toEqual({ models: [], problems: [] });
});

describe('a server is one of models', () => {
  test.each([
    ['ollama', 11434],
    ['lm_studio', 1234],
    ['vllm', 8000],
    ['llamacpp', 8080],
  ])('%s at its usual port', async (prefix, port) => {
    const { models } = await find({ [`http://localhost:${port}/v1/models`]: list({ id: 'qwen3:8b' }) });
    expect(models).toEqual([{ id: `${prefix}/qwen3:8b`, contextTokens: undefined }]);
  });

  test('where the settings say, with their key', async () => {
    const { send, asked } = servers({ 'http://gpu:9000/v1/models': list({ id: 'org/model' }) });
    const { models } = await findLocalModels({ VLLM_BASE_URL: 'http://gpu:9000', VLLM_API_KEY: 'k' }, send);
    expect(models).toEqual([{ id: 'vllm/org/model', contextTokens: undefined }]);
    expect(asked).not.toContain('http://localhost:8000/v1/models');
  });

  test.each([
    ['a page', new Response('<html>')],
    ['another list', { data: [] }],
    ['names alone', { object: 'list', data: ['x'] }],
    ['nothing', null],
    ['a refusal', Response.json(list({ id: 'x' }), { status: 401 })],
  ])('but not one that answers with %s', async (_what, answer) => {
    expect(await find({ 'http://localhost:8000/v1/models': answer })).toEqual({ models: [], problems: [] });
  });

  test('whose models that can’t be talked to are left out', async () => {
    const models = list({ id: 'nomic-embed-text' }, { id: 'bge-m3' }, { id: 'llama3.3' });
    const found = await find({ 'http://localhost:11434/v1/models': models });
    expect(found.models.map(({ id }) => id)).toEqual(['ollama/llama3.3']);
    const none = await find({ 'http://localhost:11434/v1/models': list({ id: 'nomic-embed-text' }) });
    expect(none).toEqual({ models: [], problems: ['Ollama answers, and has no model to talk to.'] });
  });
});

describe('a context that is too short, as far as it is known, is refused with what to set', () => {
  const ollama = { 'http://localhost:11434/v1/models': list({ id: 'a' }, { id: 'b' }, { id: 'c' }) };

  test('by Ollama', async () => {
    const loaded = {
      models: [
        { name: 'a', context_length: 4096 },
        { name: 'c', context_length: 65536 },
      ],
    };
    const { models, problems } = await find({ ...ollama, 'http://localhost:11434/api/ps': loaded });
    expect(models).toEqual([
      { id: 'ollama/c', contextTokens: 65536 },
      { id: 'ollama/b', contextTokens: undefined },
    ]);
    expect(problems).toEqual([
      'Ollama has `a` with a context of 4,096 tokens, which is too short for my work: start it again with OLLAMA_CONTEXT_LENGTH=32768.',
    ]);
  });

  test.each([
    [
      'LM Studio',
      {
        'http://localhost:1234/v1/models': list({ id: 'm' }),
        'http://localhost:1234/api/v0/models': { data: [{ id: 'm', loaded_context_length: 8192 }] },
      },
      'load it with a context length of 32768',
    ],
    [
      'vLLM',
      { 'http://localhost:8000/v1/models': list({ id: 'm', max_model_len: 8192 }) },
      '--max-model-len 32768',
    ],
    [
      'llama.cpp',
      {
        'http://localhost:8080/v1/models': list({ id: 'm' }),
        'http://localhost:8080/props': { default_generation_settings: { n_ctx: 8192 } },
      },
      '-c 32768',
    ],
  ])('by %s', async (title, answers, mend) => {
    const { models, problems } = await find(answers);
    expect(models).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(title)]);
    expect(problems[0]).toContain('8,192 tokens');
    expect(problems[0]).toContain(mend);
  });

  test('and one that is as long as needed is taken', async () => {
    const { models } = await find({
      'http://localhost:8000/v1/models': list({ id: 'm', max_model_len: 32_768 }),
    });
    expect(models).toEqual([{ id: 'vllm/m', contextTokens: 32_768 }]);
  });
});
