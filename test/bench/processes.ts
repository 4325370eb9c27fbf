import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.ts';

/** Clock ticks of Linux are hundredths of a second. */
const TICKS = 100;

/**
 * The fields of /proc/PID/stat after the name of the program, which may have spaces; none where it is gone.
 */
function fieldsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

/** CPU seconds that a process and its threads have used. */
export function cpuOf(pid: number): number {
  const fields = fieldsOf(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** CPU seconds of a process and of all that it has started, those that have ended as well. */
export function cpuOfAll(pid: number): number {
  const fields = fieldsOf(pid);
  const ended = (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / TICKS;
  return childrenOf(pid).reduce((sum, child) => sum + cpuOfAll(child), cpuOf(pid) + ended);
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((other) => Number.isInteger(other) && Number(fieldsOf(other)[1]) === pid);

/** Megabytes of a line of /proc/PID/status: what a process has in memory now, and the most it has had. */
export function megabytes(pid: number, line: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}

export type Started = { pid: number; said: string; end(): Promise<void> };

/** Starts a program, and waits for the first line that it says. */
export async function startSaying(command: string, words: readonly string[]): Promise<Started> {
  const child: ChildProcess = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  const { stdout, pid } = child;
  if (stdout === null || pid === undefined) throw new Error(`${words.join(' ')} did not start`);
  const lines = createInterface({ input: stdout });
  const said = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then(() => reject(new Error(`${words.join(' ')} ended without a word`)));
  });
  async function end(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }
  return { pid, said, end };
}

/** How late the event loop of a process was, in milliseconds. */
export type LoopDelay = { p50: number; p99: number; most: number };

/** Has a process that was started with `loop-delay.ts` say how late it was since it last said so. */
export async function loopDelay(
  pid: number,
  file: string,
  write: (text: string) => void,
): Promise<LoopDelay> {
  write('');
  process.kill(pid, 'SIGUSR2');
  await until('how late an event loop is', () => readFileSync(file, 'utf8').endsWith('}'), 60_000);
  return JSON.parse(readFileSync(file, 'utf8')) as LoopDelay;
}

/** What processes use over some seconds, as shares of one core. */
export async function cpuOver(pids: readonly number[], seconds: number): Promise<number[]> {
  const before = pids.map(cpuOfAll);
  const began = performance.now();
  await sleep(seconds * 1000);
  const passed = (performance.now() - began) / 1000;
  return pids.map((pid, i) => (cpuOfAll(pid) - (before[i] ?? 0)) / passed);
}

/** The value that so large a share of them is below. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;
