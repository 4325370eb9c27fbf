import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Board } from '../../src/controller/platform-definition.ts';

/*
 * Who may use the page: whoever has read the address that the program printed. The page is for this machine
 * alone, so three others are kept out: other machines, other people's pages in the same browser (a name that
 * leads here, a form, a frame, a server at another port, which shares our cookies), and who guesses.
 */

/** Why a request is not answered. */
type Refusal = { status: 401 | 403; text: string };

export type PageDoor = {
  /** Why a request that reads, or changes something, is refused; undefined where it is not. */
  refusal(request: IncomingMessage, does: 'read' | 'change'): Promise<Refusal | undefined>;
  /** The same of one that comes with nothing but a token, to sign in. */
  stranger(request: IncomingMessage): Refusal | undefined;
  /** Takes a token, once, for what a browser keeps (`Set-Cookie`); undefined where it is none of ours. */
  exchange(token: string): Promise<string | undefined>;
  /** The address at which the next browser signs in. */
  address(): string;
};

/** How long a browser stays signed in. */
const SIGNED_IN_MS = 30 * 86_400_000;
const SIGNED_IN_SECONDS = SIGNED_IN_MS / 1000;

/** 256 bits: nobody guesses them, however often they may try. */
const freshToken = (): string => randomBytes(32).toString('hex');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in a time that says nothing of how alike they are. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/**
 * The door of a page at a port. `onUsed` is called with the next address once a token was used: each signs in
 * one browser. A program that starts anew in its process goes on with the token that it has `carried`.
 */
export function createPageDoor(
  port: number,
  board: Pick<Board, 'signIn' | 'isSignedIn'>,
  onUsed: (address: string) => void,
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
  const address = () => `http://127.0.0.1:${port}/?token=${token}`;

  const stranger = (request: IncomingMessage): Refusal | undefined => {
    const { headers, socket } = request;
    if (!isLoopback(socket.remoteAddress)) return OTHER_MACHINE;
    if (FORWARDED.some((name) => headers[name] !== undefined)) return OTHER_MACHINE;
    return hosts.has(headers.host?.toLowerCase() ?? '') ? undefined : WRONG_HOST;
  };

  return {
    stranger,
    address,
    async refusal(request, does) {
      const { headers } = request;
      const refused = stranger(request);
      if (refused !== undefined) return refused;
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') return OTHER_PAGE;
      const origin = `http://${headers.host?.toLowerCase()}`;
      if (does === 'change' && headers.origin?.toLowerCase() !== origin) return OTHER_PAGE;
      const held = cookieNamed(headers.cookie, cookie);
      const isIn = held !== undefined && (await board.isSignedIn(digest(held).toString('hex')));
      return isIn ? undefined : NOT_SIGNED_IN;
    },
    async exchange(given) {
      if (!isSame(given, token)) return undefined;
      token = next();
      onUsed(address());
      const held = freshToken();
      await board.signIn(digest(held).toString('hex'), SIGNED_IN_MS);
      return `${cookie}=${held}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SIGNED_IN_SECONDS}`;
    },
  };
}

/** What the token of the next browser is carried as. */
const CARRIED = 'page token';

/** The names that this machine has for itself, whoever answers for names elsewhere. */
const HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** What a proxy says of whom it asks for. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const isLoopback = (address = ''): boolean =>
  /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$|^localhost$/.test(address);

function cookieNamed(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').map((part) => part.trim().split('='));
  return found.find(([key]) => key === name)?.[1];
}

const OTHER_MACHINE: Refusal = {
  status: 403,
  text: 'This page is for the machine that it runs on, and for nobody else.',
};
const WRONG_HOST: Refusal = { status: 403, text: 'This page is at http://127.0.0.1 and at no other name.' };
const OTHER_PAGE: Refusal = { status: 403, text: 'Another page has asked for this.' };
const NOT_SIGNED_IN: Refusal = {
  status: 401,
  text: 'Open the address that the program printed when it started, the newest one: it signs this browser in.',
};
