import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOADING, ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';

/** One line of the program's log. `level` is a number, or a name where LOG_LEVELS asks for names. */
export type LogLine = { level: number | string; time: string; msg: string; [key: string]: unknown };

export type BotOptions = {
  /** Words of the command line: roles. */
  words?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Where it is run, with its `.env`; a folder of its own by default. */
  directory?: string;
  /** The program to run instead of this Node, e.g. another version of it. */
  program?: string;
  /** What stands before the file: options of Node, or of a program such as `nice`. */
  options?: readonly string[];
};

/** What takes seconds takes many of them while a machine is busy with other things. */
export const TIMEOUT_MS = 300_000;

export type Ended = { code: number | null; signal: NodeJS.Signals | null; afterMs: number };

/** Everything that any process has printed for people, for the check that it is documented. */
export const printed: { complaints: Set<string>; lines: Set<string> } = {
  complaints: new Set(),
  lines: new Set(),
};

/** A process of the bot, as an operator sees it: what it prints, and how it ends. */
export class Bot {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];
  /** Lines of the standard output that are no log line. */
  readonly stray: string[] = [];
  readonly ended: Promise<Ended>;
  readonly #startedAt = performance.now();
  readonly #directory: string | undefined;
  #stderr = '';
  #rest = '';

  constructor(environment: Readonly<Record<string, string>>, options: BotOptions) {
    this.#directory = options.directory ? undefined : mkdtempSync(join(tmpdir(), 'ml-intern-operations-'));
    if (this.#directory) chmodSync(this.#directory, 0o755); // also for a bot of another user
    const cwd = options.directory ?? this.#directory ?? ROOT;
    const file = join(ROOT, 'src/app/main.ts');
    this.child = spawn(
      options.program ?? process.execPath,
      [...(options.options ?? []), ...LOADING, file, ...(options.words ?? [])],
      {
        cwd,
        env: {
          PATH: process.env.PATH,
          ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
          ...environment,
          ...options.environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) =>
        resolve({ code, signal, afterMs: performance.now() - this.#startedAt }),
      ),
    );
  }

  /** Its standard error, whole. */
  get said(): string {
    return this.#stderr.trim();
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until it logs a line with this message; returns the first one. */
  async logs(message: string | RegExp, timeoutMs = TIMEOUT_MS): Promise<LogLine> {
    return until(
      () => `the log line "${message}"; ${this.describe()}`,
      () => this.lines(message)[0],
      timeoutMs,
    );
  }

  /** Its log lines with a message, so far. */
  lines(message: string | RegExp): LogLine[] {
    return this.log.filter(({ msg }) => (typeof message === 'string' ? msg === message : message.test(msg)));
  }

  /** Waits until it has ended by itself, and says how. */
  async ends(timeoutMs = TIMEOUT_MS): Promise<Ended> {
    return until(
      () => `the end of the process; ${this.describe()}`,
      () => (this.isRunning ? undefined : this.ended),
      timeoutMs,
    );
  }

  /** Sends a signal, and waits until it has ended; `afterMs` counts from the signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = TIMEOUT_MS): Promise<Ended> {
    const sentAt = performance.now();
    this.child.kill(signal);
    const ended = await this.ends(timeoutMs);
    return { ...ended, afterMs: performance.now() - sentAt };
  }

  /** What it has said last, for messages of checks that failed. */
  describe(): string {
    const lines = this.log.slice(-15).map((line) => JSON.stringify(line));
    return `it said: ${[this.said, ...this.stray.slice(-5), ...lines].join('\n')}`;
  }

  /** Ends it if it runs, and takes note of what it has printed. */
  async remove(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGKILL');
    await this.ended;
    for (const line of this.said.split('\n')) if (line.trim()) printed.complaints.add(line.trim());
    for (const line of this.stray) printed.complaints.add(line);
    for (const { level, msg } of this.log) if (isForPeople(level)) printed.lines.add(msg);
    if (this.#directory) rmSync(this.#directory, { recursive: true, force: true });
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = parse(line);
      if (parsed) this.log.push(parsed);
      else if (line.trim()) this.stray.push(line);
    }
  }
}

function parse(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}

/** Warnings and worse: what an operator has to be able to look up. */
const isForPeople = (level: number | string) =>
  typeof level === 'number' ? level >= 40 : ['warn', 'error', 'fatal'].includes(level);
