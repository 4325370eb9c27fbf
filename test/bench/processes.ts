import { readdirSync, readFileSync } from 'node:fs';

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
function cpuOf(pid: number): number {
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
