import type { Db } from '../../src/db/database.ts';

/** What a process that dies throws, at every later use of the record as well. */
export class Crash extends Error {}

export type Moment = 'before' | 'after';

/**
 * The record as a process sees it that is killed at its n-th transaction: when all of it is written and
 * nothing is committed, or when it has just been committed. A statement that is given as text is one by
 * itself. `killed` is called at that instant.
 */
export function dyingAt(db: Db, n: number, moment: Moment, killed: () => void): Db {
  let count = 0;
  const die = () => {
    killed();
    throw new Crash();
  };
  return new Proxy(db, {
    get(target, name) {
      if (count >= n) throw new Crash();
      if (name === 'execute') {
        return async (...given: Parameters<Db['execute']>) => {
          const isLast = ++count === n;
          if (isLast && moment === 'before') die();
          const result = await target.execute(...given);
          if (isLast) die();
          return result;
        };
      }
      if (name !== 'transaction') {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return async (...[what, work, config]: Parameters<Db['transaction']>) => {
        const isLast = ++count === n;
        const result = await target.transaction(
          what,
          async (tx) => {
            const done = await work(tx);
            return isLast && moment === 'before' ? die() : done;
          },
          config,
        );
        if (isLast) die();
        if (count > n) throw new Crash();
        return result;
      };
    },
  });
}
