import type { IncomingMessage } from 'node:http';
import type { Route } from '../../src/lib/http-server.ts';
import type { Person } from '../../src/session/address.ts';

/** Somebody who uses the page. */
export type Visitor = {
  person: Person;
  /** Whether the bot is theirs to manage, as whoever runs it on their own machine does. */
  isAdmin: boolean;
  /** The Hub's id of their account, where they have signed in with it. */
  hubId: string | undefined;
};

/** Why a request is not answered. */
export type Refusal = { status: 401 | 403; text: string };

export type Entry = { visitor: Visitor; refusal?: never } | { visitor?: never; refusal: Refusal };

/** What somebody is answered who asks for the page itself. */
type Front =
  | Entry
  /** They go elsewhere, with what their browser is to keep (`Set-Cookie`). */
  | { location: string; cookies: readonly string[] }
  /** They are shown how to sign in, and why they are not, where that has a reason. */
  | { signsIn: string; why: string | undefined };

/** Decides who may use the page. */
export type PageDoor = {
  /** Who asks with a request that reads, or changes something; or why it is refused. */
  entry(request: IncomingMessage, does: 'read' | 'change'): Promise<Entry>;
  /** The same of one for the page itself. */
  front(request: IncomingMessage): Promise<Front>;
  /** What is answered of signing in and out besides. */
  routes: readonly Route[];
  /** Whether scripts and styles are for everybody, as the page is that signs in. */
  showsAssets: boolean;
  /** How people come in, in a line for whoever has started the program. */
  announcement(): string;
};

export const OTHER_PAGE: Refusal = { status: 403, text: 'Another page has asked for this.' };
