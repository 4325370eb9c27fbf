import { spawn } from 'node:child_process';
import type { DoubleJob } from './job.ts';

/**
 * Runs a job's command as a process of this machine, as the Hub does in a container: with no shell around
 * it, and with its variables and secrets. What it prints is the job's log, and how it ends the job's end.
 */
export function runAsProcess(job: DoubleJob, home: string, lines: string[]): void {
  const { command = [], environment, secrets } = job.spec;
  const [program = '', ...args] = command;
  const end = (stage: string, message?: string) => {
    job.ended ??= { stage, at: Date.now(), ...(message ? { message } : {}) };
  };
  try {
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, HOME: home, ...Object(environment), ...Object(secrets) },
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => lines.push(...String(text).split('\n').filter(Boolean)));
    }
    child.once('error', (error) => end('ERROR', error.message));
    child.once('close', (code) => end(code === 0 ? 'COMPLETED' : 'ERROR', code ? `exit code ${code}` : ''));
  } catch (error) {
    end('ERROR', String(error)); // such as E2BIG: more than Linux takes
  }
}
