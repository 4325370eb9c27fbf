import { afterEach, expect, test } from 'vitest';
import { sendEvents } from '../../adapters/web/events.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpServer } from '../../src/lib/http-server.ts';
import { createLogger } from '../../src/lib/log.ts';
import { type Board, type BoardPart, createBoard } from '../../src/session/store/boards.ts';
import { freePort } from '../support/free-port.ts';
import { PageClient } from '../support/page-client.ts';
import { until } from '../support/until.ts';
import { useStorage } from '../support/use-storage.ts';

const VISITOR = { person: { id: 'you', name: 'You' }, isAdmin: true, hubId: undefined };

let board: Board;
useStorage(({ db }) => {
  board = createBoard(db, 'page');
});

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

const body = (text: string) => ({ kind: 'answer', headline: '', pieces: [{ kind: 'markdown', text }] });

/** A thread of so many messages, `…-0` being the oldest. */
async function threadOf(thread: string, count: number, text = (i: number) => `Message ${i}`): Promise<void> {
  for (let i = 0; i < count; i++) {
    await board.post({
      id: `${thread}-${i}`,
      thread,
      author: undefined,
      isTaken: true,
      body: body(text(i)),
    });
  }
}

/** Events of a board as the page is sent them, at a port. */
async function served(of: Board, thread: string): Promise<PageClient> {
  const port = await freePort();
  const stopping = new AbortController();
  const server = createHttpServer(
    { port, host: '127.0.0.1' },
    [],
    createLogger('silent', (text) => text),
  );
  await server.serve([
    {
      method: 'GET',
      path: '/page/events',
      handle: (request, response) =>
        sendEvents(
          { request, response },
          { board: of, clock: systemClock },
          { visitor: VISITOR, mayGoOn: async () => true },
          { thread, after: 0 },
          stopping.signal,
        ),
    },
  ]);
  stop = async () => {
    stopping.abort();
    await server.stop();
  };
  return new PageClient(port);
}

const names = (messages: readonly { id: string }[]): string[] => messages.map(({ id }) => id);

async function all(parts: AsyncIterable<BoardPart>): Promise<BoardPart[]> {
  const read: BoardPart[] = [];
  for await (const part of parts) read.push(part);
  return read;
}

test('a thread is read in parts, what changed last first, and what changes meanwhile is told after them', async () => {
  await threadOf('parts', 7);
  const parts: BoardPart[] = [];
  for await (const part of board.inParts(0, 'parts', 3)) {
    parts.push(part);
    if (parts.length === 1) await board.change('parts', 'parts-2', body('changed'));
  }
  expect(parts.map(({ messages }) => names(messages))).toEqual([
    ['parts-6', 'parts-5', 'parts-4'],
    ['parts-3', 'parts-1', 'parts-0'],
  ]);
  expect(parts.map(({ isLast, threads }) => [isLast, threads.length])).toEqual([
    [false, 1],
    [true, 0],
  ]);
  const [version = 0, ...others] = parts.map((part) => part.version);
  expect(others).toEqual([version]);
  const after = await all(board.inParts(version, 'parts', 3));
  expect(after.map(({ messages }) => names(messages))).toEqual([['parts-2']]);
  expect(await all(board.inParts(after[0]?.version ?? 0, 'parts', 3))).toMatchObject([
    { messages: [], threads: [], isLast: true },
  ]);
});

test('a browser that goes away amid a long thread is told all of it again, as it is by then', async () => {
  await threadOf('amid', 60);
  let goOn = () => {};
  const gone = new Promise<void>((resolve) => (goOn = resolve));
  let isFirst = true;
  const client = await served(
    {
      ...board,
      async *inParts(...asked) {
        const holds = isFirst;
        isFirst = false;
        for await (const part of board.inParts(...asked)) {
          yield part;
          if (holds) await gone;
        }
      },
    },
    'amid',
  );
  await client.follow('amid');
  await until('the first part', () => client.messages.size > 0);
  expect(names(client.inOrder())).toEqual(Array.from({ length: 25 }, (_, i) => `amid-${i + 35}`));
  expect(client.lastEventId).toBeUndefined();
  client.breakOff();
  await board.change('amid', 'amid-40', body('changed'));
  goOn();

  await client.follow('amid');
  await until('all of it', () => client.lastEventId !== undefined);
  expect(names(client.inOrder())).toEqual(Array.from({ length: 60 }, (_, i) => `amid-${i}`));
  expect(client.shows()).toContain('changed');
  await board.change('amid', 'amid-3', body('and another'));
  await until('the next change', () => client.shows().includes('and another'));
  expect(client.events.at(-1)).toMatchObject({ hasMore: false, messages: [{ id: 'amid-3' }] });
  client.breakOff();
});

test('long messages come in events of their own', async () => {
  await threadOf('long', 6, () => 'word '.repeat(10_000));
  const client = await served(board, 'long');
  await client.follow('long');
  await until('all of it', () => client.lastEventId !== undefined);
  expect(client.events.map(({ messages }) => messages.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(client.events.map(({ hasMore }) => hasMore)).toEqual([true, true, true, true, true, false]);
  client.breakOff();
});
