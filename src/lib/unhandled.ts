import type { EventEmitter } from 'node:events';
import type { Logger } from './log.ts';

/**
 * What no code has caught. A rejected promise that nobody waits for is a fault of ours that spoils one thing:
 * it is logged and counted, and the process goes on with all its sessions. After an exception that nobody
 * caught nothing is known of the process's state any more
 * (https://nodejs.org/api/process.html#event-uncaughtexception): it is logged, and `end` gives the sessions
 * to others and ends the process, to be started anew. Returns what ends the watching.
 */
export function watchForUnhandled(
  process: Pick<EventEmitter, 'on' | 'off'>,
  log: Pick<Logger, 'error' | 'fatal'>,
  end: () => void,
): () => void {
  let rejections = 0;
  const rejected = (reason: unknown): void => {
    rejections++;
    log.error({ err: errorOf(reason), rejections }, 'a promise was rejected and nobody had waited for it');
  };
  const thrown = (error: unknown): void => {
    log.fatal({ err: errorOf(error) }, 'an exception was not caught: the process ends, and others take over');
    end();
  };
  process.on('unhandledRejection', rejected);
  process.on('uncaughtException', thrown);
  return () => {
    process.off('unhandledRejection', rejected);
    process.off('uncaughtException', thrown);
  };
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
