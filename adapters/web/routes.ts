import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { commandNamed } from '../../src/controller/commands.ts';
import type { FileRules, Lack, SetUp } from '../../src/controller/platform.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { fileKind, SEEN_PICTURES } from '../../src/lib/file-kinds.ts';
import type { Route } from '../../src/lib/http-server.ts';
import type { InFlight } from '../../src/lib/in-flight.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { BytesOf } from '../../src/thread/delivery/outgoing.ts';
import { clicked } from '../shared/answers.ts';
import { type BoardInbound, beginnerOn } from '../shared/board-inbound.ts';
import { NOT_REACHED } from '../shared/words.ts';
import { type Asset, readAssets } from './assets.ts';
import type { PageDoor } from './door.ts';
import { sendEvents } from './events.ts';
import { head, sendJson, sendText } from './headers.ts';
import { fromPage, say, VISITOR } from './inbound.ts';
import { Body } from './messages.ts';
import { Click, Command, Named, offered, readRequest, Say, Submission, Watching } from './requests.ts';
import { createTries, GIVEN, GIVEN_BYTES, shownSetUp, shownSetUpAnswer } from './set-up.ts';
import { shownAnswer, shownCard, shownNotice, shownTaken } from './shown.ts';

/** What the page is served with. */
export type Serving = BoardInbound & {
  door: PageDoor;
  models: readonly string[];
  /** What files are taken. */
  files: FileRules;
  lacks: readonly Lack[];
  /** Takes what is lacking, where it can be given here. */
  setUp: SetUp | undefined;
  note: string | undefined;
  clock: Pick<Clock, 'every' | 'monotonic'>;
  log: Logger;
  bytesOf: BytesOf;
  /** In a thread what is said is taken in the order in which it came. */
  inOrder(thread: string, work: () => Promise<void>): Promise<void>;
  inFlight: InFlight;
  stopping: AbortSignal;
};

/** All that is answered of the page. Nothing is but to who is signed in, besides signing in. */
export function routesOf(serving: Serving): Route[] {
  const assets = readAssets();
  const page = assets.find(({ path }) => path === '/page/index.html');
  if (page === undefined) throw new Error('the page is not there');
  const reading = (path: string, handle: Route['handle']): Route => ({
    method: 'GET',
    path,
    handle: (request, response) => behindDoor(serving, 'read', request, response, handle),
  });
  return [
    { method: 'GET', path: '/', handle: (request, response) => enter(serving, page, request, response) },
    ...assets.map((asset) => reading(asset.path, (_request, response) => sendAsset(response, asset))),
    reading('/page/state', (_request, response) => sendJson(response, stateOf(serving))),
    reading('/page/file', (request, response) => sendFile(serving, request, response)),
    reading('/page/events', (request, response) => {
      const watch = Watching.safeParse(Object.fromEntries(queryOf(request)));
      if (!watch.success) return sendText(response, 400, UNKNOWN);
      const { thread, after } = watch.data;
      return sendEvents({ request, response }, serving, { thread, after }, serving.stopping);
    }),
    ...writesOf(serving),
    ...setUpRoutesOf(serving),
  ];
}

/** What changes something. It is answered once it is in the record; of what is sent again one is done. */
function writesOf(serving: Serving): Route[] {
  const { controller, board } = serving;
  const writing = writesTo(serving, mostBytes(serving));
  return [
    writing('/page/say', Say, async (said) => {
      let answer: object = {};
      await serving.inOrder(said.thread, async () => {
        const { texts, cards } = await say(serving, said);
        answer = { notices: texts.map(shownNotice), cards: cards.map(shownCard) };
      });
      return answer;
    }),
    writing('/page/click', Click, async ({ name, values, chosen, ...asked }) => {
      const from = fromPage(asked, asked.isFromList);
      return shownAnswer(await clicked(controller, { name, values, chosen, from }));
    }),
    writing('/page/submit', Submission, async ({ subject, values, files, ...asked }) => {
      const given = { values, files: offered(files, asked.id) };
      return shownTaken(await controller.submit(subject, given, fromPage(asked, false)));
    }),
    writing('/page/command', Command, async ({ text, ...asked }) => {
      const from = fromPage(asked, true);
      return shownAnswer(
        await controller.command(commandNamed(text), from, beginnerOn(board, VISITOR, asked.id)),
      );
    }),
  ];
}

/** Makes routes that change something, of what is asked with so many bytes. */
const writesTo =
  (serving: Serving, maxBytes: number) =>
  <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    work: (asked: z.infer<Schema>) => Promise<object>,
    mayTry: () => boolean = () => true,
  ): Route => ({
    method: 'POST',
    path,
    handle: (request, response) =>
      behindDoor(serving, 'change', request, response, async () => {
        if (!mayTry()) return sendText(response, 429, TOO_MANY);
        const asked = await readRequest(request, schema, maxBytes);
        if (asked === undefined) return sendText(response, 400, UNKNOWN);
        await serving.inFlight.track(
          work(asked).then(
            (answer) => sendJson(response, answer),
            (error: unknown) => {
              serving.log.error({ err: error }, 'what was done on the page could not be taken');
              sendText(response, 503, NOT_REACHED);
            },
          ),
        );
      }),
  });

/** What the bot lacks is given at these, and there are none where it can't be. */
function setUpRoutesOf(serving: Serving): Route[] {
  const { setUp, clock } = serving;
  if (setUp === undefined) return [];
  const mayTry = createTries(clock);
  const taking = writesTo(serving, GIVEN_BYTES);
  const [token, model, look] = ['/page/set-up/token', '/page/set-up/model', '/page/set-up/look'] as const;
  return [
    taking(
      token,
      GIVEN[token],
      async (given) => shownSetUpAnswer(await setUp.giveToken(given.token)),
      mayTry,
    ),
    taking(model, GIVEN[model], async (given) => shownSetUpAnswer(await setUp.giveModel(given)), mayTry),
    taking(look, GIVEN[look], async () => shownSetUpAnswer(await setUp.lookAgain()), mayTry),
  ];
}

const TOO_MANY = 'Too many tries: wait a minute.';
const UNKNOWN = 'This is not what the page asks for. Load it again.';

/** A message with as many and as large files as are taken, as JSON has them. */
const mostBytes = ({ files }: Serving): number =>
  Math.ceil(files.max_mb * files.per_message * 1.4e6) + 2_000_000;

async function behindDoor(
  { door }: Serving,
  does: 'read' | 'change',
  request: IncomingMessage,
  response: ServerResponse,
  handle: Route['handle'],
): Promise<void> {
  const refusal = await door.refusal(request, does);
  if (refusal !== undefined) return sendText(response, refusal.status, refusal.text);
  await handle(request, response);
}

const queryOf = (request: IncomingMessage): URLSearchParams =>
  new URL(request.url ?? '/', 'http://localhost').searchParams;

/** The page itself, to who is signed in; a token signs in, and goes from the address at once. */
async function enter(
  { door }: Serving,
  page: Asset,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const token = queryOf(request).get('token');
  const stranger = door.stranger(request);
  if (token !== null && stranger === undefined) {
    const cookie = await door.exchange(token);
    if (cookie !== undefined) {
      return void head(response, 303, 'text/plain', { location: '/', 'set-cookie': cookie }).end();
    }
  }
  const refusal = stranger ?? (await door.refusal(request, 'read'));
  if (refusal !== undefined) return sendText(response, refusal.status, refusal.text);
  sendAsset(response, page);
}

const sendAsset = (response: ServerResponse, { type, bytes }: Asset): void =>
  void head(response, 200, type).end(bytes);

/** What a page has to know of the bot. */
const stateOf = ({ models, lacks, setUp, note, files }: Serving): object => ({
  models,
  lacks: [
    ...(note ? [{ of: 'note', text: note }] : []),
    ...lacks.map(({ of, text, textHere }) => ({ of, text: setUp === undefined ? text : textHere })),
  ].map(({ of, text }) => ({ of, blocks: shownNotice(text).blocks })),
  setUp: shownSetUp(setUp),
  files: { most: files.per_message, megabytes: files.max_mb, extensions: files.extensions },
});

/**
 * The file of a message: what a thread has not been shown can't be had. A browser shows pictures; all else is
 * a file to be saved, whatever is in it.
 */
async function sendFile(
  { board, bytesOf }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const named = Named.safeParse(Object.fromEntries(queryOf(request)));
  const message = named.success ? await board.find(named.data.message) : undefined;
  const body = message?.author === undefined ? Body.safeParse(message?.body) : undefined;
  const file = body?.data?.pieces.find((piece) => piece.kind === 'file');
  const bytes = file && (await bytesOf(file.fileId));
  if (file === undefined || bytes === undefined) return sendText(response, 404, 'It is no longer kept.');
  const picture = SEEN_PICTURES.get(fileKind(bytes)?.what ?? '');
  const name = encodeURIComponent(file.name).replace(/['()*]/g, '_');
  const shown = picture === undefined ? 'attachment' : 'inline';
  head(response, 200, picture ?? 'application/octet-stream', {
    'content-disposition': `${shown}; filename*=UTF-8''${name}`,
  }).end(bytes);
}
