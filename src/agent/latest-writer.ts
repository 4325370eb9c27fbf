import type { Clock } from '../lib/clock.ts';

/**
 * Saves something that changes quickly: its newest state at most every `everyMs`, one write at a time. A
 * write that fails ends it quietly, because the commit that follows reports what is wrong.
 */
export class LatestWriter {
  readonly #write: (text: string) => Promise<void>;
  readonly #everyMs: number;
  readonly #clock: Clock;
  #latest: string | undefined;
  #writing: Promise<void> | undefined;
  readonly #stopped = new AbortController();

  constructor(write: (text: string) => Promise<void>, everyMs: number, clock: Clock) {
    this.#write = write;
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  write(text: string): void {
    this.#latest = text;
    this.#writing ??= this.#drain();
  }

  /** Once this resolves, nothing more is written. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#writing;
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      while (this.#latest !== undefined && !signal.aborted) {
        const text = this.#latest;
        this.#latest = undefined;
        await this.#write(text);
        await this.#clock.sleep(this.#everyMs, signal);
      }
    } catch {
      this.#stopped.abort(); // stopped, or the lease is lost or the record away
    } finally {
      this.#writing = undefined;
    }
  }
}
