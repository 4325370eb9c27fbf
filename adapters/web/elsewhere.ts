import type { ServerResponse } from 'node:http';
import type {
  Elsewhere,
  PartElsewhere,
  ReaderElsewhere,
  ThreadElsewhere,
  WholeElsewhere,
} from '../../src/controller/elsewhere.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { OWNER } from '../shared/one-person.ts';
import type { Visitor } from './entry.ts';
import { head, written } from './headers.ts';
import { Body, type Piece } from './messages.ts';
import { fileBody } from './outbound.ts';
import { printed } from './printer.ts';
import { shownPiece } from './shown.ts';
import { STYLE } from './style.ts';
import { addressOf } from './traits.ts';
import { unturned } from './tree.ts';

/*
 * Threads of other platforms, to be read on the page by who may read them there. Nothing can be done with
 * them here: what decides or costs is done where everybody of the thread sees it.
 */

/** As who somebody of the page reads elsewhere; whoever runs the bot has its terminal, too. */
export const readerOf = ({ person, hubId, isAdmin }: Visitor): ReaderElsewhere => ({
  place: addressOf(''),
  person: person.id,
  hubId,
  also: isAdmin ? [{ platform: 'terminal', workspace: 'terminal', person: OWNER }] : [],
});

export const shownThreadElsewhere = ({
  sessionId,
  platform,
  title,
  standing,
  updatedAt,
}: ThreadElsewhere) => ({
  ...{ session: sessionId, platform, standing, updatedAt },
  title: title === undefined ? undefined : unturned(title),
});

/** A thread that changes is shown anew so often at most: its platform is asked each time who may read it. */
const LOOK_MS = 2_000;
/** What the platform has said of that may be so old while somebody goes on reading. */
const ASKED_MS = 5_000;
/** A connection on which nothing is said is ended by what stands between. */
const SAID_MS = 15_000;

export type Following = {
  elsewhere: Elsewhere;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  mayGoOn(): Promise<boolean>;
  signal: AbortSignal;
};

/**
 * Tells a browser what a thread shows, and what changes of it, until it hangs up, may read it no longer, or
 * `signal` aborts. A browser that comes back is told all of it again.
 */
export async function sendElsewhere(
  response: ServerResponse,
  { elsewhere, clock, mayGoOn, signal }: Following,
  reader: ReaderElsewhere,
  session: string,
): Promise<void> {
  const ended = new AbortController();
  response.on('close', () => ended.abort());
  const over = AbortSignal.any([ended.signal, signal]);
  head(response, 200, 'text/event-stream; charset=utf-8', { 'x-accel-buffering': 'no' });
  response.write('retry: 2000\n\n');
  const sent = new Map<string, string>();
  let revision = -1;
  let saidAt = clock.monotonic();
  const send = async (event: object): Promise<void> => {
    await written(response, `data: ${JSON.stringify(event)}\n\n`);
    saidAt = clock.monotonic();
  };
  while (!over.aborted) {
    const now = await elsewhere.revision(session);
    if (now === undefined || now !== revision) {
      const isIn = await mayGoOn();
      const whole = isIn ? await elsewhere.read(reader, session, revision === -1 ? 0 : ASKED_MS) : undefined;
      if (whole === undefined) {
        await send({ isGone: true });
        break;
      }
      for (const part of changedParts(sent, whole, session)) await send(part);
      revision = now ?? -1;
    } else if (clock.monotonic() - saidAt > SAID_MS) {
      await written(response, ': still here\n\n');
      saidAt = clock.monotonic();
    }
    await clock.sleep(LOOK_MS, over).catch(() => {});
  }
  response.end();
}

/** Messages of an event: a browser reads one event at a time. */
const AT_ONCE = 25;

/** What is not as it was sent, which is noted as sent: in parts, the newest first. */
function changedParts(sent: Map<string, string>, whole: WholeElsewhere, session: string): object[] {
  const all = whole.parts.flatMap((part) => shownPart(part, whole, session));
  const messages: object[] = [];
  const ids = new Set<string>();
  for (const [place, message] of all.entries()) {
    const text = JSON.stringify({ ...message, place });
    ids.add(message.id);
    if (sent.get(message.id) === text) continue;
    sent.set(message.id, text);
    messages.push({ ...message, place });
  }
  for (const id of [...sent.keys()].filter((one) => !ids.has(one))) {
    sent.delete(id);
    messages.push({ id, isRemoved: true });
  }
  const told = { thread: shownThreadElsewhere(whole.thread), url: whole.url };
  const parts: object[] = [];
  for (let end = messages.length; end > 0; end -= AT_ONCE) {
    parts.push({ ...told, messages: messages.slice(Math.max(0, end - AT_ONCE), end) });
  }
  return parts.length > 0 ? parts : [{ ...told, messages }];
}

type Shown = { id: string } & Record<string, unknown>;

function shownPart(part: PartElsewhere, { names }: WholeElsewhere, session: string): Shown[] {
  if (part.kind === 'said') {
    const { key, author, text, at } = part;
    return [{ id: key, at, isTaken: true, by: unturned(author.name), text: unturned(text), files: [] }];
  }
  return bodiesOf(printed(part.message, 1)).map(({ kind, tone, headline, pieces }, i) => ({
    id: `${part.key}/${i}`,
    ...{ kind, tone, isCalling: false },
    headline: unturned(named(headline, names)),
    pieces: pieces.filter(isRead).map((piece) => shownElsewhere(piece, names, session)),
  }));
}

/** The messages of the page's own form; how a thread stands is told apart. */
const bodiesOf = (outgoing: readonly Outgoing[]): Body[] =>
  outgoing.flatMap((one) => {
    if (one.kind === 'message') return [Body.parse(one.body)];
    return one.kind === 'upload' ? [Body.parse(fileBody(one))] : [];
  });

const isRead = ({ kind }: Piece): boolean => kind !== 'buttons' && kind !== 'menu';

function shownElsewhere(piece: Piece, names: ReadonlyMap<string, string>, session: string): object {
  switch (piece.kind) {
    case 'text':
    case 'small':
    case 'markdown':
      return shownPiece({ ...piece, text: named(piece.text, names) });
    case 'file':
      return { ...shownPiece(piece), href: fileAddress(session, piece.fileId) };
    default:
      return shownPiece(piece);
  }
}

const fileAddress = (session: string, file: string): string =>
  `/page/elsewhere/file?${new URLSearchParams({ session, file })}`;

/** People are called by their ids elsewhere: who has said something in the thread is known by name. */
function named(text: string, names: ReadonlyMap<string, string>): string {
  const called = new Map([...names].map(([id, name]) => [STYLE.person(id), `@${STYLE.plain(name)}`]));
  return text.replace(CALLED, (person) => called.get(person) ?? person);
}

/** Ids as the page writes them, each to its end. */
const CALLED = /@[\w.-]+/g;

/** The name of a file that a thread shows; undefined for any other. */
export function fileIn(whole: WholeElsewhere, fileId: string): string | undefined {
  const bodies = whole.parts.flatMap((part) =>
    part.kind === 'shown' ? bodiesOf(printed(part.message, 1)) : [],
  );
  const files = bodies.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => (piece.kind === 'file' ? piece : [])),
  );
  return files.find((file) => file.fileId === fileId)?.name;
}
