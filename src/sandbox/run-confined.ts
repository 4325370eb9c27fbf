import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../lib/errors.ts';
import type { Confined } from './bubblewrap.ts';
import { forbiddenCalls } from './limits/forbidden-calls.ts';
import { OUTPUT_BYTES, PRINTED_TOO_MUCH, type RunEnd, type RunOptions } from './sandbox.ts';

/** What bwrap reads and writes besides the command's own: its settings, who runs in there, a filter. */
const [SETTINGS, INFO, FILTER] = [3, 4, 5];
const PIPES = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'] as const;

/**
 * Runs bwrap, with nothing of our environment: the first process in there is bwrap itself, and can be looked
 * at. `watch` is told that process, as this machine numbers it; `admit` is told bwrap's own before it has
 * read what it is to do, and nothing begins until that is through.
 */
export function runConfined(
  { settings, command }: Confined,
  uid: number | undefined,
  { timeoutMs, signal, stdin, onOutput, isOnlyStdout }: RunOptions,
  watch: (init: number, exceeded: (reason: string) => void) => { stop(): void },
  admit: (pid: number) => Promise<void> = async () => {},
): Promise<RunEnd> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(signal.reason);
    const filter = forbiddenCalls();
    const own = ['--args', SETTINGS, '--info-fd', INFO, ...(filter ? ['--seccomp', FILTER] : [])].map(String);
    const child: ChildProcess = spawn('bwrap', [...own, ...command], {
      env: { PATH: process.env.PATH },
      cwd: '/',
      stdio: [...PIPES],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let forced: RunEnd | undefined;
    const force = (end: RunEnd) => {
      forced ??= end;
      child.kill('SIGKILL');
    };
    let dog: { stop(): void } | undefined;
    let isOver = false;
    firstProcess(child, (init) => {
      if (!isOver) dog = watch(init, (reason) => force({ kind: 'killed', reason }));
    });
    const timer = setTimeout(() => force({ kind: 'timed_out' }), timeoutMs);
    const onAbort = () => child.kill('SIGKILL');
    signal.addEventListener('abort', onAbort, { once: true });
    const over = () => {
      isOver = true;
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
      if (bytes > OUTPUT_BYTES) force({ kind: 'killed', reason: PRINTED_TOO_MUCH });
      else onOutput(chunk);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', (chunk: Uint8Array) => {
      if (!isOnlyStdout) take(chunk);
    });
    for (const pipe of child.stdio) pipe?.on('error', () => {}); // it ended before it had read all
    tell(child, FILTER, filter);
    (child.pid === undefined ? Promise.resolve() : admit(child.pid)).then(
      () => tell(child, SETTINGS, `${settings.join('\0')}\0`),
      (error: unknown) => force({ kind: 'killed', reason: `it could not be limited: ${messageOf(error)}` }),
    );
    child.stdin?.end(stdin);
  });
}

function tell(child: ChildProcess, number: number, bytes: string | Buffer | undefined): void {
  const pipe = child.stdio[number];
  if (pipe && 'end' in pipe) pipe.end(bytes);
}

/** bwrap says it as soon as there is one, in JSON, and closes that pipe. */
function firstProcess(child: ChildProcess, found: (pid: number) => void): void {
  let text = '';
  child.stdio[INFO]?.on('data', (chunk: Uint8Array) => {
    text += Buffer.from(chunk).toString();
  });
  child.stdio[INFO]?.once('end', () => {
    const pid = /"child-pid": (\d+)/.exec(text)?.[1];
    if (pid !== undefined) found(Number(pid));
  });
}
