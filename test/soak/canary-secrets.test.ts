import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { lastText, type ModelScript } from '../doubles/model.ts';
import { MAKERS, seeded } from '../support/made-secrets.ts';
import { everything } from '../support/mcp.ts';
import { hasBubblewrap, withLocalSandboxes } from '../support/sandboxes.ts';
import { callOnce, echo, inTurn, runJob } from '../support/scripts.ts';
import { onDiscord, onSlack, type Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

/**
 * A secret is put wherever something comes in, and then looked for wherever something is kept, told or
 * logged.
 */

const random = seeded(2_026);
const made = (kind: string): string => MAKERS[kind]?.(random) ?? '';
const KEY = made('pem').split('\n');
/** What a program may print: the bot's own token comes with each world. */
const PLANTED = {
  other: made('hf_token'),
  github: made('github_token'),
  password: made('weak'),
  address: made('weak'),
  wandb: made('hex40'),
  bearer: made('base64url'),
};

let stage: Stage;
let own = '';
let logged = '';
let options: { configure?: (config: Config) => void } = {};

const PLATFORMS = [
  ['Slack', onSlack],
  ['Discord', onDiscord],
] as const;

beforeEach(() => {
  logged = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    logged += String(text);
    return true;
  });
});
afterEach(async () => {
  options = {};
  await stage.close();
  vi.restoreAllMocks();
});

/** Begins on a platform; what the bot logs is kept down to the smallest thing. */
const begin = async (on: (typeof PLATFORMS)[number][1], script: ModelScript) => {
  stage = await on((request) => script(request), {
    configure(config) {
      config.log_level = 'trace';
      own = config.secrets.HF_TOKEN ?? '';
      options.configure?.(config);
    },
  });
};

/** Nothing of a secret is anywhere, except where people themselves have put it. */
async function isNowhere(secrets: readonly string[]): Promise<void> {
  const places = {
    'what a model was sent': JSON.stringify(stage.model.requests),
    'the thread': stage.all(),
    'the record': await stage.kept(),
    'the log': logged,
  };
  expect(logged).toContain('"msg":"started"');
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) {
      const half = secret.length < 16 ? secret : secret.slice(0, Math.ceil(secret.length / 2));
      expect(text.includes(half), `"${secret}" is in ${place}`).toBe(false);
    }
  }
}

const job = (more: Record<string, unknown>) => ({
  name: 'hf_jobs',
  arguments: { operation: 'run', hardware_flavor: 'cpu-basic', timeout: '10m', ...more },
});

/** Calls a tool of a server until it is there. */
const calls =
  (name: string): ModelScript =>
  (request) => {
    const text = lastText(request);
    const isAnswered = request.messages.at(-1)?.role === 'tool' && !text.includes('There is no tool');
    return isAnswered ? { text: `told: ${text}` } : { calls: [{ name, arguments: {} }], delayMs: 100 };
  };

/** The script that a job was given, out of its command. */
function scriptOf(command: readonly string[]): string {
  const [, encoded = ''] = /echo ([A-Za-z0-9+/=]+) \| base64 -d/.exec(command.at(-1) ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString();
}

/** Lines with a secret in each, as jobs print them. */
const printed = () => [
  'training begins',
  `Using token ${own}`,
  `Using token ${PLANTED.other}`,
  `export DB_PASSWORD=${PLANTED.password}`,
  `{"loss": 0.5, "config": {"wandb_api_key": "${PLANTED.wandb}"}}`,
  `[TRACKIO WARN] pushing with ${own}`,
  `connecting to postgres://intern:${PLANTED.address}@db:5432/intern`,
  `Authorization: Bearer ${PLANTED.bearer}`,
  // What is shown of an alert is cut in the middle of the token.
  `[TRACKIO WARN] ${'x'.repeat(170)} ${own}`,
  // The log ends within a key, so that its last lines are nothing else.
  '-----BEGIN RSA PRIVATE KEY-----',
  ...KEY,
];
/** As printf of a shell writes it: put together while it runs, so that no argument holds it. */
const escaped = (text: string): string =>
  [...text].map((letter) => `\\x${letter.charCodeAt(0).toString(16)}`).join('');
const ALL = () => [own, ...Object.values(PLANTED), ...KEY];

describe.each(PLATFORMS)('on %s', (_platform, on) => {
  test('a requirement that looks like a token reaches the Hub as it was written', async () => {
    const script =
      'import hf_transfer\nfrom x import hf_tokenizer, hf_username\nPAD_TOKEN = "<|endoftext|>"\n';
    const call = job({ script, dependencies: ['hf_transfer', 'hf-xet'] });
    await begin(on, callOnce(call));
    stage.ask('ada', 'go');
    await stage.shows('Run a Hugging Face Job');
    await stage.press('ada', 'approve');
    const [run] = await until('the job is there', () => stage.hub.jobs.length > 0 && stage.hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe(script);
    expect(run?.spec.command?.at(-1)).toContain('--with hf_transfer --with hf-xet');
  });

  test('a call that holds the bot’s own token is refused, and the token is nowhere', async () => {
    const written = () => `from huggingface_hub import login\nlogin("${own}")\n`;
    await begin(on, (request) => callOnce(job({ script: written() }))(request));
    stage.ask('ada', 'go');
    await stage.shows('line 2 (the value of HF_TOKEN)');
    expect(stage.hub.jobs).toHaveLength(0);
    await isNowhere([own]);
  });

  test('what a model says with a secret in it is told without', async () => {
    await begin(on, () => ({ text: `Here is your token: ${own}. And DB_PASSWORD=${PLANTED.password} too.` }));
    stage.ask('ada', 'go');
    await stage.shows(' too.');
    await isNowhere([own, PLANTED.password]);
  });

  test('what a job prints is told without secrets, on its card, to the model, and as a file', async () => {
    await begin(on, callOnce(runJob));
    stage.hub.course = () => ({ queueMs: 0, runMs: 0, lines: printed() });
    stage.ask('ada', 'go');
    await stage.shows('Run a Hugging Face Job');
    await stage.press('ada', 'approve');
    await stage.shows('WARN: pushing with');
    await stage.shows('WARN: xxx');
    await stage.press('ada', 'log');
    await until('the log is posted', () => stage.files().some((name) => name.includes('log')));
    const [run] = stage.hub.jobs;
    if (run) stage.hub.finish(run, 'COMPLETED');
    await stage.shows('result:');
    expect(JSON.stringify(stage.model.requests.at(-1))).toContain('DB_PASSWORD=[redacted]');
    await isNowhere(ALL());
  });

  test('what people write, and how they call their files, is kept and told to the model without secrets', async () => {
    await begin(on, echo);
    stage.ask('ada', `use ${own} and DB_PASSWORD=${PLANTED.password}`, [
      { name: `${PLANTED.other}.txt`, text: 'hello' },
    ]);
    await stage.shows('heard:');
    await isNowhere([own, PLANTED.password, PLANTED.other]);
  });

  test('what people say of an answer is kept without secrets', async () => {
    await begin(on, echo);
    stage.ask('ada', 'go');
    await stage.shows('heard:');
    await stage.press('ada', 'bad');
    await stage.write('ada', `it printed ${own} and DB_PASSWORD=${PLANTED.password}`);
    stage.say('ada', 'and on');
    await stage.shows('and on');
    await isNowhere([own, PLANTED.password]);
  });

  test('an error of a model’s provider is told without the secret that it repeats', async () => {
    await begin(on, () => ({ error: { status: 400, message: `no access with Bearer ${own}, sorry` } }));
    stage.ask('ada', 'go');
    await stage.shows('no access with Bearer');
    await isNowhere([own]);
  });

  test('what a server of other tools answers is kept without secrets', async () => {
    options.configure = (config) =>
      void Object.assign(config.mcp_servers, { everything: everything('never') });
    const configure = options.configure;
    options.configure = (config) => {
      configure(config);
      const { everything: server } = config.mcp_servers;
      if (server) server.env = { GITHUB_TOKEN: PLANTED.github, DB_PASSWORD: PLANTED.password, HF: own };
    };
    await begin(on, calls('get-env'));
    stage.ask('ada', 'go');
    await stage.shows('told:');
    expect(JSON.stringify(stage.model.requests.at(-1))).toContain('DB_PASSWORD');
    await isNowhere([own, PLANTED.github, PLANTED.password]);
  });

  test('a script that somebody changes to hold a secret stays as it was', async () => {
    await begin(on, callOnce(job({ script: 'print(1)\n' })));
    stage.ask('ada', 'go');
    await stage.shows('Run a Hugging Face Job');
    await stage.press('ada', 'edit');
    await stage.write('ada', `DB_PASSWORD = "${PLANTED.password}"\nlogin("${own}")\n`);
    await stage.press('ada', 'approve');
    const [run] = await until('the job is there', () => stage.hub.jobs.length > 0 && stage.hub.jobs);
    expect(scriptOf(run?.spec.command ?? [])).toBe('print(1)\n');
    await isNowhere([own, PLANTED.password]);
  });

  test('a secret is not passed on as an answer to a server', async () => {
    options.configure = (config) =>
      void Object.assign(config.mcp_servers, { everything: everything('never') });
    await begin(on, calls('trigger-elicitation-request'));
    stage.ask('ada', 'go');
    await stage.shows('Please provide inputs');
    await stage.press('ada', 'answer');
    await stage.fill('ada', { 0: `my token is ${own}` });
    await stage.press('ada', 'answer');
    await stage.fill('ada', { 0: 'Ada Lovelace' });
    await stage.shows('- Name: Ada Lovelace');
    await isNowhere([own]);
  });

  test.skipIf(!hasBubblewrap)(
    'what a command prints is shown without secrets, in whatever pieces it comes',
    async () => {
      options.configure = withLocalSandboxes;
      const [first, second] = [PLANTED.other.slice(0, 20), PLANTED.other.slice(20)];
      const command = `printf 'token ${escaped(first)}'; sleep 2; printf '${escaped(second)}\\n'; sleep 1; echo end`;
      await begin(on, inTurn({ name: 'bash', arguments: { command } }));
      stage.ask('ada', 'go');
      let seen = '';
      const look = setInterval(() => {
        seen += stage.all();
      }, 50);
      await stage.shows('result:');
      clearInterval(look);
      expect(JSON.stringify(stage.model.requests.at(-1))).toContain('token hf_[redacted]');
      expect(seen).not.toContain(first.slice(0, 10));
      await isNowhere([PLANTED.other]);
    },
  );

  test.skipIf(!hasBubblewrap)(
    'a file of the sandbox that holds a secret is neither posted nor uploaded',
    async () => {
      options.configure = withLocalSandboxes;
      const command = `printf 'lr = 1\\ntoken = "${escaped(PLANTED.other)}"\\n' > config.py`;
      await begin(
        on,
        inTurn(
          { name: 'bash', arguments: { command } },
          { name: 'share_file', arguments: { path: 'config.py', comment: 'the settings' } },
          {
            name: 'hf_repo_files',
            arguments: { operation: 'upload', id: 'ada/imdb-tiny', path: 'config.py', from: 'config.py' },
          },
        ),
      );
      stage.ask('ada', 'go');
      await stage.shows('result:');
      const told = JSON.stringify(stage.model.requests.at(-1));
      expect(told).toContain('config.py, line 2, holds a Hugging Face token, so it was not posted');
      expect(told).toContain('config.py, line 2, holds a Hugging Face token, so it is not uploaded');
      expect(stage.files().filter((name) => name.includes('config'))).toEqual([]);
      await isNowhere([PLANTED.other]);
    },
  );
});
