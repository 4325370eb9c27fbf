import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Board, BoardPart } from '../../src/controller/platform-definition.ts';
import { othersFirst } from '../../src/lib/breath.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type Bell, createBell } from '../shared/bell.ts';
import type { Visitor } from './entry.ts';
import { head, written } from './headers.ts';
import { shownNews } from './shown.ts';

/** Other processes change the board as well: it is looked at this often. */
const LOOK_MS = 1_000;

/** Messages that are read at once, of a thread that may have thousands. */
const READ_AT_ONCE = 25;

/** Characters of an event beyond which the next message begins another: a browser reads one at a time. */
const EVENT_CHARACTERS = 64_000;

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
 * What is too much for one event comes in several, the newest messages first: the last one alone has the id,
 * so a browser that has not seen them all is told all of it again.
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
  const isIn = asking(mayGoOn, clock);
  response.on('close', end);
  signal.addEventListener('abort', end, { once: true });
  head(response, 200, 'text/event-stream; charset=utf-8', { 'x-accel-buffering': 'no' });
  response.write('retry: 1000\n\n');
  try {
    let saidAt = clock.monotonic();
    let isFirst = true;
    while (!bell.isEnded && !signal.aborted) {
      if (!(await isIn())) break;
      for await (const part of newsFor(board, version, watch.thread)) {
        if (!isFirst && part.version === version) break;
        await sendPart(response, bell, visitor, part);
        if (part.isLast) version = part.version;
        saidAt = clock.monotonic();
        if (bell.isEnded || !(await isIn())) break;
      }
      if (clock.monotonic() - saidAt > SAID_MS) {
        await written(response, ': still here\n\n');
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

/** Whether whoever reads is still signed in; once they are not, it ends what is sent. */
function asking(mayGoOn: Reader['mayGoOn'], clock: Pick<Clock, 'monotonic'>): () => Promise<boolean> {
  let askedAt = clock.monotonic();
  let isIn = true;
  return async () => {
    if (!isIn || clock.monotonic() - askedAt <= ASKED_MS) return isIn;
    isIn = await mayGoOn();
    askedAt = clock.monotonic();
    return isIn;
  };
}

/** A part of what is told; `isOlder` begins what takes the place of all that was told before. */
type Told = BoardPart & { isOlder: boolean };

async function* newsFor(board: Board, seen: number, thread: string | undefined): AsyncGenerator<Told> {
  for await (const part of board.inParts(seen, thread, READ_AT_ONCE)) {
    if (part.version < seen) return yield* fromBeginning(board, thread);
    yield { ...part, isOlder: false };
  }
}

/** A board that begins again, of a record that was replaced, has fewer versions than have been seen. */
async function* fromBeginning(board: Board, thread: string | undefined): AsyncGenerator<Told> {
  let isOlder = true;
  for await (const part of board.inParts(0, thread, READ_AT_ONCE)) {
    yield { ...part, isOlder };
    isOlder = false;
  }
}

/** Sends a part in events that are not much longer than a browser reads at once. */
async function sendPart(
  response: ServerResponse,
  bell: Bell,
  visitor: Visitor,
  { isLast, isOlder, ...part }: Told,
): Promise<void> {
  let told = { ...shownNews({ ...part, messages: [] }, visitor), isOlder };
  let characters = 0;
  const flush = async (hasMore: boolean) => {
    const id = hasMore ? '' : `id: ${part.version}\n`;
    await written(response, `${id}data: ${JSON.stringify({ ...told, hasMore })}\n\n`);
    told = { ...told, threads: [], messages: [], isOlder: false };
    characters = 0;
  };
  for (const message of part.messages) {
    const { messages } = shownNews({ version: part.version, threads: [], messages: [message] }, visitor);
    const { length } = JSON.stringify(messages);
    if (told.messages.length > 0 && characters + length > EVENT_CHARACTERS) {
      await flush(true);
      // Texts are made trees of, which takes its time: others are not kept waiting for all of them.
      await othersFirst();
      if (bell.isEnded) return;
    }
    told.messages.push(...messages);
    characters += length;
  }
  await flush(!isLast);
}
