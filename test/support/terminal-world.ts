import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelDouble, startModelDouble } from '../doubles/model.ts';
import { type Backend, createBackend } from './backends.ts';
import { ROOT } from './root.ts';
import { story } from './story.ts';

/** What was printed so far, and the code that it ends with. */
export type CommandRun = { child: ChildProcess; out: string; err: string; ended: Promise<number | null> };
export type CommandEvent = { event_type: string; data: Record<string, unknown> };

/** What the story of all platforms asks for. */
export const TRAIN = 'fine-tune a small model on stanfordnlp/imdb';

/**
 * `npx ml-intern` as a shell starts it: the real program, its record in a folder, and doubles of the model
 * and the Hub.
 */
export class TerminalWorld {
  readonly hub: HubDouble;
  readonly model: ModelDouble;
  readonly backend: Backend;
  readonly #children: ChildProcess[] = [];

  private constructor(hub: HubDouble, model: ModelDouble, backend: Backend) {
    this.hub = hub;
    this.model = model;
    this.backend = backend;
  }

  static async create(): Promise<TerminalWorld> {
    const [hub, model, backend] = await Promise.all([
      HubDouble.start(),
      startModelDouble(story),
      createBackend('embedded'),
    ]);
    return new TerminalWorld(hub, model, backend);
  }

  /** The settings of the program. */
  environment(): Record<string, string | undefined> {
    return {
      PATH: process.env.PATH,
      ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
      DATA_DIR: this.backend.settings.dataDir,
      HF_TOKEN: 'hf_terminalterminal',
      HF_MCP: 'false',
      HF_ENDPOINT: this.hub.url,
      HF_DATASETS_SERVER: this.hub.url,
      MODEL_ID: 'scripted/model',
      MODEL_BASE_URL: this.model.baseUrl,
      JOB_POLL_SECONDS: '0.2',
    };
  }

  /** Starts it, with `input` piped to it, and other settings. */
  begin(words: readonly string[], input = '', more: Record<string, string> = {}): CommandRun {
    const env = { ...this.environment(), ...more };
    const child = spawn(process.execPath, [join(ROOT, 'bin/ml-intern.cjs'), ...words], { env });
    this.#children.push(child);
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const run: CommandRun = { child, out: '', err: '', ended };
    child.stdout.on('data', (data) => (run.out += String(data)));
    child.stderr.on('data', (data) => (run.err += String(data)));
    return run;
  }

  async run(...given: Parameters<TerminalWorld['begin']>): Promise<CommandRun & { code: number | null }> {
    const begun = this.begin(...given);
    const code = await begun.ended;
    return { ...begun, code };
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all([this.hub.close(), this.model.close()]);
    await this.backend.remove();
  }
}

export const eventsIn = (out: string): CommandEvent[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CommandEvent);
