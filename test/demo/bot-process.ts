import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';

/** What the bot is told where doubles play the Hub and the model. */
export const playedBy = (hubUrl: string, modelUrl: string): Record<string, string> => ({
  HF_TOKEN: 'hf_demodemodemodemo',
  HF_ENDPOINT: hubUrl,
  HF_DATASETS_SERVER: hubUrl,
  MODEL_ID: 'scripted/model',
  MODEL_BASE_URL: modelUrl,
  JOB_POLL_SECONDS: '1',
  LEASE_SECONDS: '3',
  SWEEP_SECONDS: '1',
});

/** The bot as a process of its own, with an embedded database; started again whenever it is killed. */
export class BotProcess {
  readonly #directory: string;
  readonly #environment: Record<string, string>;
  readonly #onRestart: () => void;
  readonly #onLine: ((text: string) => void) | undefined;
  #child: ChildProcess | undefined;
  #isWanted = false;

  private constructor(
    directory: string,
    environment: Record<string, string>,
    onRestart: () => void,
    onLine: ((text: string) => void) | undefined,
  ) {
    this.#directory = directory;
    this.#environment = environment;
    this.#onRestart = onRestart;
    this.#onLine = onLine;
  }

  /**
   * `onRestart` is told each time the process died without being asked to, and is started again; `onLine`
   * what the process says on its terminal, which is shown otherwise.
   */
  static async start(
    environment: Record<string, string>,
    onRestart: () => void,
    onLine?: (text: string) => void,
  ): Promise<BotProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'ml-intern-demo-'));
    const bot = new BotProcess(directory, environment, onRestart, onLine);
    bot.#isWanted = true;
    bot.#spawn();
    return bot;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** In a directory of its own, so that a .env of the project is not read. */
  #spawn(): void {
    const child = spawn(process.execPath, [join(ROOT, 'src/app/main.ts')], {
      cwd: this.#directory,
      env: {
        PATH: process.env.PATH,
        ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
        DATA_DIR: this.#directory,
        HF_MCP: 'false',
        ...this.#environment,
      },
      stdio: ['ignore', 'ignore', this.#onLine === undefined ? 'inherit' : 'pipe'],
    });
    child.stderr?.on('data', (data) => this.#onLine?.(String(data)));
    this.#child = child;
    child.on('exit', (code, signal) => {
      if (!this.#isWanted) return;
      if (signal === null) throw new Error(`the bot ended by itself, with exit code ${code}`);
      this.#onRestart();
      this.#spawn();
    });
  }
}
