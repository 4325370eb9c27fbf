import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isSchemaCurrent } from '../../src/cli/write-config-schema.ts';
import { isToolsDocumentCurrent } from '../../src/cli/write-tools-doc.ts';
import { secretsOf } from '../../src/config/known-secrets.ts';
import { OwnConfigFile } from '../../src/config/schema.ts';
import { substitute } from '../../src/config/substitute.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { loadConfig } from '../support/load-config.ts';
import { ROOT } from '../support/root.ts';

const FILE = join(ROOT, 'configs/main_agent_config.json');
const directory = mkdtempSync(join(tmpdir(), 'ml-intern-config-'));
afterEach(() => rmSync(join(directory, '.env'), { force: true }));

const load = (environment: Record<string, string> = {}) =>
  loadConfig({ ML_INTERN_CONFIG: FILE, ...environment }, directory);

function message(environment: Record<string, string>): string {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('the config file', () => {
  test('loads with nothing set, and the defaults are the documented ones', () => {
    const config = load();
    expect(config.model.base_url).toBe('https://router.huggingface.co/v1');
    expect(config.limits.model_calls_per_turn).toBe(300);
    expect(config.secrets.DATABASE_URL).toBeUndefined();
  });

  test('takes values from the environment, then from .env, then from its own defaults', () => {
    writeFileSync(join(directory, '.env'), 'MODEL_ID=from/dotenv\nLOG_LEVEL=warn\n');
    const config = load({ MODEL_ID: 'from/environment' });
    expect(config.model.id).toBe('from/environment');
    expect(config.log_level).toBe('warn');
  });

  test('has a JSON schema that is up to date (npm run config:schema)', () => {
    expect(isSchemaCurrent()).toBe(true);
  });

  test('has tools as docs/TOOLS.md says (npm run docs:tools)', async () => {
    expect(await isToolsDocumentCurrent()).toBe(true);
  });

  test('knows every value of its own that nobody may get to see', () => {
    const config = load({
      HF_TOKEN: 'hf_own',
      DATABASE_URL: 'postgres://bot:s3cret%21@db/bot',
      OLLAMA_BASE_URL: 'http://localhost:11434',
    });
    config.jobs.secrets = { WANDB_API_KEY: 'key of jobs' };
    config.mcp_servers = OwnConfigFile.shape.mcp_servers.parse({
      files: { command: 'serve', env: { TOKEN: 'key of a process', NODE_ENV: 'production' } },
      tracker: {
        url: 'https://mcp.example.com/?api_key=key+of+a+query&page=1',
        headers: { authorization: 'Bearer key of an address', accept: '*/*' },
      },
    });
    expect(secretsOf(config)).toEqual([
      { name: 'HF_TOKEN', value: 'hf_own' },
      { name: 'DATABASE_URL', value: 'postgres://bot:s3cret%21@db/bot' },
      { name: 'jobs.secrets.WANDB_API_KEY', value: 'key of jobs' },
      { name: 'mcp_servers.files.env.TOKEN', value: 'key of a process' },
      { name: 'mcp_servers.tracker.headers.authorization', value: 'key of an address' },
      { name: 'mcp_servers.tracker.url.api_key', value: 'key of a query' },
      { name: 'the password in DATABASE_URL', value: 's3cret!' },
    ]);
  });

  test.each([
    [
      { HF_TOKEN: 'nonsense' },
      /^HF_TOKEN must start with hf_\. It is the Hugging Face token .*settings\/tokens\.$/,
    ],
    [
      { DATABASE_URL: 'mysql://x' },
      /^DATABASE_URL must look like postgres:.*It is the Postgres that keeps the record/,
    ],
    [{ SLACK_APP_TOKEN: 'xoxb-1' }, /^SLACK_APP_TOKEN must start with xapp-\. It is the app-level token/],
    [
      { LEASE_SECONDS: 'soon' },
      /^LEASE_SECONDS must be a number\. It sets durability\.lease_seconds \(.*main_agent_config\.json\)\.$/,
    ],
    [{ MODEL_BASE_URL: 'router' }, /^MODEL_BASE_URL must be an address such as https:\/\/example\.com\./],
    [
      { ML_INTERN_CONFIG: '/nowhere/config.json' },
      /^\/nowhere\/config\.json is not there; it is the config file/,
    ],
  ])('a wrong %j stops the start with one line that says what to do', (environment, expected) => {
    const said = message(environment);
    expect(said).toMatch(expected);
    expect(said).not.toContain('\n');
  });
});

describe('substitute', () => {
  test('fills in values and defaults anywhere in a string, and leaves other values alone', () => {
    const value = { a: ['${X}/b', '${Y:-two}'], n: 3, yes: true, none: null, e: '${EMPTY:-}' };
    expect(substitute(value, { X: 'one', Y: '' }).value).toEqual({
      a: ['one/b', 'two'],
      n: 3,
      yes: true,
      none: null,
      e: '',
    });
  });

  test.each([
    ['a default with a variable in it', '${A:-${B:-c}}/d', {}, 'c/d'],
    ['a default of which nothing is used', '${A:-${B}}', { A: 'a' }, 'a'],
    ['a value that looks like a variable, as it is', '${A}', { A: '${B}' }, '${B}'],
    ['$${ as ${ itself', 'echo $${HOME} ${A}', { A: 'a' }, 'echo ${HOME} a'],
    ['a lone $ and a lone brace', 'cost: $5 {x}', {}, 'cost: $5 {x}'],
  ])('takes %s', (_name, text, environment, expected) => {
    expect(substitute(text, environment)).toMatchObject({ value: expected, problems: [] });
  });

  test('names every variable without value or default, with its place, and what is no variable', () => {
    const { problems } = substitute({ mcp: [{ url: '${NOPE}', key: '${A-b}' }], end: '${OPEN' }, {});
    expect(problems).toEqual([
      { kind: 'missing', variable: 'NOPE', path: 'mcp[0].url' },
      { kind: 'malformed', text: '${A-b}', path: 'mcp[0].key' },
      { kind: 'malformed', text: '${OPEN', path: 'end' },
    ]);
  });
});
