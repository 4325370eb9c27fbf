import { createServer, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { withFoundModel } from '../../src/app/found-model.ts';
import { loadConfig } from '../support/load-config.ts';
import { PageClient, wordsIn } from '../support/page-client.ts';
import { ROOT } from '../support/root.ts';
import { NO_MODELS, START, startProgram } from '../support/started-program.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function page(environment: Record<string, string> = {}) {
  const begun = await startProgram(environment, closing);
  const address = await begun.address();
  const client = new PageClient(begun.port);
  await client.enter(address);
  const state: unknown = JSON.parse((await client.get('/page/state')).text);
  return { ...begun, address, client, lacks: wordsIn(state) };
}

/** A server of models on this machine. */
async function serving(answers: Record<string, unknown>): Promise<string> {
  const server: Server = createServer(({ url = '' }, response) => {
    if (!(url in answers)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[url]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
}

test(
  '`npm start` with nothing set serves the page, to who has its address, and says what to set',
  START,
  async () => {
    const { said, address, lacks, client } = await page();
    expect(lacks).toContain('I have no model to think with yet');
    expect(lacks).toContain('OLLAMA_CONTEXT_LENGTH=32768');
    expect(lacks).toContain('npm run demo -- web');
    expect(lacks).toContain('I start no jobs yet');
    // The token is for the terminal, and is in no log.
    expect(said.out).not.toContain(new URL(address).searchParams.get('token'));
    expect(await client.get('/')).toMatchObject({ status: 200 });
    expect(await client.get('/health')).toMatchObject({ status: 200 });
  },
);

test('a model that is found on this machine is used, and jobs alone are off', START, async () => {
  const models = { object: 'list', data: [{ id: 'qwen3:8b', object: 'model' }] };
  const url = await serving({
    '/v1/models': models,
    '/api/ps': { models: [{ name: 'qwen3:8b', context_length: 65_536 }] },
  });
  const { lacks, client } = await page({ OLLAMA_BASE_URL: url });
  expect(lacks).not.toContain('I have no model');
  expect(lacks).toContain('I start no jobs yet');
  const answer = await client.does('/page/command', { text: 'models' });
  expect(wordsIn(answer)).toContain('ollama/qwen3:8b is in use');
});

test('one whose context is too short is refused, with what to set', async () => {
  const models = { object: 'list', data: [{ id: 'qwen3:8b', object: 'model' }] };
  const url = await serving({
    '/v1/models': models,
    '/api/ps': { models: [{ name: 'qwen3:8b', context_length: 4_096 }] },
  });
  const { config, lacks } = await withFoundModel(loadConfig({ ...NO_MODELS, OLLAMA_BASE_URL: url }, ROOT));
  const [lack] = lacks.filter(({ of }) => of === 'model');
  expect(config.model.id).toBe('moonshotai/Kimi-K2.5:fastest');
  expect(lack?.text).toContain('I have no model to think with yet');
  expect(lack?.text).toContain('Ollama has `qwen3:8b` with a context of 4,096 tokens');
});

test('a port that is taken is one line', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const bound = server.address();
  const port = typeof bound === 'object' ? String(bound?.port) : '';
  const { said, ended } = await startProgram({ PORT: port }, closing);
  expect(await ended).toBe(1);
  expect(said.err.trim()).toBe(
    `PORT ${port} is taken by another program. Stop that one, or set PORT to another port.`,
  );
});
