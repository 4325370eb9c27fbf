import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { wholeBeginning } from './cut.ts';

/** A transaction that is open in the current flow of calls. */
type Scope = {
  name: string;
  /** Where it was opened. */
  opened: Error;
  isOver: boolean;
  /**
   * The first thing that was tried in it and may not be: it is not committed, even where nobody minds the
   * error.
   */
  refused: NotInTransaction | undefined;
};

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Something inside a transaction reached for what is outside of it: a bug, told at once instead of as a
 * deadlock.
 */
export class NotInTransaction extends Error {
  constructor({ name, opened }: Scope, what: string) {
    super(`${what} inside the transaction "${name}": in a transaction there are only its own queries`, {
      cause: opened,
    });
    this.name = 'NotInTransaction';
  }
}

/**
 * Runs `work` as what happens inside the transaction `name`. Until it ends, in everything that it calls,
 * other queries, requests and waits are refused. What it has started and left behind is free again as soon as
 * it ends. Throws NotInTransaction where something was refused, even if `work` has caught the error.
 */
export async function inTransaction<T>(name: string, work: () => Promise<T>): Promise<T> {
  const opened = new Error(`the transaction "${name}" was opened here`);
  const scope: Scope = { name, opened, isOver: false, refused: undefined };
  try {
    const result = await scopes.run(scope, work);
    if (scope.refused !== undefined) throw scope.refused;
    return result;
  } catch (error) {
    throw scope.refused ?? error;
  } finally {
    scope.isOver = true;
  }
}

/** Throws NotInTransaction inside a transaction. `what` says what was about to be done, as "a sleep". */
export function refuseInTransaction(what: () => string): void {
  const error = refusal(what);
  if (error !== undefined) throw error;
}

/** Calls `work` as if no transaction were open: for what comes over a connection that all share. */
export const outsideTransactions = <T>(work: () => T): T => scopes.exit(work);

function refusal(what: () => string): NotInTransaction | undefined {
  const scope = scopes.getStore();
  if (scope === undefined || scope.isOver) return undefined;
  const error = new NotInTransaction(scope, what());
  scope.refused ??= error;
  return error;
}

/**
 * `client`, whose `methods` throw NotInTransaction inside a transaction; `what` names such a call by its
 * first argument. What the client calls of itself is not its caller's doing, and passes.
 */
export function closedInTransactions<T extends object>(
  client: T,
  methods: ReadonlySet<string>,
  what: (argument: unknown) => string,
): T {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (typeof name !== 'string' || !methods.has(name)) return value.bind(target);
      return (...given: unknown[]) => {
        refuseInTransaction(() => what(given[0]));
        return Reflect.apply(value, target, given);
      };
    },
  });
}

/** How an SQL text is named where it was refused: its beginning, without what it is given. */
export function queryName(query: unknown): string {
  const text = typeof query === 'object' && query !== null ? Reflect.get(query, 'text') : query;
  return typeof text === 'string'
    ? `a query on another connection (${wholeBeginning(text, 160)})`
    : 'a connection';
}

/**
 * Every request that leaves this process is announced on a channel of Node or of undici, in the flow of calls
 * that makes it, whichever client it is: https://nodejs.org/api/diagnostics_channel.html#built-in-channels. A
 * subscriber can't throw, but it can fail the request before anything is sent.
 */
type Failable = {
  origin?: unknown;
  host?: unknown;
  destroy?(error: Error): void;
  onError?(error: Error): void;
  onResponseError?(error: Error): void;
};

const requests: readonly (readonly [channel: string, property: string, what: string])[] = [
  ['undici:request:create', 'request', 'a request'],
  ['http.client.request.created', 'request', 'a request'],
  ['net.client.socket', 'socket', 'a connection'],
  ['child_process', 'process', 'a process'],
];

for (const [channel, property, what] of requests) {
  subscribe(channel, (message) => {
    const made: Failable = Reflect.get(Object(message), property) ?? {};
    const error = refusal(() => [what, ...[made.origin ?? made.host ?? []].flat()].join(' to '));
    if (error === undefined) return;
    // undici 8 names it onResponseError, the one in Node 24 and in other packages onError.
    if (made.onResponseError !== undefined) made.onResponseError(error);
    else if (made.onError !== undefined) made.onError(error);
    else made.destroy?.(error);
  });
}
