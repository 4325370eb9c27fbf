/** Room for so many at once; whoever comes when it is full waits for their turn. */
export type Places = {
  /**
   * Does `work` as soon as there is room, in the order in which it was asked for; `onWait` is called where
   * there is none at first. Throws the signal's reason where somebody who waits is broken off.
   */
  held<T>(work: () => Promise<T>, signal: AbortSignal, onWait: () => void): Promise<T>;
};

export function createPlaces(most: number): Places {
  let taken = 0;
  const waiting: (() => void)[] = [];

  function enter(signal: AbortSignal, onWait: () => void): Promise<void> {
    signal.throwIfAborted();
    if (taken < most) {
      taken++;
      return Promise.resolve();
    }
    onWait();
    return new Promise((resolve, reject) => {
      const enterNow = () => {
        signal.removeEventListener('abort', giveUp);
        resolve(); // the place is handed on: it stays taken
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(enterNow), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(enterNow);
    });
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) taken--;
    else next();
  }

  return {
    async held(work, signal, onWait) {
      await enter(signal, onWait);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
