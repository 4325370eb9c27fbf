import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';

type Role = 'chat' | 'worker';
type Member = { role: Role; child: ChildProcess; paused: boolean };

/** The bot's processes, each started again as soon as it is gone, as a process manager does. */
export class Fleet {
  readonly #environment: Record<string, string>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ml-intern-fleet-'));
  readonly #members: Member[] = [];
  readonly #logFile: string;
  #isWanted = true;
  /** Exits that nobody asked for: the process ended by itself. */
  crashes = 0;

  constructor(environment: Record<string, string>, logFile: string) {
    this.#environment = environment;
    this.#logFile = logFile;
    // Nothing is left running when the run itself breaks off.
    process.once('exit', () => {
      for (const { child } of this.#members) child.kill('SIGKILL');
    });
  }

  add(role: Role): void {
    const member: Member = { role, child: this.#spawn(role), paused: false };
    this.#members.push(member);
    this.#watch(member);
  }

  members(role: Role): readonly Member[] {
    return this.#members.filter((member) => member.role === role);
  }

  kill(member: Member): void {
    member.child.kill('SIGKILL');
  }

  pause(member: Member): void {
    member.paused = true;
    member.child.kill('SIGSTOP');
  }

  resume(member: Member): void {
    member.paused = false;
    member.child.kill('SIGCONT');
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
    rmSync(this.#directory, { recursive: true, force: true });
    return killed;
  }

  #watch(member: Member): void {
    member.child.once('exit', (code, signal) => {
      if (!this.#isWanted) return;
      if (signal === null) {
        this.crashes++;
        appendFileSync(this.#logFile, `${member.role} ended by itself with code ${code}\n`);
      }
      setTimeout(() => {
        if (!this.#isWanted) return;
        member.child = this.#spawn(member.role);
        member.paused = false;
        this.#watch(member);
      }, 500);
    });
  }

  #spawn(role: Role): ChildProcess {
    const child = spawn(process.execPath, [join(ROOT, 'src/main.ts'), role], {
      cwd: this.#directory,
      env: {
        PATH: process.env.PATH,
        ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'),
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = (data: unknown) => appendFileSync(this.#logFile, `${role} ${child.pid}: ${String(data)}`);
    child.stdout.on('data', log);
    child.stderr.on('data', log);
    return child;
  }
}
