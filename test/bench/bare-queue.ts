import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Queue, Worker } from 'bullmq';

/** BullMQ by itself: processes whose jobs do nothing, with the settings that the bot's queues have. */

const NAME = 'bare';
const OPTIONS = { removeOnComplete: true, removeOnFail: true };
const CONCURRENCY = 64;

const connectionTo = (url: string) => ({ url, maxRetriesPerRequest: null });

/** How many jobs a second so many processes do, of jobs that are added as fast as they are taken. */
export async function bareJobsPerSecond(url: string, processes: number, count: number): Promise<number> {
  const children = Array.from({ length: processes }, () => fork(import.meta.filename, [url]));
  await Promise.all(children.map((child) => once(child, 'message')));
  const queue = new Queue(NAME, { connection: connectionTo(url) });
  let done = 0;
  const all = new Promise<void>((resolve) => {
    for (const child of children) child.on('message', () => ++done === count && resolve());
  });
  const began = performance.now();
  await Promise.all(Array.from({ length: count }, () => queue.add('job', { sessionId: 's_1' }, OPTIONS)));
  await all;
  const seconds = (performance.now() - began) / 1000;
  for (const child of children) child.kill();
  await queue.close();
  return count / seconds;
}

if (process.argv[1] === import.meta.filename) {
  const [url = ''] = process.argv.slice(2);
  const worker = new Worker(NAME, async () => {}, {
    connection: connectionTo(url),
    concurrency: CONCURRENCY,
  });
  worker.on('completed', () => process.send?.('done'));
  await worker.waitUntilReady();
  process.send?.('ready');
}
