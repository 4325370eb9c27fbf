import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { checkSettings } from '../../src/config/check.ts';
import type { PlatformSettings } from '../../src/config/platform-settings.ts';
import { starting } from '../../src/config/secrets.ts';
import { ROOT } from '../support/root.ts';

const directory = mkdtempSync(join(tmpdir(), 'ml-intern-settings-'));
afterEach(() => rmSync(join(directory, '.env'), { force: true }));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const RIGHT = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', HF_TOKEN: 'hf_1' };

function check(environment: Record<string, string>, { words = [] as string[], dotEnv = '' } = {}) {
  writeFileSync(join(directory, '.env'), dotEnv);
  const own = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment };
  const { faults = [], warnings } = checkSettings(words, own, directory, PLATFORMS);
  for (const line of [...faults, ...warnings]) expect(line).not.toMatch(/\n|\[object|undefined|NaN/);
  return { faults, warnings };
}

test('what is right is taken, without a word', () => {
  expect(check(RIGHT)).toEqual({ faults: [], warnings: [] });
});

test('all that is wrong is told at once, a line each that names the setting', () => {
  const { faults } = check(
    {
      SLACK_BOT_TOKEN: 'xapp-1',
      DATABASE_URL: 'mysql://db',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      TZ: 'Mars/Phobos',
    },
    { words: ['boss'] },
  );
  const names = ['DATABASE_URL', 'SLACK_BOT_TOKEN', 'TZ', 'PORT', 'LOG_LEVEL', '"boss"'];
  expect(faults.map((line) => line.split(' ')[0])).toEqual(names);
});

describe('what is missing', () => {
  test.each([
    [{}, ['chat'], /^No chat is configured/],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', HF_TOKEN: 'hf_1' },
      [],
      /^SLACK_APP_TOKEN is not set, but slack\.mode is "socket"/,
    ],
    [
      { SLACK_APP_TOKEN: 'xapp-1', HF_TOKEN: 'hf_1' },
      [],
      /^SLACK_BOT_TOKEN is not set, but SLACK_APP_TOKEN is/,
    ],
    [{ ...RIGHT, SLACK_MODE: 'http' }, [], /^SLACK_SIGNING_SECRET is not set, but slack\.mode is "http"/],
    [{ ...RIGHT, HF_TOKEN: '' }, [], /^HF_TOKEN is not set, but the worker needs it/],
    [{}, ['worker'], /^HF_TOKEN is not set, but the worker needs it/],
  ])('is told: %j', (environment, words, expected) => {
    expect(check(environment, { words }).faults.join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  test('is told of an app that many install: all of it together', () => {
    const { faults } = check({ HF_TOKEN: 'hf_1', SLACK_INSTALLS: 'oauth' });
    expect(faults.map((line) => line.split(' ')[0])).toEqual([
      'slack.installs',
      'slack.installs',
      'SLACK_CLIENT_ID',
      'SLACK_CLIENT_SECRET',
      'SLACK_SIGNING_SECRET',
      'ENCRYPTION_KEY',
    ]);
  });

  test('a worker needs no chat, and a chat no token of the Hub', () => {
    expect(check({ HF_TOKEN: 'hf_1' }, { words: ['worker'] }).faults).toEqual([]);
    expect(check({ ...RIGHT, HF_TOKEN: '' }, { words: ['chat'] }).faults).toEqual([]);
  });
});

describe('the page', () => {
  const platforms = (environment: Record<string, string>, words: string[] = [], dotEnv = '') => {
    writeFileSync(join(directory, '.env'), dotEnv);
    const own = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment };
    const { config, faults, readable } = checkSettings(words, own, directory, PLATFORMS);
    return { faults: faults ?? [], page: config?.platforms.page, read: readable.file?.platforms.page };
  };

  test('is there where nothing is set, and asks for no token', () => {
    expect(platforms({})).toMatchObject({
      faults: [],
      page: { enabled: true, port: 3000, host: '127.0.0.1' },
      read: { enabled: true },
    });
    expect(platforms({ SLACK_BOT_TOKEN: '', DISCORD_TOKEN: ' '.trim() }).page).toMatchObject({
      enabled: true,
    });
  });

  test.each([
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, /^SLACK_APP_TOKEN is not set/],
    [{ SLACK_APP_TOKEN: 'xapp-1' }, /^SLACK_BOT_TOKEN is not set/],
    [
      { SLACK_BOT_TOKN: 'xoxb-1' },
      /^SLACK_BOT_TOKN in the environment is not known\. Did you mean SLACK_BOT/,
    ],
  ])('takes nobody’s place who has begun to set up a chat: %j', (environment, expected) => {
    const { faults, page } = platforms({ HF_TOKEN: 'hf_1', ...environment });
    expect(faults).toEqual([expect.stringMatching(expected)]);
    expect(page).toBeUndefined();
  });

  test.each([['chat'], ['worker']])('takes nobody’s place in a process that is the %s alone', (role) => {
    expect(platforms({ HF_TOKEN: 'hf_1' }, [role]).read).toMatchObject({ enabled: false });
  });

  test('is there beside a chat where it is set to be, which needs all that the chat needs', () => {
    expect(platforms({ ...RIGHT }).page).toMatchObject({ enabled: false });
    expect(platforms({ ...RIGHT, PAGE: 'true' })).toMatchObject({ faults: [], page: { enabled: true } });
    const { HF_TOKEN: _, ...chat } = RIGHT;
    expect(platforms({ ...chat, PAGE: 'true' }).faults).toEqual([
      expect.stringMatching(/^HF_TOKEN is not set, but the worker needs it/),
    ]);
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '127.0.0.1.example.org'])(
    'is not served at %s, with a line on why',
    (host) => {
      expect(platforms({ PAGE_HOST: host }).faults).toEqual([
        expect.stringMatching(/^page\.host \(PAGE_HOST\) must be 127\.0\.0\.1 where nobody signs in/),
      ]);
      expect(platforms({ ...RIGHT, PAGE: 'true', PAGE_HOST: host }).faults).toHaveLength(1);
    },
  );
});

describe('a platform that is one more in the list', () => {
  const telegraph: PlatformSettings = {
    name: 'telegraph',
    title: 'the telegraph',
    settings: z.strictObject({ wires: z.number().default(1) }),
    variables: { TELEGRAPH_TOKEN: { check: starting('tg-'), help: 'the token of your telegraph' } },
    looks: [[/^tg-/, 'a token of the telegraph, which belongs to TELEGRAPH_TOKEN']],
    leastSettings: 'TELEGRAPH_TOKEN (docs/TELEGRAPH.md)',
    isBegun: ({ has }) => has('TELEGRAPH_TOKEN'),
    needs: () => ({ faults: [], needs: [['TELEGRAPH_KEY', 'the wire needs it']] }),
    isConfigured: () => true,
  };
  const checkWith = (environment: Record<string, string>) => {
    const own = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment };
    return checkSettings(['chat'], own, directory, [...PLATFORMS, telegraph]).faults ?? [];
  };

  test('is named where no chat is configured', () => {
    expect(checkWith({})[0]).toContain('or TELEGRAPH_TOKEN (docs/TELEGRAPH.md). To see the bot');
  });

  test('is a chat by itself, and is told what it lacks', () => {
    expect(checkWith({ TELEGRAPH_TOKEN: 'tg-1' })).toEqual([
      'TELEGRAPH_KEY is not set, but the wire needs it. Set it in the environment or in .env.',
    ]);
  });

  test('has its variables checked, and known where they are misspelt or mixed up', () => {
    expect(checkWith({ ...RIGHT, TELEGRAPH_TOKEN: 'xoxb-1' })[0]).toMatch(
      /^TELEGRAPH_TOKEN must start with tg-\. It is the token of your telegraph\. What is set looks like a bot token of Slack/,
    );
    expect(checkWith({ ...RIGHT, HF_TOKEN: 'tg-1' })[0]).toContain('a token of the telegraph');
    writeFileSync(join(directory, '.env'), 'TELEGRAF_TOKEN=tg-1');
    expect(checkWith(RIGHT)).toEqual([
      '.env line 1: TELEGRAF_TOKEN is not known. Did you mean TELEGRAPH_TOKEN?',
    ]);
  });
});

describe('a name that is a letter off', () => {
  test.each([
    ['SLACK_BOT_TOKN=xoxb-1', 'SLACK_BOT_TOKEN'],
    ['SLAKC_BOT_TOKEN=xoxb-1', 'SLACK_BOT_TOKEN'],
    ['slack_bot_token=xoxb-1', 'SLACK_BOT_TOKEN'],
    ['SLACK-BOT-TOKEN=xoxb-1', 'SLACK_BOT_TOKEN'],
    ['SLACKBOT_TOKEN=xoxb-1', 'SLACK_BOT_TOKEN'],
  ])('is the one fault in .env, in place of the missing one: %s', (line, meant) => {
    const { SLACK_BOT_TOKEN: _, ...others } = RIGHT;
    const { faults } = check(others, { dotEnv: `# tokens\n${line}` });
    expect(faults).toEqual([`.env line 2: ${line.split('=')[0]} is not known. Did you mean ${meant}?`]);
  });

  test.each([
    ['REDISS_URL=redis://r', 'REDIS_URL'],
    ['DATABSE_URL=postgres://db/x', 'DATABASE_URL'],
    ['LOG_LEVL=warn', 'LOG_LEVEL'],
    ['HTTP_PROXI=http://p:1', 'HTTP_PROXY'],
    ['ENCRYPTON_KEY=x', 'ENCRYPTION_KEY'],
  ])('is told where nothing needs it, too: it would be left out without a word (%s)', (line, meant) => {
    expect(check(RIGHT, { dotEnv: line }).faults.join()).toContain(`Did you mean ${meant}?`);
  });

  test('is a warning in the environment, where other programs have theirs, and a fault where what it means is missing', () => {
    expect(check({ ...RIGHT, LOG_LEVL: 'warn' }).warnings).toEqual([
      'LOG_LEVL in the environment is not known. Did you mean LOG_LEVEL?',
    ]);
    const { HF_TOKEN: _, ...others } = RIGHT;
    expect(check({ ...others, HF_TOKN: 'hf_1' }).faults).toEqual([
      'HF_TOKN in the environment is not known. Did you mean HF_TOKEN?',
    ]);
  });

  test.each([
    'HOSTNAME',
    'FTP_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'HOME',
    'TERM',
    'LOGNAME',
    'PATH',
    'PORTS_OPEN',
  ])('%s is none', (name) => {
    expect(check({ ...RIGHT, [name]: 'http://x:1' }).warnings).toEqual([]);
  });

  test('one whose right name is set as well is nobody’s business', () => {
    expect(check(RIGHT, { dotEnv: 'HF_TOKENS=old' })).toEqual({ faults: [], warnings: [] });
  });
});

describe('a key of the config file that is not known', () => {
  const withConfig = (text: string) => {
    const file = join(directory, 'config.json');
    writeFileSync(file, text);
    return check({ ...RIGHT, ML_INTERN_CONFIG: file }).faults.filter((line) => !line.includes('prompts/'));
  };

  test.each([
    [{ platform: 'page' }, 'notify.channels[0].platform must be "slack" or "discord"'],
    [{ channel: '#ops' }, 'notify.channels[0].channel is no id of a channel of slack'],
    [{ channel: 'D0ADA' }, 'notify.channels[0].channel is no id of a channel of slack'],
    [{ workspace: 'acme' }, 'notify.channels[0].workspace is no id of a workspace or server of slack'],
    [{ name: '#ops' }, 'notify.channels[0].name must be a name'],
  ])('says what is wrong with a channel that the agent may write in: %o', (wrong, told) => {
    const right = { name: 'ops', platform: 'slack', workspace: 'T0123ABCD', channel: 'C0456EFGH' };
    const faultsOf = (...channels: object[]) =>
      withConfig(
        JSON.stringify({ model: { id: 'a/b', base_url: 'https://example.com/v1' }, notify: { channels } }),
      ).join('\n');
    expect(faultsOf(right)).toBe('');
    expect(faultsOf({ ...right, ...wrong })).toContain(told);
    expect(faultsOf(right, { ...right, name: 'OPS' })).toContain('has a name twice');
  });
  const model = '"model": { "id": "a/b", "base_url": "https://example.com/v1" }';

  test.each([
    [
      `{ ${model}, "aprovals": {} }`,
      /the file has "aprovals", which is not known; did you mean "approvals"\?/,
    ],
    [`{ ${model}, "slack": { "prot": 1 } }`, /slack has "prot", which is not known; did you mean "port"\?/],
    [
      `{ ${model}, "mcp_servers": { "a": { "comand": "x" } } }`,
      /"comand", which is not known; did you mean "command"\?/,
    ],
    [`{ ${model}, "weather": 1 }`, /the file has "weather", which is not known\.$/],
  ])('is met with the one that was meant: %s', (text, expected) => {
    expect(withConfig(text).join('\n')).toMatch(expected);
  });

  test.each([
    [`{ ${model}, "limits": { "research_usd": "much" } }`, /limits\.research_usd must be a number\.$/],
    [`{ ${model}, "approvals": { "approvers": "anyone" } }`, /approvals\.approvers must be a list\.$/],
    [`{ ${model}, "approvals": { "cpu_jobs": "perhaps" } }`, /approvals\.cpu_jobs must be true or false/],
    [
      `{ ${model}, "prompts": { "time_zone": "Paris" } }`,
      /prompts\.time_zone must be a time zone such as Europe\/Paris\.$/,
    ],
    [
      `{ ${model}, "budgets": { "day_usd": 5 } }`,
      /budgets is wrong: approvers must name who|budgets .*approvers must name/,
    ],
    [`{ ${model}, "slack": { "port": 0 } }`, /slack\.port must be at least 1\.$/],
    [`{ "slack": {} }`, /model is missing\.$/],
    [`[]`, /the file must be an object\.$/],
    [`{ ${model}, }`, /is not valid JSON: look at line 1, column \d+\. Is there a comma too many/],
    [`{ "secret": "xoxb-hidden" oops }`, /is not valid JSON: look at line 1, column 27\./],
    ['{', /is not valid JSON: look at line 1, column 2\./],
    [`{ ${model}, "jobs": { "namespace": "\${A-b}" } }`, /jobs\.namespace has a \$\{ that is no \$\{NAME\}/],
  ])('a value that is wrong is told by its place, and never repeated: %s', (text, expected) => {
    const told = withConfig(text).join('\n');
    expect(told).toMatch(expected);
    expect(told).not.toContain('hidden');
  });
});

describe('the shape of a value', () => {
  test.each([
    [
      'SLACK_BOT_TOKEN',
      'xapp-1',
      /must start with xoxb-\..*What is set looks like an app-level token of Slack, which belongs to SLACK_APP_TOKEN\.$/,
    ],
    [
      'SLACK_APP_TOKEN',
      'xoxb-1',
      /must start with xapp-\..*a bot token of Slack, which belongs to SLACK_BOT_TOKEN\.$/,
    ],
    ['SLACK_BOT_TOKEN', 'xoxp-1', /a user token of Slack/],
    ['HF_TOKEN', 'sk-abc', /must start with hf_\..*OPENAI_API_KEY\.$/],
    ['HF_TOKEN', 'HF_TOKEN=hf_abc', /a whole line of \.env/],
    ['HF_TOKEN', 'hf_ab cd', /has a space or line break at its position 6: copy it again/],
    ['HF_TOKEN', 'hf_ab\u2026', /has a character that is not ASCII at its position 6: copy it again/],
    ['DISCORD_TOKEN', 'Bot abc', /must have three parts.*leave that out\.$/],
    ['SLACK_SIGNING_SECRET', 'short', /must have 32 hexadecimal digits/],
    ['SLACK_SIGNING_SECRET', 'xoxb-123456789012', /must have 32 hexadecimal digits.*SLACK_BOT_TOKEN\.$/],
    ['ENCRYPTION_KEY', 'short', /must have at least 32 characters, and has 5/],
    ['ENCRYPTION_KEY', 'k'.repeat(40), /is too easily guessed/],
    ['ENCRYPTION_KEY', 'passwordpasswordpasswordpassword', /is too easily guessed/],
    ['ENCRYPTION_KEY', '0123456789abcdef0123456789abcdef', /is too easily guessed/],
    ['ENCRYPTION_KEY', 'abcdefghijklmnopqrstuvwxyz0123456789', /is too easily guessed/],
    ['DATABASE_URL', 'localhost:5432', /must look like postgres:\/\//],
    ['DATABASE_URL', 'postgres://u:p#x@h/d', /password are written as/],
    ['DATABASE_URL', 'postgres://u:100%@h/d', /password are written as/],
    ['DATABASE_URL', 'postgres://u:p@h:port/d', /password are written as/],
    ['DATABASE_URL', 'postgres://u:p@a,b/d', /names several hosts/],
    ['DATABASE_URL', 'postgres://u:p@h:99999/d', /has the port 99999; ports are 1 to 65535/],
    ['DATABASE_URL', 'postgres://u:p@[::1]:0/d', /has the port 0; ports are 1 to 65535/],
    [
      'DATABASE_URL',
      'postgres://u@/d?host=/run/postgresql',
      /user@localhost.* where it leads to a Unix socket/,
    ],
    ['REDIS_URL', 'redis://:p@h:65536/0', /has the port 65536; ports are 1 to 65535/],
    [
      'DATABASE_URL',
      'postgres://h/d?sslmode=on',
      /has an sslmode that is not known: it may be disable, prefer/,
    ],
    [
      'DATABASE_URL',
      'postgres://h/d?sslrootcert=/nowhere.pem',
      /names a file as sslrootcert that is not there/,
    ],
    ['REDIS_URL', 'localhost', /must look like redis:\/\/host:6379, or rediss/],
    ['REDIS_URL', 'redis://h/zero', /must end with the number of a database/],
    ['HTTPS_PROXY', 'socks5://p:1', /names a SOCKS proxy, which is not supported/],
    ['https_proxy', 'proxy', /must look like http:\/\/user:password@proxy:3128/],
    ['NODE_EXTRA_CA_CERTS', '/nowhere.pem', /names a file that can’t be read/],
    ['SSL_CERT_FILE', join(ROOT, 'package.json'), /names a file without certificates in PEM form/],
    ['OLLAMA_BASE_URL', 'localhost:11434', /must look like http:\/\/localhost:8000/],
    ['PORT', '0', /must be at least 1/],
    ['PORT', 'http', /must be a number/],
    ['PORT', '80.5', /must be a whole number/],
    ['SLACK_MODE', 'sockets', /must be "socket" or "http"/],
    ['HF_MCP', 'si', /must be true or false/],
    ['TZ', 'Berlin', /is no time zone/],
  ])('of %s is checked (%s), and the line begins with its name', (name, value, expected) => {
    const { faults } = check({ ...RIGHT, [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
    expect(faults[0]?.startsWith(`${name} `)).toBe(true);
    if (value.length > 8) expect(faults[0]).not.toContain(`${value.slice(-6)}.`);
  });

  test.each([
    ['DATABASE_URL', 'postgresql://u:p%23w@h:5433/d?sslmode=verify-full&options=-c%20search_path%3Dx'],
    ['DATABASE_URL', 'postgres:///d?host=/var/run/postgresql'],
    ['REDIS_URL', 'rediss://user:p%40w@h:6380/3'],
    ['ENCRYPTION_KEY', '4f1d8c92a7b35e60d1f28c49a6b7e350'],
    ['ENCRYPTION_KEY', 'correct horse battery staple on the old pier'],
    ['SLACK_SIGNING_SECRET', '8f742231b10e8888abcd99e85a5c0de1'],
    ['DISCORD_TOKEN', 'MTA.abc-_.def'],
    ['TZ', 'Europe/Paris'],
    ['TZ', ':UTC'],
    ['TZ', 'EST5EDT'],
    ['TZ', '/etc/localtime'],
    ['HTTPS_PROXY', 'http://user:pass@proxy.example:3128'],
  ])('of %s may be %s', (name, value) => {
    expect(check({ ...RIGHT, [name]: value }).faults).toEqual([]);
  });
});
