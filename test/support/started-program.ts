import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { ROOT } from './root.ts';
import { until } from './until.ts';

/** Nothing answers at a port of its own, where a model would be looked for. */
const NOBODY = 'http://127.0.0.1:9';
export const NO_MODELS = {
  OLLAMA_BASE_URL: NOBODY,
  LM_STUDIO_BASE_URL: NOBODY,
  VLLM_BASE_URL: NOBODY,
  LLAMACPP_BASE_URL: NOBODY,
};

/** A new embedded database is made, which takes long on a machine that does much else. */
const FIRST_START_MS = 120_000;
export const START = { timeout: FIRST_START_MS + 30_000 };

export type Program = {
  directory: string;
  port: number;
  pid: number | undefined;
  /** What it has written so far. */
  said: { out: string; err: string };
  ended: Promise<number | null>;
  /** The address of its page, once it has told that. */
  address(): Promise<string>;
};

/** Starts the program as a person would who has set nothing up, in a directory of its own. */
export async function startProgram(
  environment: Record<string, string>,
  closing: (() => Promise<unknown>)[],
): Promise<Program> {
  const directory = await mkdtemp(join(tmpdir(), 'ml-intern-page-'));
  closing.push(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, 'src/app/main.ts')], {
    cwd: directory,
    env: {
      ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
      PORT: String(port),
      ...NO_MODELS,
      ...environment,
    },
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  closing.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const said = { out: '', err: '' };
  child.stdout?.on('data', (data) => (said.out += String(data)));
  child.stderr?.on('data', (data) => (said.err += String(data)));
  const address = () =>
    until(
      () => `the address; said was: ${said.err}`,
      () => /http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/.exec(said.err)?.[0],
      FIRST_START_MS,
    );
  return { directory, port, pid: child.pid, said, ended, address };
}
