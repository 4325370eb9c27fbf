import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What every line is given that is logged while something is worked on: whose session, and which run of it.
 */
export type LogContext = { session?: string; turn?: string; render?: string };

const storage = new AsyncLocalStorage<LogContext>();

/** Runs something whose log lines, however deep, carry these ids. */
export const withLogContext = <T>(context: LogContext, work: () => T): T =>
  storage.run({ ...storage.getStore(), ...context }, work);

export const logContext = (): LogContext => storage.getStore() ?? {};
