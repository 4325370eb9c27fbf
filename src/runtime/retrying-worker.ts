import { type Job, Worker } from 'bullmq';
import { createBackoff } from '../lib/backoff.ts';

/** How soon it is seen that there is room again. */
const FULL_MS = 50;

/**
 * A worker of BullMQ that takes jobs only while there is room, and waits longer and longer between attempts
 * while the server refuses to give out jobs. BullMQ waits where a connection is broken; after any other error
 * (a replica, a full Redis, a missing function) it asks again at once, which is thousands of times a second.
 */
export class RetryingWorker extends Worker {
  readonly #backoff = createBackoff({ firstMs: 250, longestMs: 10_000 });
  #trouble: Error | undefined;
  /** Is told when jobs can't be had any more, and when they can again. */
  onTrouble: (trouble: Error | undefined) => void = () => {};
  /** Whether one more job may be taken. */
  hasRoom: () => boolean = () => true;

  /** Why no job could be fetched the last time, until fetching works again. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    if (this.#trouble !== undefined) await this.#pause();
    while (!this.closing && !this.hasRoom()) await this.#pause(FULL_MS);
    return this.#watched(() => super.moveToActive(token, name));
  }

  /** Without a time it is the wait after a failed wait for jobs. */
  override async delay(...wait: Parameters<Worker['delay']>): Promise<void> {
    if (wait[0]) return super.delay(...wait);
    await this.#pause();
  }

  async #watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#backoff.reset();
      this.#note(undefined);
      return result;
    } catch (error) {
      this.#note(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #note(trouble: Error | undefined): void {
    const isChange = (this.#trouble === undefined) !== (trouble === undefined);
    this.#trouble = trouble;
    if (isChange) this.onTrouble(trouble);
  }

  /** Ends early where the worker is closed. */
  #pause(ms = this.#backoff.next()): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.off('closing', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.once('closing', done);
      if (this.closing) done();
    });
  }
}
