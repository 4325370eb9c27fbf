import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Board } from '../../src/controller/platform-definition.ts';
import type { Logger } from '../../src/lib/log.ts';
import { cookieNamed, freshToken, hashOf } from './cookies.ts';
import { type Entry, OTHER_PAGE, type PageDoor, type Refusal, type Visitor } from './entry.ts';
import { head, sendText } from './headers.ts';
import { type HubSignIn, HubUser, SignInRefused } from './hub-sign-in.ts';
import { idOnHub } from './mentions.ts';

/*
 * Who may use a page that others reach: those whom the settings name, once Hugging Face has said who they
 * are. Whatever they ask with is held against the settings again, so a name that is taken out of them is out.
 */

export type HubDoorSettings = {
  /** Where people reach the page. */
  url: URL;
  /** Users and organisations of the Hub, by name. */
  people: readonly string[];
};

/** Who is in an organisation is known from when they signed in: once a day that is asked again. */
const SIGNED_IN_SECONDS = 86_400;
/** How long somebody may take at the Hub. */
const WAY_SECONDS = 600;

const SIGN_IN = '/page/sign-in';
const SIGNED_IN = '/page/signed-in';

/** Where the Hub is to send people back to. */
export const redirectUriOf = (url: URL): string => new URL(SIGNED_IN, url).href;

type Hub = {
  url: URL;
  isListed(user: HubUser): boolean;
  board: Pick<Board, 'signIn' | 'reader' | 'signOut'>;
  signIn: HubSignIn;
  log: Pick<Logger, 'info' | 'warn'>;
  cookies: Cookies;
};

export function createHubDoor(
  { url, people }: HubDoorSettings,
  board: Hub['board'],
  signIn: HubSignIn,
  log: Hub['log'],
): PageDoor {
  const listed = new Set(people.map((name) => name.toLowerCase()));
  const isListed = ({ name, orgs }: HubUser) => [name, ...orgs].some((one) => listed.has(one.toLowerCase()));
  const hub: Hub = { url, isListed, board, signIn, log, cookies: cookiesFor(url) };
  return {
    entry: (request, does) => entry(hub, request, does),
    showsAssets: true,
    announcement: () => `The page of ML Intern: ${url.href}`,
    routes: [
      { method: 'GET', path: SIGN_IN, handle: (request, response) => begin(hub, request, response) },
      { method: 'GET', path: SIGNED_IN, handle: (request, response) => finish(hub, request, response) },
      {
        method: 'POST',
        path: '/page/sign-out',
        handle: (request, response) => signOut(hub, request, response),
      },
    ],
    async front(request) {
      const entered = await entry(hub, request, 'visit');
      if (entered.refusal !== NOT_SIGNED_IN) return entered;
      const open = openedBy(request);
      const asked = new URL(request.url ?? '/', url).searchParams.get('why') ?? '';
      return {
        signsIn: open === undefined ? SIGN_IN : `${SIGN_IN}?open=${open}`,
        why: Object.hasOwn(TOLD, asked) ? TOLD[asked as keyof typeof TOLD] : undefined,
      };
    },
  };
}

/** What a browser keeps: who it is, and the way of somebody who is at the Hub. */
type Cookies = { reader: string; way: string; kept(name: string, value: string, seconds: number): string };

function cookiesFor({ protocol }: URL): Cookies {
  const isSecure = protocol === 'https:';
  // No other name of the site can set a cookie with this prefix.
  const prefix = isSecure ? '__Host-' : '';
  return {
    reader: `${prefix}ml_intern`,
    way: `${prefix}ml_intern_way`,
    // Lax: who comes by a link from a chat is signed in all the same.
    kept: (name, value, seconds) =>
      `${name}=${value}; HttpOnly;${isSecure ? ' Secure;' : ''} SameSite=Lax; Path=/; Max-Age=${seconds}`,
  };
}

async function entry(
  { url, isListed, board, cookies }: Hub,
  request: IncomingMessage,
  does: 'read' | 'change' | 'visit',
): Promise<Entry> {
  const { headers } = request;
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwn && !(does === 'visit' && isVisit(request))) return { refusal: OTHER_PAGE };
  if (does === 'change' && headers.origin?.toLowerCase() !== url.origin) return { refusal: OTHER_PAGE };
  const held = cookieNamed(headers.cookie, cookies.reader);
  const user = HubUser.safeParse(held && (await board.reader(hashOf(held))));
  return user.success && isListed(user.data) ? { visitor: visitorOf(user.data) } : { refusal: NOT_SIGNED_IN };
}

/** Somebody who has signed in. */
const visitorOf = ({ id, name }: HubUser): Visitor => ({
  person: { id: idOnHub(name), name },
  isAdmin: false,
  hubId: id,
});

async function begin(
  { signIn, log, cookies }: Hub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isVisit(request)) return sendText(response, OTHER_PAGE.status, OTHER_PAGE.text);
  const open = openedBy(request);
  try {
    const { location, way } = await signIn.begin(open === undefined ? '/' : `/?open=${open}`);
    go(response, location, [cookies.kept(cookies.way, way, WAY_SECONDS)]);
  } catch (error) {
    log.warn({ err: error }, 'nobody can sign in on the page now');
    go(response, '/?why=away', []);
  }
}

async function finish(
  { url, isListed, board, signIn, log, cookies }: Hub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const back = new URL(request.url ?? '/', url);
  const cleared = cookies.kept(cookies.way, '', 0);
  const refuse = (why: keyof typeof TOLD): void => go(response, `/?why=${why}`, [cleared]);
  try {
    const { user, to } = await signIn.finish(back, cookieNamed(request.headers.cookie, cookies.way));
    if (!isListed(user)) {
      log.info({ name: user.name }, 'somebody signed in on the page who is not among its people');
      return refuse('not-listed');
    }
    const held = freshToken();
    await board.signIn(hashOf(held), SIGNED_IN_SECONDS * 1000, user);
    go(response, to, [cleared, cookies.kept(cookies.reader, held, SIGNED_IN_SECONDS)]);
  } catch (error) {
    if (error instanceof SignInRefused) return refuse('refused');
    log.warn({ err: error }, 'who signs in on the page can’t be found out');
    refuse('away');
  }
}

async function signOut(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { refusal } = await entry(hub, request, 'change');
  if (refusal !== undefined) return sendText(response, refusal.status, refusal.text);
  const { board, cookies } = hub;
  const held = cookieNamed(request.headers.cookie, cookies.reader);
  if (held !== undefined) await board.signOut(hashOf(held));
  head(response, 200, 'application/json', { 'set-cookie': cookies.kept(cookies.reader, '', 0) }).end('{}');
}

/** Why somebody is not in, by what the address says: words of ours, so that nobody puts others there. */
const TOLD = {
  away: 'Hugging Face does not answer now. Try again in a while.',
  refused: 'The sign-in came to nothing: it was broken off, tried twice, or took too long. Try again.',
  'not-listed':
    'This page is for the people whom its settings name, and your account is not among them. Ask whoever runs ML Intern here.',
} as const;

/** Whether somebody goes to an address, and no page asks for it on its own. */
function isVisit({ headers }: IncomingMessage): boolean {
  const [mode, destination] = [headers['sec-fetch-mode'], headers['sec-fetch-dest']];
  return (mode ?? 'navigate') === 'navigate' && (destination ?? 'document') === 'document';
}

/** The thread that a link leads to. */
function openedBy(request: IncomingMessage): string | undefined {
  const open = new URL(request.url ?? '/', 'http://localhost').searchParams.get('open') ?? '';
  return /^[\w-]{1,80}$/.test(open) ? open : undefined;
}

/** Answers with another address and with cookies. */
export function go(response: ServerResponse, location: string, cookies: readonly string[]): void {
  response.setHeader('set-cookie', cookies);
  head(response, 303, 'text/plain', { location }).end();
}

const NOT_SIGNED_IN: Refusal = { status: 401, text: 'You are signed out. Load the page again to sign in.' };
