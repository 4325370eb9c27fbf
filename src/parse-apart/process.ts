import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bounds, ParserName } from './bounds.ts';

/** What a parser made of something foreign, or why it could not, in words for whoever asked. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

/** What a parser's process is sent, and what it sends back. */
export type Question = { name: ParserName; input: unknown };
export type Answer = { kind: 'done'; parsed: Parsed<unknown>; workedSeconds: number };
/** What it says before: the parser is loaded, and begins. */
export type Begun = { kind: 'begun' };

/** `workedSeconds` is missing where the process has ended, or is about to. */
type Outcome = { parsed: Parsed<unknown>; workedSeconds: number | undefined };

/**
 * A process that reads foreign things, one at a time. It is bounded in memory and processor time, has nothing
 * of our environment, and can write no file and start nothing.
 *
 * Threads with `resourceLimits` would not do: V8 ends the whole process where a map or an array outgrows a
 * thread's heap, a thread inside of JSON.parse can't be terminated, and buffers are not counted.
 */
export function startParserProcess(bounds: Bounds) {
  const child = spawn(...commandLine(bounds), {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  child.unref();
  child.channel?.unref();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.on('error', () => resolve()); // it could not be started, or written to
  });
  return {
    ended,
    /** Nobody waits for a process that is no longer needed, unless `ended` is awaited. */
    end({ isAwaited = false } = {}) {
      if (isAwaited) child.ref();
      child.kill('SIGKILL');
    },
    ask: (question: Question, withinMs: number, signal: AbortSignal) =>
      ask(child, question, withinMs, signal),
  };
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/**
 * V8 compiles what it runs of WebAssembly a second time, thoroughly, in threads of its own: of ruff that took
 * four seconds of processor time after a dozen checks of milliseconds, and the next checks took no less.
 */
const QUICKLY = '--liftoff-only';

function commandLine({ heapMb, dataMb, processorSeconds }: Bounds): [command: string, args: string[]] {
  const flags = [`--max-old-space-size=${heapMb}`, QUICKLY, '--permission', '--allow-fs-read=*'];
  const program = [process.execPath, ...flags, WORKER];
  if (process.platform === 'win32') return [process.execPath, [...flags, WORKER]];
  return ['/bin/sh', ['-c', limited(dataMb, processorSeconds), ...program]];
}

/**
 * A shell's limits hold where that of the heap does not: for buffers, and when nobody is there any more.
 * Where a machine runs out of memory, Linux ends this process first.
 */
const limited = (dataMb: number, processorSeconds: number) => `echo 1000 > /proc/self/oom_score_adj
ulimit -c 0; ulimit -d ${dataMb * 1_000}; ulimit -t ${processorSeconds}
exec "$0" "$@"`;

/** How long a process may take to start, and to load a parser, on a machine that has much to do. */
const STARTING_MS = 60_000;

function ask(
  child: ChildProcess,
  question: Question,
  withinMs: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const late = () => giveUp(`reading it took more than ${withinMs / 1000} s`);
  let timer = setTimeout(() => giveUp('no process could be started to read it in'), STARTING_MS);
  const aborted = () => {
    child.kill('SIGKILL');
    reject(signal.reason);
  };
  const told = (message: unknown) => {
    const said = message as Begun | Answer; // by our own worker
    if (said.kind === 'done') return resolve(said);
    clearTimeout(timer);
    timer = setTimeout(late, withinMs);
  };
  const exited = () => giveUp('reading it took more memory or processor time than it may');
  const failed = (error: Error) => giveUp(`it could not be read: ${error.message}`);

  function giveUp(reason: string): void {
    child.kill('SIGKILL');
    resolve({ parsed: { ok: false, reason }, workedSeconds: undefined });
  }

  child.ref();
  child.channel?.ref();
  child.on('message', told).on('exit', exited).on('error', failed);
  signal.addEventListener('abort', aborted, { once: true });
  if (child.connected) child.send(question, (error) => error && failed(error));
  else failed(new Error('its process has ended'));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    child.off('message', told).off('exit', exited).off('error', failed);
    child.unref();
    child.channel?.unref();
  });
}
