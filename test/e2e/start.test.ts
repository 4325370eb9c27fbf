import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ml-intern-start-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Starts the program as a person would, and returns how it ended. */
async function run(environment: Record<string, string>, ...words: string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'src/app/main.ts'), ...words], {
    cwd: directory,
    env: { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment },
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += String(data);
  });
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { code, said: said.trim() };
}

test.each([
  [
    'as chat without any token',
    {},
    [/^No chat is configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN .*npm run demo$/],
  ],
  [
    'as worker without any token',
    {},
    [/^HF_TOKEN is not set, but the worker needs it\. It is the Hugging Face token .*settings\/tokens\.$/],
  ],
  [
    'without the app token',
    { SLACK_BOT_TOKEN: 'xoxb-1', HF_TOKEN: 'hf_1' },
    [/^SLACK_APP_TOKEN is not set, but slack\.mode is "socket"\./],
  ],
  [
    'with several wrong settings and a role that does not exist',
    { SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xapp-1', HF_TOKEN: 'hf_1', PORT: '0' },
    [
      /^SLACK_BOT_TOKEN must start with xoxb-\./,
      /^PORT must be at least 1\./,
      /^"boss" is no role\. The roles are chat and worker; none is both\.$/,
    ],
  ],
])('%s the program says in one line each what to do', async (name, environment, expected) => {
  const [, role] = /^as (\w+)/.exec(name) ?? [];
  const words = name.includes('role') ? ['boss'] : role === undefined ? [] : [role];
  const { code, said } = await run(environment, ...words);
  expect(said.split('\n')).toEqual(expected.map((line) => expect.stringMatching(line)));
  expect(code).toBe(1);
});
