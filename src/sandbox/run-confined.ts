import { type ChildProcess, spawn } from 'node:child_process';
import type { Confined } from './bubblewrap.ts';
import type { RunEnd, RunOptions } from './sandbox.ts';

/** Whoever prints without end is ended: others wait for this process, too. */
const OUTPUT_BYTES = 100e6;

/**
 * Runs bwrap, with nothing of our environment: the first process in there is bwrap itself, and can be looked
 * at.
 */
export function runConfined(
  { settings, command }: Confined,
  uid: number | undefined,
  { timeoutMs, signal, stdin, onOutput, isOnlyStdout }: RunOptions,
  watch: (pid: number, exceeded: (reason: string) => void) => { stop(): void },
): Promise<RunEnd> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(signal.reason);
    const child: ChildProcess = spawn('bwrap', ['--args', '3', ...command], {
      env: { PATH: process.env.PATH },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let forced: RunEnd | undefined;
    const force = (end: RunEnd) => {
      forced ??= end;
      child.kill('SIGKILL');
    };
    const dog =
      child.pid === undefined ? undefined : watch(child.pid, (reason) => force({ kind: 'killed', reason }));
    const timer = setTimeout(() => force({ kind: 'timed_out' }), timeoutMs);
    const onAbort = () => child.kill('SIGKILL');
    signal.addEventListener('abort', onAbort, { once: true });
    const over = () => {
      clearTimeout(timer);
      dog?.stop();
      signal.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      over();
      fail(error);
    });
    child.on('close', (code, name) => {
      over();
      if (signal.aborted) return fail(signal.reason);
      done(forced ?? { kind: 'exited', code: code ?? 128 + (name === 'SIGKILL' ? 9 : 15) });
    });
    let bytes = 0;
    const take = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > OUTPUT_BYTES)
        force({ kind: 'killed', reason: `it printed more than ${OUTPUT_BYTES / 1e6} MB` });
      else onOutput(chunk);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', (chunk: Uint8Array) => {
      if (!isOnlyStdout) take(chunk);
    });
    const told = child.stdio[3];
    for (const pipe of [child.stdin, told]) pipe?.on('error', () => {}); // it ended before it had read all
    if (told && 'end' in told) told.end(`${settings.join('\0')}\0`);
    child.stdin?.end(stdin);
  });
}
