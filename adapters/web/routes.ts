import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { commandNamed } from '../../src/controller/commands.ts';
import type { Elsewhere } from '../../src/controller/elsewhere.ts';
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
import { fileIn, readerOf, sendElsewhere, shownThreadElsewhere } from './elsewhere.ts';
import type { PageDoor, Visitor } from './entry.ts';
import { sendEvents } from './events.ts';
import { head, sendJson, sendText } from './headers.ts';
import { go } from './hub-door.ts';
import { fromPage, onPage, say } from './inbound.ts';
import { Body } from './messages.ts';
import {
  Click,
  Command,
  FileOfSession,
  Named,
  OfSession,
  offered,
  readRequest,
  Say,
  Submission,
  Watching,
} from './requests.ts';
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
  /** Threads of other platforms. */
  elsewhere: Elsewhere;
  clock: Pick<Clock, 'every' | 'monotonic' | 'sleep'>;
  log: Logger;
  bytesOf: BytesOf;
  /** In a thread what is said is taken in the order in which it came. */
  inOrder(thread: string, work: () => Promise<void>): Promise<void>;
  inFlight: InFlight;
  stopping: AbortSignal;
};

/** What is answered to somebody. */
type Handle = (request: IncomingMessage, response: ServerResponse, visitor: Visitor) => void | Promise<void>;

/** All that is answered of the page. Nothing is but to who is signed in, besides signing in. */
export function routesOf(serving: Serving): Route[] {
  const { door } = serving;
  const assets = readAssets();
  const reading = (path: string, handle: Handle): Route => ({
    method: 'GET',
    path,
    handle: (request, response) => behindDoor(serving, 'read', request, response, handle),
  });
  const served = (asset: Asset): Route =>
    door.showsAssets && !asset.type.startsWith('text/html')
      ? { method: 'GET', path: asset.path, handle: (_request, response) => sendAsset(response, asset) }
      : reading(asset.path, (_request, response) => sendAsset(response, asset));
  return [
    { method: 'GET', path: '/', handle: (request, response) => enter(serving, assets, request, response) },
    ...assets.map(served),
    ...door.routes,
    reading('/page/state', (_request, response, visitor) => sendJson(response, stateOf(serving, visitor))),
    reading('/page/file', async (request, response) =>
      sendFile(serving, response, await fileOfMessage(serving, request)),
    ),
    reading('/page/events', (request, response, visitor) => {
      const watch = Watching.safeParse(Object.fromEntries(queryOf(request)));
      if (!watch.success) return sendText(response, 400, UNKNOWN);
      const { thread, after } = watch.data;
      const mayGoOn = async () => (await door.entry(request, 'read')).refusal === undefined;
      const reader = { visitor, mayGoOn };
      return sendEvents({ request, response }, serving, reader, { thread, after }, serving.stopping);
    }),
    ...elsewhereRoutesOf(serving, reading),
    ...writesOf(serving),
    ...setUpRoutesOf(serving),
  ];
}

type Reading = (path: string, handle: Handle) => Route;

/** Threads of other platforms, to be read. */
function elsewhereRoutesOf(serving: Serving, reading: Reading): Route[] {
  const { door, elsewhere, clock, stopping: signal } = serving;
  return [
    reading('/page/elsewhere', async (_request, response, visitor) =>
      sendJson(response, (await elsewhere.list(readerOf(visitor))).map(shownThreadElsewhere)),
    ),
    reading('/page/elsewhere/events', (request, response, visitor) => {
      const asked = OfSession.safeParse(Object.fromEntries(queryOf(request)));
      if (!asked.success) return sendText(response, 400, UNKNOWN);
      const mayGoOn = async () => (await door.entry(request, 'read')).refusal === undefined;
      const following = { elsewhere, clock, mayGoOn, signal };
      return sendElsewhere(response, following, readerOf(visitor), asked.data.session);
    }),
    reading('/page/elsewhere/file', async (request, response, visitor) => {
      const asked = FileOfSession.safeParse(Object.fromEntries(queryOf(request)));
      if (!asked.success) return sendText(response, 400, UNKNOWN);
      const { session, file } = asked.data;
      const whole = await elsewhere.read(readerOf(visitor), session, 0);
      const name = whole && fileIn(whole, file);
      await sendFile(serving, response, name === undefined ? undefined : { fileId: file, name });
    }),
  ];
}

/** What changes something. It is answered once it is in the record; of what is sent again one is done. */
function writesOf(serving: Serving): Route[] {
  const { controller, board } = serving;
  const writing = writesTo(serving, mostBytes(serving));
  return [
    writing('/page/say', Say, async (said, visitor) => {
      let answer: object = {};
      await serving.inOrder(said.thread, async () => {
        const { texts, cards } = await say(serving, visitor, said);
        answer = { notices: texts.map(shownNotice), cards: cards.map(shownCard) };
      });
      return answer;
    }),
    writing('/page/click', Click, async ({ name, values, chosen, ...asked }, visitor) => {
      const from = fromPage(visitor, asked, asked.isFromList);
      return shownAnswer(await clicked(controller, { name, values, chosen, from }));
    }),
    writing('/page/submit', Submission, async ({ subject, values, files, ...asked }, visitor) => {
      const given = { values, files: offered(files, asked.id) };
      return shownTaken(await controller.submit(subject, given, fromPage(visitor, asked, false)));
    }),
    writing('/page/command', Command, async ({ text, ...asked }, visitor) => {
      const from = fromPage(visitor, asked, true);
      const begin = beginnerOn(board, onPage(visitor), asked.id);
      return shownAnswer(await controller.command(commandNamed(text), from, begin));
    }),
  ];
}

/** Makes routes that change something, of what is asked with so many bytes. */
const writesTo =
  (serving: Serving, maxBytes: number) =>
  <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    work: (asked: z.infer<Schema>, visitor: Visitor) => Promise<object>,
    mayTry: () => boolean = () => true,
  ): Route => ({
    method: 'POST',
    path,
    handle: (request, response) =>
      behindDoor(serving, 'change', request, response, async (_request, _response, visitor) => {
        if (!mayTry()) return sendText(response, 429, TOO_MANY);
        const asked = await readRequest(request, schema, maxBytes);
        if (asked === undefined) return sendText(response, 400, UNKNOWN);
        await serving.inFlight.track(
          work(asked, visitor).then(
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
  handle: Handle,
): Promise<void> {
  const { refusal, visitor } = await door.entry(request, does);
  if (refusal !== undefined) return sendText(response, refusal.status, refusal.text);
  await handle(request, response, visitor);
}

const queryOf = (request: IncomingMessage): URLSearchParams =>
  new URL(request.url ?? '/', 'http://localhost').searchParams;

/** The page itself, to who is signed in; others are told how to. */
async function enter(
  { door }: Serving,
  assets: readonly Asset[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const front = await door.front(request);
  if ('location' in front) return go(response, front.location, front.cookies);
  if ('signsIn' in front) {
    const words = { SIGN_IN: front.signsIn, WHY: front.why ?? '' };
    return void head(response, 401, 'text/html; charset=utf-8').end(filled(named('sign-in.html'), words));
  }
  if (front.refusal !== undefined) return sendText(response, front.refusal.status, front.refusal.text);
  sendAsset(response, named('index.html'));

  function named(name: string): Asset {
    const found = assets.find(({ path }) => path === `/page/${name}`);
    if (found === undefined) throw new Error(`${name} is not there`);
    return found;
  }
}

/** A page with words of our own where it names them; none of them is from elsewhere. */
const filled = ({ bytes }: Asset, words: Readonly<Record<string, string>>): string =>
  bytes.toString().replace(/\{\{(\w+)\}\}/g, (_all, name: string) => words[name] ?? '');

const sendAsset = (response: ServerResponse, { type, bytes }: Asset): void =>
  void head(response, 200, type).end(bytes);

/** What a page has to know of the bot. */
const stateOf = ({ door, models, lacks, setUp, note, files }: Serving, { person }: Visitor): object => ({
  models,
  // Who is signed in, where several may be.
  name: door.showsAssets ? person.name : undefined,
  lacks: [
    ...(note ? [{ of: 'note', text: note }] : []),
    ...lacks.map(({ of, text, textHere }) => ({ of, text: setUp === undefined ? text : textHere })),
  ].map(({ of, text }) => ({ of, blocks: shownNotice(text).blocks })),
  setUp: shownSetUp(setUp),
  files: { most: files.per_message, megabytes: files.max_mb, extensions: files.extensions },
});

type FileOf = { fileId: string; name: string };

/** The file of a message: what a thread has not been shown can't be had. */
async function fileOfMessage({ board }: Serving, request: IncomingMessage): Promise<FileOf | undefined> {
  const named = Named.safeParse(Object.fromEntries(queryOf(request)));
  const message = named.success ? await board.find(named.data.message) : undefined;
  const body = message?.author === undefined ? Body.safeParse(message?.body) : undefined;
  return body?.data?.pieces.find((piece) => piece.kind === 'file');
}

/** A browser shows pictures; all else is a file to be saved, whatever is in it. */
async function sendFile(
  { bytesOf }: Serving,
  response: ServerResponse,
  file: FileOf | undefined,
): Promise<void> {
  const bytes = file && (await bytesOf(file.fileId));
  if (file === undefined || bytes === undefined) return sendText(response, 404, 'It is no longer kept.');
  const picture = SEEN_PICTURES.get(fileKind(bytes)?.what ?? '');
  const name = encodeURIComponent(file.name).replace(/['()*]/g, '_');
  const shown = picture === undefined ? 'attachment' : 'inline';
  head(response, 200, picture ?? 'application/octet-stream', {
    'content-disposition': `${shown}; filename*=UTF-8''${name}`,
  }).end(bytes);
}
