import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Board } from '../../src/controller/platform-definition.ts';
import { OWNER } from '../shared/one-person.ts';
import { cookieNamed, freshToken, hashOf } from './cookies.ts';
import { type Entry, OTHER_PAGE, type PageDoor, type Refusal, type Visitor } from './entry.ts';

/*
 * Who may use the page: whoever has read the address that the program printed. The page is for this machine
 * alone, so three others are kept out: other machines, other people's pages in the same browser (a name that
 * leads here, a form, a frame, a server at another port, which shares our cookies), and who guesses.
 */

/** How long a browser stays signed in. */
const SIGNED_IN_MS = 30 * 86_400_000;
const SIGNED_IN_SECONDS = SIGNED_IN_MS / 1000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in a time that says nothing of how alike they are. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** Whoever has the page. */
const VISITOR: Visitor = {
  person: { id: OWNER, name: 'You' },
  isAdmin: true,
  hubId: undefined,
};

/**
 * The door of a page at a port. `onUsed` is called with the next address once a token was used: each signs in
 * one browser. A program that starts anew in its process goes on with the token that it has `carried`.
 */
export function createTokenDoor(
  port: number,
  board: Pick<Board, 'signIn' | 'reader'>,
  onUsed: (announcement: string) => void,
  carried: Map<string, string> = new Map(),
): PageDoor {
  const hosts = new Set(HOSTS.map((host) => `${host}:${port}`));
  if (port === 80) for (const host of HOSTS) hosts.add(host);
  // Cookies know no ports: each bot of a machine has its own.
  const cookie = `ml_intern_${port}`;
  const next = (): string => {
    const made = freshToken();
    carried.set(CARRIED, made);
    return made;
  };
  let token = carried.get(CARRIED) ?? next();
  const announcement = () =>
    `The page of ML Intern, for one browser: http://127.0.0.1:${port}/?token=${token}`;

  const stranger = (request: IncomingMessage): Refusal | undefined => {
    const { headers, socket } = request;
    if (!isLoopback(socket.remoteAddress)) return OTHER_MACHINE;
    if (FORWARDED.some((name) => headers[name] !== undefined)) return OTHER_MACHINE;
    return hosts.has(headers.host?.toLowerCase() ?? '') ? undefined : WRONG_HOST;
  };

  async function entry(request: IncomingMessage, does: 'read' | 'change'): Promise<Entry> {
    const { headers } = request;
    const refusal = stranger(request);
    if (refusal !== undefined) return { refusal };
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return { refusal: OTHER_PAGE };
    const origin = `http://${headers.host?.toLowerCase()}`;
    if (does === 'change' && headers.origin?.toLowerCase() !== origin) return { refusal: OTHER_PAGE };
    const held = cookieNamed(headers.cookie, cookie);
    const reader = held && (await board.reader(hashOf(held)));
    return isOwner(reader) ? { visitor: VISITOR } : { refusal: NOT_SIGNED_IN };
  }

  /** Takes a token, once, for what a browser keeps; undefined where it is none of ours. */
  async function exchange(given: string): Promise<string | undefined> {
    if (!isSame(given, token)) return undefined;
    token = next();
    onUsed(announcement());
    const held = freshToken();
    await board.signIn(hashOf(held), SIGNED_IN_MS);
    return `${cookie}=${held}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SIGNED_IN_SECONDS}`;
  }

  return {
    entry,
    announcement,
    routes: [],
    showsAssets: false,
    async front(request) {
      const refusal = stranger(request);
      if (refusal !== undefined) return { refusal };
      const given = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token');
      const taken = given === null ? undefined : await exchange(given);
      // The token goes from the address at once.
      return taken === undefined ? entry(request, 'read') : { location: '/', cookies: [taken] };
    },
  };
}

/** Who has signed in as themselves, where several may, is not whoever runs the bot. */
const isOwner = (reader: Record<string, unknown> | '' | undefined): boolean =>
  typeof reader === 'object' && Object.keys(reader).length === 0;

/** What the token of the next browser is carried as. */
const CARRIED = 'page token';

/** The names that this machine has for itself, whoever answers for names elsewhere. */
const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** What a proxy says of whom it asks for. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const isLoopback = (address = ''): boolean =>
  /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$|^localhost$/.test(address);

const OTHER_MACHINE: Refusal = {
  status: 403,
  text: 'This page is for the machine that it runs on, and for nobody else.',
};
const WRONG_HOST: Refusal = { status: 403, text: 'This page is at http://127.0.0.1 and at no other name.' };
const NOT_SIGNED_IN: Refusal = {
  status: 401,
  text: 'Open the address that the program printed when it started, the newest one: it signs this browser in.',
};
