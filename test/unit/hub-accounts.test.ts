import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AccountSettings, hubAccountOf, hubAccounts } from '../../src/access/hub-accounts.ts';
import { accountSettings, configFor, isServerFor } from '../../src/app/benches.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { secretsOf } from '../../src/config/known-secrets.ts';
import { loadConfig } from '../support/load-config.ts';
import { ROOT } from '../support/root.ts';

const JOBS = { namespace: 'team', secrets: { WANDB_API_KEY: 'shared-wandb' } };
const ML = { token: 'hf_of_ml', namespace: 'ml', secrets: { WANDB_API_KEY: 'ml-wandb' } };

const settings = (changed: Partial<AccountSettings> = {}): AccountSettings =>
  ({
    accounts: {},
    shared_account: [],
    jobs: JOBS,
    secrets: { HF_TOKEN: 'hf_shared' },
    named: { slack: [], discord: [] },
    ...changed,
  }) as AccountSettings;

const on = (platform: string, workspace: string) => ({ platform, workspace });

describe('the account that a workspace’s sessions work with', () => {
  const many = settings({
    accounts: { T0ML: ML },
    shared_account: ['T0OPS'],
    named: { slack: ['T0ML', 'T0OPS', 'T0NEW'], discord: ['1', '2'] },
  });

  test.each([
    ['its own, where it has one', many, on('slack', 'T0ML'), 'T0ML', 'hf_of_ml'],
    ['that of HF_TOKEN, where it may share it', many, on('slack', 'T0OPS'), 'HF_TOKEN', 'hf_shared'],
    ['none, where nobody has said so', many, on('slack', 'T0NEW'), 'none', ''],
    ['none, where the workspace may not use the bot', many, on('slack', 'T0EVIL'), 'none', ''],
    ['none in direct messages, where several servers are named', many, on('discord', '@me'), 'none', ''],
    ['none for a name that every object has', many, on('slack', 'constructor'), 'none', ''],
    ['that of HF_TOKEN, where no list names others', settings(), on('slack', 'T0'), 'HF_TOKEN', 'hf_shared'],
    [
      'that of HF_TOKEN, for the only one of a list',
      settings({ named: { slack: ['T0'] } }),
      on('slack', 'T0'),
      'HF_TOKEN',
      'hf_shared',
    ],
    [
      'none, for others than the only one of a list',
      settings({ named: { slack: ['T0'] } }),
      on('slack', 'T1'),
      'none',
      '',
    ],
    [
      'in direct messages that of the only server',
      settings({ accounts: { '1': ML }, named: { discord: ['1'] } }),
      on('discord', '@me'),
      '1',
      'hf_of_ml',
    ],
  ])('is %s', (_what, given, place, id, token) => {
    expect(hubAccountOf(given, place)).toMatchObject({ id, token });
  });

  test('brings who pays and what jobs may have, and nothing of another account', () => {
    const config = loadConfig({ HF_TOKEN: 'hf_shared', MODEL_API_KEY: 'key', GITHUB_TOKEN: 'gh' }, ROOT);
    config.jobs = { ...config.jobs, ...JOBS };
    config.traces.dataset = 'team/sessions';
    const own = configFor(config, hubAccountOf(many, on('slack', 'T0ML')));
    expect(own.jobs).toMatchObject({ namespace: 'ml', secrets: { WANDB_API_KEY: 'ml-wandb' } });
    expect(own.secrets.HF_TOKEN).toBe('hf_of_ml');
    expect(own.traces.dataset).toBeUndefined();
    const none = configFor(config, hubAccountOf(many, on('slack', 'T0EVIL')));
    expect(none.secrets).toEqual({ HF_TOKEN: '' });
    expect(none.jobs).toMatchObject({ namespace: undefined, secrets: {} });
  });

  test('lets jobs that nobody’s session began be seen where one workspace alone uses it, or the config says so', () => {
    const config = loadConfig({ HF_TOKEN: 'hf_shared' }, ROOT);
    const readsOthers = (given: AccountSettings, workspace: string) =>
      configFor(config, hubAccountOf(given, on('slack', workspace))).jobs.read_others;
    expect(readsOthers(settings(), 'T0')).toBe(true);
    expect(readsOthers(many, 'T0ML')).toBe(true);
    expect(readsOthers(many, 'T0OPS')).toBe(true);
    const shared = settings({ shared_account: ['T0', 'T1'], named: { slack: ['T0', 'T1'] } });
    expect(readsOthers(shared, 'T0')).toBe(false);
    config.jobs.read_others = true;
    expect(readsOthers(shared, 'T0')).toBe(true);
  });

  test('is the only one that servers of other tools act as', () => {
    const all = hubAccounts(many);
    const hub = { url: 'https://huggingface.co/mcp', headers: { Authorization: 'Bearer hf_shared' } };
    const weather = { url: 'https://weather.example' };
    const mayUse = (server: object, workspace: string) =>
      isServerFor(server, hubAccountOf(many, on('slack', workspace)), all);
    expect(mayUse(hub, 'T0OPS')).toBe(true);
    expect(mayUse(hub, 'T0ML')).toBe(false);
    expect(mayUse(weather, 'T0ML')).toBe(true);
    expect(mayUse(weather, 'T0EVIL')).toBe(false);
  });
});

test('tokens and secrets of accounts are secrets', () => {
  const config = loadConfig({ HF_TOKEN: 'hf_shared' }, ROOT);
  config.accounts = { T0ML: ML };
  expect(secretsOf(config)).toEqual(
    expect.arrayContaining([
      { name: 'accounts.T0ML.token', value: 'hf_of_ml' },
      { name: 'accounts.T0ML.secrets.WANDB_API_KEY', value: 'ml-wandb' },
    ]),
  );
});

test('what platforms name comes from their settings', () => {
  const config = loadConfig(
    { HF_TOKEN: 'hf_1', SLACK_ALLOWED_WORKSPACES: 'T0A, T0B', HF_TOKEN_SHARED_WITH: 'T0A,T0B' },
    ROOT,
  );
  const { named, shared_account } = accountSettings(config, PLATFORMS);
  expect(named).toEqual({ slack: ['T0A', 'T0B'], discord: [], page: [], terminal: [] });
  expect(shared_account).toEqual(['T0A', 'T0B']);
});

test('nothing but what knows whose account is for whom gives out a token of the Hub', () => {
  const givers = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /\bhubToken\(|as HubToken\b/.test(readFileSync(join(ROOT, 'src', name), 'utf8')));
  expect(givers.sort()).toEqual([
    'access/accounts.ts',
    'access/hub-accounts.ts',
    'cli/write-tools-doc.ts', // with an empty one: nothing is asked
    'hub/token.ts',
  ]);
});
