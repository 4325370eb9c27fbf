import PQueue from 'p-queue';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { BOUNDS, type Bounds, type ParserName } from './bounds.ts';
import type { Parsers } from './parsers.ts';
import { type Parsed, startParserProcess } from './process.ts';

/**
 * Reads what others made, in processes apart from this one: whatever is in it, this process goes on, and its
 * memory stays its own. One that takes too long or needs too much is ended, and the reason says so.
 */
export type ParseApart = {
  /** Throws the signal's reason where it aborts; a process that is at it then is ended. */
  parse<Name extends ParserName>(
    name: Name,
    input: Parameters<Parsers[Name]>[0],
    signal: AbortSignal,
  ): Promise<Parsed<Awaited<ReturnType<Parsers[Name]>>>>;
  /** Ends the processes; what they were at is given up. */
  close(): Promise<void>;
};

/** So many at once: each may use a core and a few hundred megabytes. */
const AT_ONCE = 2;

/** A process that nobody has needed for so long ends; a new one starts in a tenth of a second. */
const IDLE_MS = 20_000;

/** After this share of the work that a process may do it is replaced by a fresh one. */
const WORN = 1 / 4;

export function createParseApart(bounds: Bounds = BOUNDS, idleMs = IDLE_MS): ParseApart {
  const queue = new PQueue({ concurrency: AT_ONCE });
  const state: State = { bounds, idleMs, idle: [], all: new Set(), isClosed: false };
  return {
    async parse(name, input, signal) {
      refuseInTransaction(() => 'a process that reads a file'); // in the queue nobody knows who asked
      const parsed = await queue.add(() => run(state, name, input, signal), { signal });
      // What comes back is what the parser of that name returned, in a process of our own.
      return parsed as Parsed<never>;
    },
    async close() {
      state.isClosed = true;
      for (const child of state.all) child.end({ isAwaited: true });
      await Promise.all([...state.all].map(({ ended }) => ended));
    },
  };
}

type State = {
  bounds: Bounds;
  idleMs: number;
  idle: { child: ParserProcess; timer: NodeJS.Timeout }[];
  all: Set<ParserProcess>;
  isClosed: boolean;
};

async function run(
  state: State,
  name: ParserName,
  input: unknown,
  signal: AbortSignal,
): Promise<Parsed<unknown>> {
  signal.throwIfAborted();
  if (state.isClosed) return { ok: false, reason: 'this process is ending' };
  const child = take(state);
  const answer = await child.ask({ name, input }, state.bounds.withinMs[name], signal);
  if (answer.workedSeconds !== undefined) giveBack(state, child, answer.workedSeconds);
  return answer.parsed;
}

function take(state: State): ParserProcess {
  const kept = state.idle.pop();
  clearTimeout(kept?.timer);
  if (kept !== undefined) return kept.child;
  const child = startParserProcess(state.bounds);
  state.all.add(child);
  void child.ended.then(() => forget(state, child)); // it never rejects
  return child;
}

function giveBack(state: State, child: ParserProcess, workedSeconds: number): void {
  const isWorn = workedSeconds > WORN * state.bounds.processorSeconds;
  if (state.isClosed || isWorn) child.end();
  else state.idle.push({ child, timer: setTimeout(() => retire(state, child), state.idleMs).unref() });
}

/** Nobody is given a process that is about to end. */
function retire(state: State, child: ParserProcess): void {
  leaveIdle(state, child);
  child.end();
}

function leaveIdle({ idle }: State, child: ParserProcess): void {
  const at = idle.findIndex((kept) => kept.child === child);
  if (at !== -1) clearTimeout(idle.splice(at, 1)[0]?.timer);
}

function forget(state: State, child: ParserProcess): void {
  state.all.delete(child);
  leaveIdle(state, child);
}

type ParserProcess = ReturnType<typeof startParserProcess>;
