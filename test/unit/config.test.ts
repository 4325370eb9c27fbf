import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigError, loadConfig, secretsOf } from '../../src/config/load.ts';
import { ConfigFile } from '../../src/config/schema.ts';
import { MissingVariable, substitute } from '../../src/config/substitute.ts';
import { isSchemaCurrent } from '../../src/config/write-schema.ts';
import { isToolsDocumentCurrent } from '../../src/write-tools-doc.ts';
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
    const config = load({ HF_TOKEN: 'hf_own' });
    config.jobs.secrets = { WANDB_API_KEY: 'key of jobs' };
    config.mcp_servers = ConfigFile.shape.mcp_servers.parse({
      files: { command: 'serve', env: { TOKEN: 'key of a process' } },
      tracker: { url: 'https://mcp.example.com', headers: { authorization: 'key of an address' } },
    });
    expect(secretsOf(config).sort()).toEqual([
      'hf_own',
      'key of a process',
      'key of an address',
      'key of jobs',
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
    [{ LEASE_SECONDS: 'soon' }, /durability\.lease_seconds: Invalid input/],
    [{ MODEL_BASE_URL: 'router' }, /model\.base_url: Invalid URL/],
    [
      { ML_INTERN_CONFIG: '/nowhere/config.json' },
      /^\/nowhere\/config\.json can't be read; it is the config file/,
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
    expect(substitute(value, { X: 'one', Y: '' })).toEqual({
      a: ['one/b', 'two'],
      n: 3,
      yes: true,
      none: null,
      e: '',
    });
  });

  test('a variable without value or default is named, with its place', () => {
    expect(() => substitute({ mcp: [{ url: '${NOPE}' }] }, {})).toThrow(
      new MissingVariable('NOPE', 'mcp[0].url'),
    );
  });
});
