import { readdir, readFile, stat } from 'node:fs/promises';
import type { RunEnd, RunOptions } from '../sandbox.ts';

type Run = (
  argv: readonly string[],
  options: RunOptions,
  watch: (init: number) => { stop(): void },
) => Promise<RunEnd>;

/** Runs a command to look at it: gives what keeps it from being counted, as `uncountable` does. */
export async function tryCounting(run: Run): Promise<string | undefined> {
  const init = Promise.withResolvers<number>();
  const isUp = Promise.withResolvers<void>();
  const over = new AbortController();
  const ended = run(
    ['sh', '-c', 'echo; exec sleep 10'],
    { timeoutMs: TRYING_MS, signal: over.signal, onOutput: () => isUp.resolve() },
    (pid) => {
      init.resolve(pid);
      return { stop() {} };
    },
  ).catch(() => undefined);
  void ended.then(() => isUp.reject(new Error('it ended before it was looked at')));
  try {
    await isUp.promise;
    return await uncountable(await init.promise);
  } finally {
    over.abort();
    await ended;
  }
}

const TRYING_MS = 10_000;

/**
 * What keeps us from counting what the processes of a sandbox use, in words; undefined where nothing does.
 * `init` is the first process of one that runs.
 */
async function uncountable(init: number): Promise<string | undefined> {
  const looks = [
    { what: 'children of processes', look: () => readFile(`/proc/${init}/task/${init}/children`) },
    { what: 'shares of memory', look: () => readFile(`/proc/${init}/smaps_rollup`) },
    { what: 'open files', look: () => readdir(`/proc/${init}/fd`) },
    { what: 'mapped files', look: () => readFile(`/proc/${init}/maps`) },
    { what: 'temporary folders', look: () => stat(`/proc/${init}/root/tmp`) },
  ];
  const hidden: string[] = [];
  for (const { what, look } of looks) await look().catch(() => hidden.push(what));
  return hidden.length === 0 ? undefined : hidden.join(', ');
}
