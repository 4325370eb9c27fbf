/** All that a stream has, as text. */
export async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Aborts once somebody wants it to end; who wants it a second time does not wait. */
export type Stopping = { signal: AbortSignal; stop(): void };

/**
 * Is told by signals, and by the process that has started this one (`ml-intern.cjs`), which is sent those of
 * a terminal too: told both ways it is one wish. `leave` is called for a second one.
 */
export function untilStopped(leave: () => void): Stopping {
  const stopping = new AbortController();
  const wishes = { own: 0, told: 0 };
  const wish = (how: keyof typeof wishes) => {
    wishes[how]++;
    if (wishes[how] > 1) leave();
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => wish('own'));
  process.on('message', () => wish('told'));
  process.once('disconnect', () => stopping.abort());
  process.channel?.unref();
  return { signal: stopping.signal, stop: () => stopping.abort() };
}
