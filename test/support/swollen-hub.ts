import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Swelling } from '../doubles/swollen-hub.ts';

/** A Hub whose answers are as large as `swell` says; none until then. */
export type SwollenHub = {
  url: string;
  swell(how: Swelling | undefined): Promise<void>;
  close(): Promise<void>;
};

export async function startSwollenHub(): Promise<SwollenHub> {
  const worker = new Worker(new URL('../doubles/swollen-hub.ts', import.meta.url));
  const told = () => once(worker, 'message').then(([said]: unknown[]) => said);
  const url = String(await told());
  const tell = async (what: unknown) => {
    const isDone = told();
    worker.postMessage(what);
    await isDone;
  };
  return {
    url,
    swell: tell,
    async close() {
      await tell('end'); // what the double has started ends with it
      await worker.terminate();
    },
  };
}
