import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { lacksOf } from '../../src/app/lacks.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { setUpFor } from '../../src/app/set-up.ts';
import { checkSettings } from '../../src/config/check.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { ROOT } from '../support/root.ts';
import { type SetUpPage, setUpPage } from '../support/set-up-page.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const TOKEN = 'hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ012345';

/** Nothing answers there, where a model would be looked for. */
const NOBODY = 'http://127.0.0.1:9';
const CONFIG_FILE = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json') };
const NO_MODELS = { LOCAL_LLM_BASE_URL: NOBODY };

async function open(environment: Record<string, string> = {}): Promise<{ page: SetUpPage; hub: HubDouble }> {
  const hub = await HubDouble.start();
  closing.push(() => hub.close());
  const page = await setUpPage({ HF_ENDPOINT: hub.url, ...NO_MODELS, ...environment });
  closing.push(page.close);
  return { page, hub };
}

/** A server that answers these paths, to who has its key where it takes one. */
async function serving(answers: Record<string, unknown>, key?: string): Promise<string> {
  const server = createServer(({ url = '', headers }, response) => {
    if (key !== undefined && headers.authorization !== `Bearer ${key}`) {
      return void response.writeHead(401).end('{}');
    }
    if (!(url in answers)) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[url]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
}

const list = (...ids: string[]) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) });

const dotEnv = ({ directory }: SetUpPage): string | undefined => {
  const file = join(directory, '.env');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const give = (page: SetUpPage, what: 'token' | 'model' | 'look', given: object = {}) =>
  page.client.does(`/page/set-up/${what}`, given);

const stateOf = async ({ client }: SetUpPage): Promise<unknown> =>
  JSON.parse((await client.get('/page/state')).text).setUp;

/** The secret is nowhere but in `.env`. */
async function expectUntold(page: SetUpPage, secret: string, ...answers: unknown[]): Promise<void> {
  const state = (await page.client.get('/page/state')).text;
  expect(JSON.stringify([...answers, state, page.logged()])).not.toContain(secret);
}

describe('a token that is given on the page', () => {
  test('is checked, kept for its owner alone, known to the redaction, and the program starts anew', async () => {
    const { page, hub } = await open();
    writeFileSync(join(page.directory, '.env'), '# mine\nHF_TOKEN=   # later\nPORT=3000\n');
    expect(await stateOf(page)).toEqual({ token: true, model: true });
    const answer = await give(page, 'token', { token: `  ${TOKEN}\n` });
    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer)).toContain('ada');
    expect(dotEnv(page)).toBe(`# mine\nHF_TOKEN=${TOKEN} # later\nPORT=3000\n`);
    expect(statSync(join(page.directory, '.env')).mode & 0o777).toBe(0o600);
    expect(page.starts()).toBe(1);
    // By its value, and not by its shape alone.
    expect(page.redaction.findKnown(`it is ${TOKEN}`)).toHaveLength(1);
    await expectUntold(page, TOKEN, answer);
    // It is given once.
    expect(await give(page, 'token', { token: `${TOKEN}x` })).toMatchObject({ ok: false });
    expect(page.starts()).toBe(1);
    expect(hub.requests.filter(({ path }) => path === '/api/whoami-v2')).toHaveLength(1);
  });

  test.each([
    ['no token', 'sk-proj-1234567890', /start/],
    ['nothing', '  ', /start/],
    ['one with a space in it', 'hf_abc def', /space/],
    ['one that the Hub refuses', TOKEN, /refuses it/],
  ])('is refused where it is %s, with a word at its field', async (_what, token, says) => {
    const { page, hub } = await open();
    hub.tokens.set(TOKEN, 'revoked');
    const answer = await give(page, 'token', { token });
    expect(answer).toMatchObject({ ok: false, field: 'token', problem: expect.stringMatching(says) });
    expect(dotEnv(page)).toBeUndefined();
    expect(page.starts()).toBe(0);
    if (token.trim() !== '') await expectUntold(page, token, answer);
  });

  test('is refused where it may not ask models and there is no other one; else what it lacks is told', async () => {
    const { page, hub } = await open();
    hub.tokens.set(TOKEN, { role: 'fineGrained', permissions: ['repo.content.read', 'job.write'] });
    const refused = await give(page, 'token', { token: TOKEN });
    expect(refused).toMatchObject({ ok: false, field: 'token' });
    expect(refused.problem).toContain('Make calls to Inference Providers');
    hub.tokens.set(TOKEN, { role: 'fineGrained', permissions: ['inference.serverless.write'] });
    const taken = JSON.stringify(await give(page, 'token', { token: TOKEN }));
    expect(taken).toContain('It may not run jobs');
    expect(taken).toContain('It may not write to repositories');
    expect(taken).not.toContain('It may not ask models');
  });

  test('leaves a model of this machine in use', async () => {
    const url = await serving({ '/v1/models': list('qwen3:8b') });
    const { page } = await open({ OLLAMA_BASE_URL: url });
    expect(await stateOf(page)).toEqual({ token: true, model: false });
    expect(JSON.stringify(await give(page, 'token', { token: TOKEN }))).toContain('ollama/qwen3:8b');
    expect(dotEnv(page)).toBe(`HF_TOKEN=${TOKEN}\nMODEL_ID=ollama/qwen3:8b\n`);
  });

  test('is not kept where the Hub does not answer as the Hub', async () => {
    const { page } = await open({ HF_ENDPOINT: await serving({ '/api/whoami-v2': { no: 'name' } }) });
    const answer = await give(page, 'token', { token: TOKEN });
    expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('could not be asked') });
    expect(dotEnv(page)).toBeUndefined();
  });

  test('is not kept where the settings would be wrong with it, and .env is what it was', async () => {
    const { page } = await open();
    writeFileSync(join(page.directory, '.env'), 'PORT=none\n');
    const answer = await give(page, 'token', { token: TOKEN });
    expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('PORT') });
    expect(dotEnv(page)).toBe('PORT=none\n');
    expect(page.starts()).toBe(0);
  });
});

describe('a server of models that is named on the page', () => {
  test('is asked for its models with its key, and kept', async () => {
    const address = await serving(
      { '/v1/models': list('org/model', 'bge-m3') },
      'k-1"2\'3 4'.replace(' ', ''),
    );
    const { page } = await open();
    const missing = await give(page, 'model', { address, key: '', model: '' });
    expect(missing).toMatchObject({ ok: false, field: 'key' });
    const key = 'k-1"2\'34';
    const answer = await give(page, 'model', { address: `${address}/`, key, model: '' });
    expect(answer).toMatchObject({ ok: true });
    expect(dotEnv(page)).toBe(
      `MODEL_ID=org/model\nMODEL_BASE_URL=${address}/v1\nMODEL_API_KEY="k-1\\"2'34"\n`,
    );
    expect(page.starts()).toBe(1);
    await expectUntold(page, JSON.stringify(key).slice(1, -1), answer);
  });

  test('has to be named with its model where it has several, and gets no token of Hugging Face', async () => {
    const address = await serving({ '/v1/models': list('ollama/a', 'b') });
    const { page } = await open();
    expect(await give(page, 'model', { address, key: '', model: '' })).toMatchObject({
      ok: false,
      field: 'model',
      choices: ['ollama/a', 'b'],
    });
    expect(await give(page, 'model', { address, key: '', model: 'c' })).toMatchObject({ field: 'model' });
    expect(await give(page, 'model', { address, key: '', model: 'ollama/a' })).toMatchObject({ ok: true });
    const written = `MODEL_ID=huggingface/ollama/a\nMODEL_BASE_URL=${address}/v1\nMODEL_API_KEY=none\n`;
    expect(dotEnv(page)).toBe(written);
  });

  test.each([
    ['whose context is too short', { '/v1/models': { data: [{ id: 'm', max_model_len: 4096 }] } }, 'model'],
    ['that answers with something else', { '/v1/models': { models: [] } }, 'address'],
    ['that has no models', { '/v1/models': list() }, 'address'],
    ['that is none', {}, 'address'],
  ])('is refused %s', async (_what, answers, field) => {
    const address = await serving(answers);
    const { page } = await open();
    const answer = await give(page, 'model', { address, key: '', model: '' });
    expect(answer).toMatchObject({ ok: false, field });
    expect(dotEnv(page)).toBeUndefined();
  });

  test.each(['', 'ftp://x', 'http://', 'http://u:p@localhost:1', NOBODY])(
    'is refused at %j',
    async (address) => {
      const { page } = await open();
      const answer = await give(page, 'model', { address, key: '', model: '' });
      expect(answer).toMatchObject({ ok: false, field: 'address' });
    },
  );
});

test('looking again finds what was started or set by hand meanwhile, and says what will not do', async () => {
  const answers: Record<string, unknown> = {};
  const url = await serving(answers);
  const { page } = await open({ OLLAMA_BASE_URL: url });
  expect(await give(page, 'look')).toMatchObject({
    ok: false,
    problem: expect.stringContaining('Is the server running?'),
  });
  answers['/v1/models'] = list('qwen3:8b');
  answers['/api/ps'] = { models: [{ name: 'qwen3:8b', context_length: 4096 }] };
  expect(await give(page, 'look')).toMatchObject({
    ok: false,
    problem: expect.stringContaining('OLLAMA_CONTEXT_LENGTH=32768'),
  });
  answers['/api/ps'] = { models: [] };
  expect(await give(page, 'look')).toMatchObject({ ok: true });
  expect(page.starts()).toBe(1);
  expect(dotEnv(page)).toBeUndefined();
});

describe('nothing can be given', () => {
  const PATHS = ['/page/set-up/token', '/page/set-up/model', '/page/set-up/look'];
  const given = { id: randomUUID(), token: TOKEN, address: NOBODY, key: '', model: '' };

  test('by who is not signed in, by other pages of the browser, or by a form', async () => {
    const { page, hub } = await open();
    for (const path of PATHS) {
      expect(await page.stranger().post(path, given)).toMatchObject({ status: 401 });
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'same-site' },
        { 'x-forwarded-for': '192.0.2.1' },
        { host: 'evil.example' },
      ]) {
        expect(await page.client.post(path, given, headers)).toMatchObject({ status: 403 });
      }
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(await page.client.post(path, given, form)).toMatchObject({ status: 400 });
      expect(await page.client.get(path)).toMatchObject({ status: 404 });
    }
    expect(hub.requests).toEqual([]);
    expect(dotEnv(page)).toBeUndefined();
  });

  test('more often than ten times a minute', async () => {
    const { page } = await open();
    for (let i = 0; i < 10; i++) await give(page, 'token', { token: 'x' });
    expect(await page.client.post('/page/set-up/token', given)).toMatchObject({ status: 429 });
    page.advance(60_000);
    expect(await give(page, 'token', { token: TOKEN })).toMatchObject({ ok: true });
  });

  test('where people of a chat use the bot, too, whatever is lacking', async () => {
    const { config, roles } = checkSettings([], { ...NO_MODELS, ...CONFIG_FILE }, tmpdir(), PLATFORMS);
    if (config === undefined) throw new Error('the settings are wrong');
    const known = { config, roles, lacks: lacksOf(config), redaction: createRedaction(), log: { info() {} } };
    const settingUp = { directory: tmpdir(), read: () => expect.fail(), startAnew: () => expect.fail() };
    const offered = (names: readonly string[]) =>
      setUpFor({ ...known, connects: PLATFORMS.filter(({ name }) => names.includes(name)) }, settingUp);
    expect(offered(['page', 'terminal'])?.takes).toEqual({ token: true, model: true });
    expect(offered(['page', 'terminal', 'slack'])).toBeUndefined();
    expect(offered(['discord', 'page'])).toBeUndefined();
    const connects = PLATFORMS.filter(({ name }) => name === 'page');
    expect(setUpFor({ ...known, connects, roles: new Set(['chat']) }, settingUp)).toBeUndefined();
    expect(setUpFor({ ...known, connects, lacks: [] }, settingUp)).toBeUndefined();
  });

  test.each([
    ['nothing is lacking', { HF_TOKEN: TOKEN }],
    [
      'people of a chat use the bot, too',
      { PAGE: 'true', DISCORD_TOKEN: `${'a'.repeat(24)}.bcdefg.${'c'.repeat(30)}`, HF_TOKEN: TOKEN },
    ],
  ])('where %s', async (_what, environment) => {
    const { page } = await open(environment);
    expect(await stateOf(page)).toBeUndefined();
    for (const path of PATHS) expect(await page.client.post(path, given)).toMatchObject({ status: 404 });
  });
});
