import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { Result } from './results.ts';

/** A run, as a process is told of it. */
export type Order =
  | { kind: 'good'; task: string }
  | { kind: 'habit'; name: string }
  | { kind: 'model'; task: string; model: string | undefined; mostMs: number };

const Reply = z.object({ id: z.number(), result: Result.optional(), error: z.string().optional() });
export type Sent = { id: number; order: Order };

/** Processes that play tasks side by side: each has the libraries, and a record, of its own. */
export class Pool {
  readonly #idle: ChildProcess[] = [];
  readonly #all: ChildProcess[] = [];
  #ids = 0;

  /** Plays all, at most `parallel` at once; each is told of as it ends. Throws where one can't be played. */
  async play<T extends { order: Order }>(
    items: readonly T[],
    parallel: number,
    onEnd: (item: T, result: Result) => void,
  ): Promise<void> {
    const left = [...items];
    const lane = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) {
        onEnd(item, await this.#one(item.order));
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
  }

  async #one(order: Order): Promise<Result> {
    const child = this.#idle.pop() ?? this.#start();
    const id = ++this.#ids;
    const reply = await new Promise<z.infer<typeof Reply>>((resolve, reject) => {
      const died = (code: number | null, signal: string | null) =>
        reject(
          new Error(`a process that played ${JSON.stringify(order)} ended (${signal ?? `code ${code}`})`),
        );
      child.once('exit', died);
      child.once('message', (message) => {
        child.off('exit', died);
        resolve(Reply.parse(message));
      });
      child.send({ id, order } satisfies Sent);
    });
    this.#idle.push(child);
    if (reply.result === undefined) throw new Error(reply.error ?? 'there is no result');
    return reply.result;
  }

  #start(): ChildProcess {
    const child = fork(join(import.meta.dirname, 'player.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#all.push(child);
    return child;
  }

  /** Ends the processes: each removes what it has made. */
  async close(): Promise<void> {
    await Promise.all(
      this.#all.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.disconnect();
        await ended;
      }),
    );
  }
}
