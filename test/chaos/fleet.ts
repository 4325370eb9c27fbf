import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOADING, ROOT } from '../support/root.ts';
import type { Time } from '../support/virtual-time.ts';
import type { FromBot, ToBot, Vitals } from './bot.ts';

/** What a process does: one role, or both, as where nothing is said. */
export type Job = 'chat' | 'worker' | 'both';

type Member = { name: string; job: Job; child: ChildProcess };

/** The bot's processes, each started again as soon as it is gone, as a process manager does. */
export class Fleet {
  /** Exits that nobody asked for: the process ended by itself. */
  crashes = 0;
  /** How each process said it was, last: by its job and its number among those that do that. */
  readonly vitals = new Map<string, Vitals>();
  readonly #environment: Record<string, string>;
  readonly #time: Time;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ml-intern-fleet-'));
  readonly #members: Member[] = [];
  readonly #logFile: string;
  #isWanted = true;

  constructor(environment: Record<string, string>, time: Time, logFile: string) {
    this.#environment = environment;
    this.#time = time;
    this.#logFile = logFile;
    // Nothing is left running when the run itself breaks off.
    process.once('exit', () => {
      for (const { child } of this.#members) child.kill('SIGKILL');
      rmSync(this.#directory, { recursive: true, force: true });
    });
  }

  add(job: Job): void {
    const name = `${job} ${this.#members.filter((member) => member.job === job).length + 1}`;
    const member: Member = { name, job, child: this.#spawn(job, name) };
    this.#members.push(member);
    this.#watch(member);
  }

  /** Those that do a job, alone or besides the other. */
  members(job: 'chat' | 'worker'): readonly Member[] {
    return this.#members.filter((member) => member.job === job || member.job === 'both');
  }

  get size(): number {
    return this.#members.length;
  }

  kill(member: Member): void {
    member.child.kill('SIGKILL');
  }

  pause(member: Member): void {
    member.child.kill('SIGSTOP');
  }

  resume(member: Member): void {
    member.child.kill('SIGCONT');
  }

  /** Sets the clock of every process forward. One that is paused hears of it when it goes on. */
  leap(ms: number): void {
    this.#time.ahead += ms;
    const message: ToBot = { ahead: this.#time.ahead };
    for (const { child } of this.#members) if (child.connected) child.send(message, () => {});
  }

  /** Asks every process to end; those that do not within `graceMs` are killed. Returns how many had to be. */
  async stop(graceMs = 30_000): Promise<number> {
    this.#isWanted = false;
    let killed = 0;
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        const timer = setTimeout(() => {
          killed++;
          child.kill('SIGKILL');
        }, graceMs);
        await ended;
        clearTimeout(timer);
      }),
    );
    return killed;
  }

  /** Starts what was stopped. */
  restart(): void {
    this.#isWanted = true;
    for (const member of this.#members) {
      member.child = this.#spawn(member.job, member.name);
      this.#watch(member);
    }
  }

  #watch(member: Member): void {
    member.child.once('exit', (code, signal) => {
      if (!this.#isWanted) return;
      if (signal === null) {
        this.crashes++;
        appendFileSync(this.#logFile, `${member.job} ended by itself with code ${code}\n`);
      }
      setTimeout(() => {
        if (!this.#isWanted) return;
        member.child = this.#spawn(member.job, member.name);
        this.#watch(member);
      }, 500);
    });
  }

  #spawn(job: Job, name: string): ChildProcess {
    const child = spawn(
      process.execPath,
      ['--expose-gc', ...LOADING, join(ROOT, 'test/chaos/bot.ts'), ...(job === 'both' ? [] : [job])],
      {
        cwd: this.#directory,
        env: {
          PATH: process.env.PATH,
          ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
          TIME: JSON.stringify(this.#time),
          ...this.#environment,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    const log = (data: unknown) => appendFileSync(this.#logFile, `${job} ${child.pid}: ${String(data)}`);
    child.stdout?.on('data', log);
    child.stderr?.on('data', log);
    child.on('message', ({ vitals }: FromBot) => {
      this.vitals.set(name, vitals);
    });
    return child;
  }
}
