export type Bell = ReturnType<typeof createBell>;

/** Rings for who waits, and is remembered by who does not yet; after its end nobody waits. */
export function createBell() {
  let isRung = false;
  let isEnded = false;
  let wake: (() => void) | undefined;
  return {
    get isEnded() {
      return isEnded;
    },
    ring() {
      isRung = true;
      wake?.();
    },
    end() {
      isEnded = true;
      wake?.();
    },
    async rung(): Promise<void> {
      if (!isRung && !isEnded) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      isRung = false;
    },
  };
}
