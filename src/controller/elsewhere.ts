import type { Accounts } from '../access/accounts.ts';
import type { SessionsOverview } from '../reports/sessions-overview.ts';
import type { Person, ThreadAddress, Workspace } from '../session/address.ts';
import type { Session, Snapshot } from '../session/snapshot.ts';
import type { TranscriptMessage } from '../session/transcript.ts';
import type { Outbound } from '../thread/delivery/outbound.ts';
import { standingOf } from '../thread/view/status.ts';
import { view } from '../thread/view/view.ts';
import type { Standing, ViewMessage } from '../thread/view/view-message.ts';

/*
 * Threads of one platform shown on another. Who somebody is there, their linked account says; what they may
 * read there, the platform says, each time. Whoever has the id of a session has nothing by that.
 */

/** Somebody who wants to read, where they are, with the Hub's id of their account where it is known. */
export type ReaderElsewhere = {
  place: Workspace;
  person: string;
  hubId: string | undefined;
  /** Who they are elsewhere besides. */
  also: readonly Identity[];
};

/** Somebody as a platform knows them. */
type Identity = Workspace & { person: string };

export type ThreadElsewhere = {
  sessionId: string;
  /** Where it is, in people's words. */
  platform: string;
  title: string | undefined;
  standing: Standing;
  updatedAt: Date;
};

/** What a thread shows, in order: what people have said, and what the bot shows now. */
export type PartElsewhere = { key: string } & (
  | { kind: 'said'; author: Person; text: string; at: Date }
  | { kind: 'shown'; message: ViewMessage }
);

export type WholeElsewhere = {
  thread: ThreadElsewhere;
  /** Where it is on its platform; undefined where that is not known. */
  url: string | undefined;
  parts: readonly PartElsewhere[];
  /** Who has said something in it, by their ids there. */
  names: ReadonlyMap<string, string>;
};

export type Elsewhere = {
  /** The threads that somebody may read, the latest active first. */
  list(reader: ReaderElsewhere): Promise<ThreadElsewhere[]>;
  /**
   * A thread as it is now. `withinMs`: how old what its platform has said of who may read it may be.
   * Undefined where there is none, or they may not: which of both, nobody is told.
   */
  read(reader: ReaderElsewhere, sessionId: string, withinMs: number): Promise<WholeElsewhere | undefined>;
  /** What grows with everything that a thread could show; undefined where there is none. */
  revision(sessionId: string): Promise<number | undefined>;
};

/**
 * Whether somebody can read a thread where it is, by what the platform has said within the last `withinMs`;
 * not where that can't be found out.
 */
export type MayReadThread = (
  thread: { address: ThreadAddress; requester: Pick<Person, 'id'> },
  person: string,
  withinMs: number,
) => Promise<boolean>;

export type ElsewhereParts = {
  accounts: Pick<Accounts, 'hubIdOf' | 'peopleOf'> | undefined;
  sessions: Pick<SessionsOverview, 'newestIn' | 'session' | 'wholeOf'>;
  platforms: ReadonlyMap<string, { mayRead?: MayReadThread; outbound: Pick<Outbound, 'threads'> }>;
  titleOf(platform: string): string;
};

/** Threads of a list, and sessions of each workspace that are looked at for it. */
const LISTED = 30;
const LOOKED_AT = 60;

/** Of a list that is read at once a platform is asked once about each of its places. */
const LIST_MS = 5_000;

export function createElsewhere(parts: ElsewhereParts): Elsewhere {
  const { sessions } = parts;
  return {
    async list(reader) {
      const found: ThreadElsewhere[] = [];
      for (const identity of await identitiesOf(parts, reader))
        found.push(...(await listFor(parts, identity)));
      return found.sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()).slice(0, LISTED);
    },
    async read(reader, sessionId, withinMs) {
      const session = await sessions.session(sessionId);
      if (session === undefined) return undefined;
      for (const identity of await identitiesOf(parts, reader)) {
        if (!(await mayRead(parts, identity, session, withinMs))) continue;
        const snapshot = await sessions.wholeOf(sessionId);
        return snapshot && wholeOf(parts, snapshot);
      }
      return undefined;
    },
    revision: async (sessionId) => (await sessions.session(sessionId))?.rev,
  };
}

/** The newest that somebody may read in one workspace. */
async function listFor(parts: ElsewhereParts, identity: Identity): Promise<ThreadElsewhere[]> {
  const found: ThreadElsewhere[] = [];
  for (const session of await parts.sessions.newestIn(identity, LOOKED_AT)) {
    if (found.length >= LISTED) break;
    if (await mayRead(parts, identity, session, LIST_MS)) found.push(threadOf(parts, session));
  }
  return found;
}

/** Who somebody is on other platforms. */
async function identitiesOf(
  { accounts }: ElsewhereParts,
  { place, person, hubId, also }: ReaderElsewhere,
): Promise<readonly Identity[]> {
  const id = hubId ?? (await accounts?.hubIdOf(place, person));
  const linked = id === undefined ? [] : ((await accounts?.peopleOf(id)) ?? []);
  return [...linked, ...also].filter(({ platform }) => platform !== place.platform);
}

async function mayRead(
  { platforms }: ElsewhereParts,
  { platform, workspace, person }: Identity,
  { address, requester }: Pick<Session, 'address' | 'requester'>,
  withinMs: number,
): Promise<boolean> {
  if (address.platform !== platform || address.workspace !== workspace) return false;
  return (await platforms.get(platform)?.mayRead?.({ address, requester }, person, withinMs)) ?? false;
}

const threadOf = (
  { titleOf }: ElsewhereParts,
  { id, address, settings, state, updatedAt }: Session,
): ThreadElsewhere => ({
  sessionId: id,
  platform: titleOf(address.platform),
  title: settings.title,
  standing: standingOf(state),
  updatedAt,
});

async function wholeOf(parts: ElsewhereParts, snapshot: Snapshot): Promise<WholeElsewhere> {
  const { session } = snapshot;
  const { address, requester } = session;
  const authors = snapshot.messages.flatMap(({ entry }) => (entry.role === 'user' ? [entry.author] : []));
  return {
    thread: threadOf(parts, session),
    url: await urlOf(parts, address),
    parts: partsOf(snapshot),
    names: new Map([requester, ...authors].map(({ id, name }) => [id, name])),
  };
}

/** A platform that does not answer now keeps nobody from reading. */
async function urlOf({ platforms }: ElsewhereParts, address: ThreadAddress): Promise<string | undefined> {
  try {
    return await platforms.get(address.platform)?.outbound.threads?.url(address);
  } catch {
    return undefined;
  }
}

/** What people have said stands where it was said, as far as answers tell. */
export function partsOf(snapshot: Snapshot): PartElsewhere[] {
  const said = Map.groupBy(snapshot.messages.flatMap(saidIn), ({ exchange }) => exchange);
  const shown = Map.groupBy(view(snapshot), ({ exchange }) => exchange);
  const exchanges = [...new Set([...said.keys(), ...shown.keys()])].sort((a, b) => a - b);
  return exchanges.flatMap((exchange) => merged(said.get(exchange) ?? [], shown.get(exchange) ?? []));
}

type Said = { id: number; exchange: number; part: PartElsewhere };

const saidIn = ({ id, exchange, entry, createdAt }: TranscriptMessage): Said[] =>
  entry.role === 'user'
    ? [
        {
          ...{ id, exchange },
          part: { key: `said/${id}`, kind: 'said', author: entry.author, text: entry.text, at: createdAt },
        },
      ]
    : [];

/** What began an exchange comes first; what was said later, before the first answer that is later still. */
function merged(said: readonly Said[], shown: readonly ViewMessage[]): PartElsewhere[] {
  const [first, ...later] = said;
  const parts: PartElsewhere[] = first === undefined ? [] : [first.part];
  for (const message of shown) {
    const { body } = message;
    const id = body.kind === 'answer' && !body.isDraft ? body.id : undefined;
    const earlier = later.findIndex((one) => id === undefined || one.id >= id);
    parts.push(...later.splice(0, earlier === -1 ? later.length : earlier).map(({ part }) => part));
    parts.push({ key: message.key, kind: 'shown', message });
  }
  return [...parts, ...later.map(({ part }) => part)];
}
