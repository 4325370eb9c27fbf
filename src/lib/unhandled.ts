import type { EventEmitter } from 'node:events';
import type { Logger } from './log.ts';

/**
 * What no code has caught. A rejected promise that nobody waits for is a fault of ours that spoils one thing:
 * it is logged and counted, and the process goes on with all its sessions. After an exception that nobody
 * caught nothing is known of the process's state any more
 * (https://nodejs.org/api/process.html#event-uncaughtexception): it is logged, and `end` gives the sessions
 * to others and ends the process, to be started anew.
 */
export function watchForUnhandled(
  process: Pick<EventEmitter, 'on'>,
  log: Pick<Logger, 'error' | 'fatal'>,
  end: () => void,
): void {
  let rejections = 0;
  process.on('unhandledRejection', (reason: unknown) => {
    rejections++;
    log.error({ err: errorOf(reason), rejections }, 'a promise was rejected and nobody had waited for it');
  });
  process.on('uncaughtException', (error: unknown) => {
    log.fatal({ err: errorOf(error) }, 'an exception was not caught: the process ends, and others take over');
    end();
  });
}

const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
