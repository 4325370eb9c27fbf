import { jittered } from './backoff.ts';
import type { Clock } from './clock.ts';

/** What one look finds out for all who follow something: whoever has no entry learns nothing this time. */
type Look<K, V> = (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;

/**
 * A poll that many share: one look for all of them every `everyMs`, however many there are, and none while
 * nobody follows anything. A look that is late is not joined by another, so a record that is slow is not
 * asked more and more.
 */
export class SharedPoll<K, V> {
  readonly #everyMs: number;
  readonly #clock: Pick<Clock, 'every'>;
  readonly #look: Look<K, V>;
  readonly #followers = new Set<{ key: K; seen: (found: V) => void }>();
  #stop: (() => void) | undefined;
  #isLooking = false;
  #isWanted = false;
  readonly #mayWait: boolean;
  #failures = 0;
  #skipped = 0;

  /** With `mayWait` looks that fail are made less and less often, down to one of 16. */
  constructor(
    clock: Pick<Clock, 'every'>,
    everyMs: number,
    look: Look<K, V>,
    { mayWait = false }: { mayWait?: boolean } = {},
  ) {
    this.#mayWait = mayWait;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#look = look;
  }

  /** Calls `seen` with whatever a look finds for `key`, until the returned function is called. */
  follow(key: K, seen: (found: V) => void): () => void {
    const follower = { key, seen };
    this.#followers.add(follower);
    this.#stop ??= this.#clock.every(this.#everyMs, () => {
      if (--this.#skipped < 0) void this.#tick();
    });
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Looks now, or as soon as the look that is under way is done. */
  soon(): void {
    this.#isWanted = true;
    void this.#tick();
  }

  async #tick(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#isWanted = false;
    try {
      const asked = [...this.#followers];
      const found = await this.#look([...new Set(asked.map(({ key }) => key))]);
      this.#failures = 0;
      for (const follower of asked) {
        const value = found.get(follower.key);
        if (value !== undefined && this.#followers.has(follower)) follower.seen(value);
      }
    } catch {
      // Nothing is known yet: the next look tells, or whatever its followers do meanwhile.
      this.#failures = Math.min(this.#failures + 1, 4);
      if (this.#mayWait) this.#skipped = Math.round(jittered(2 ** this.#failures)) - 1;
    } finally {
      this.#isLooking = false;
      if (this.#isWanted) void this.#tick();
    }
  }
}
