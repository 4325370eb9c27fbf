import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Board } from '../../src/controller/platform-definition.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type Bell, createBell } from '../shared/bell.ts';
import type { Visitor } from './entry.ts';
import { head } from './headers.ts';
import { shownNews } from './shown.ts';

/** Other processes change the board as well: it is looked at this often. */
const LOOK_MS = 1_000;

/** A connection on which nothing is said is ended by what stands between. */
const SAID_MS = 15_000;

/** Whoever reads is signed in as long as this says so; it is asked this often. */
const ASKED_MS = 5_000;

export type Reader = { visitor: Visitor; mayGoOn(): Promise<boolean> };

export type Watch = { thread: string | undefined; after: number };

/**
 * Tells a browser of all that changes, as it changes, until it hangs up, is signed out, or `signal` aborts:
 * server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) whose ids are versions
 * of the board. A browser that comes back names the last one that it has seen, and is told what is newer.
 */
export async function sendEvents(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  { board, clock }: { board: Board; clock: Pick<Clock, 'every' | 'monotonic'> },
  { visitor, mayGoOn }: Reader,
  watch: Watch,
  signal: AbortSignal,
): Promise<void> {
  const seen = Number(request.headers['last-event-id'] ?? Number.NaN);
  let version = Number.isSafeInteger(seen) && seen >= 0 ? seen : watch.after;
  const bell = createBell();
  const stops = [board.onChange(bell.ring), clock.every(LOOK_MS, bell.ring)];
  const end = () => bell.end();
  response.on('close', end);
  signal.addEventListener('abort', end, { once: true });
  head(response, 200, 'text/event-stream; charset=utf-8', { 'x-accel-buffering': 'no' });
  response.write('retry: 1000\n\n');
  try {
    let saidAt = clock.monotonic();
    let askedAt = saidAt;
    let isFirst = true;
    while (!bell.isEnded && !signal.aborted) {
      if (clock.monotonic() - askedAt > ASKED_MS) {
        if (!(await mayGoOn())) break;
        askedAt = clock.monotonic();
      }
      const news = await board.since(version, watch.thread);
      // A board that begins again, of a record that was replaced, has fewer versions than have been seen.
      const isOlder = news.version < version;
      const whole = isOlder ? await board.since(0, watch.thread) : news;
      if (isFirst || isOlder || news.version > version) {
        version = whole.version;
        await send(
          response,
          bell,
          `id: ${version}\ndata: ${JSON.stringify({ ...shownNews(whole, visitor), isOlder })}\n\n`,
        );
        saidAt = clock.monotonic();
      } else if (clock.monotonic() - saidAt > SAID_MS) {
        await send(response, bell, ': still here\n\n');
        saidAt = clock.monotonic();
      }
      isFirst = false;
      await bell.rung();
    }
  } finally {
    for (const stop of stops) stop();
    response.off('close', end);
    signal.removeEventListener('abort', end);
    response.end();
  }
}

/** Waits until a browser that reads slowly has room for more. */
async function send(response: ServerResponse, bell: Bell, text: string): Promise<void> {
  if (response.write(text) || bell.isEnded) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
