import type { Clock } from './clock.ts';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';
import { onceAnHour } from './once-an-hour.ts';

/**
 * Keeps what is wrong with one of many away from the others: for all that goes over many sessions, rows or
 * workspaces.
 */
export type Isolation = {
  /**
   * Does `work` for each, one after the other. One that fails is named in the log, and the others are done.
   */
  each<T>(
    items: Iterable<T>,
    nameOf: (item: T) => string,
    work: (item: T) => Promise<unknown>,
  ): Promise<void>;
  /** Rows as `parse` reads them. One that it can't read is named in the log and left out. */
  readable<Row, T>(rows: readonly Row[], nameOf: (row: Row) => string, parse: (row: Row) => T): T[];
};

export function createIsolation(log: Logger, clock: Pick<Clock, 'monotonic'>): Isolation {
  const isNew = onceAnHour(clock);

  function tell(name: string, error: unknown): void {
    if (!isNew(`${name}: ${messageOf(error)}`)) return;
    log.error({ err: error, about: name }, 'one of many failed and is left out; the others go on');
  }

  return {
    async each(items, nameOf, work) {
      for (const item of items) {
        try {
          await work(item);
        } catch (error) {
          tell(nameOf(item), error);
        }
      }
    },
    readable(rows, nameOf, parse) {
      const read: ReturnType<typeof parse>[] = [];
      for (const row of rows) {
        try {
          read.push(parse(row));
        } catch (error) {
          tell(nameOf(row), error);
        }
      }
      return read;
    },
  };
}
