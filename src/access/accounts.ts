import { and, eq, isNull } from 'drizzle-orm';
import type { Db, Tx } from '../db/database.ts';
import { accounts } from '../db/schema/access.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { type HubToken, hubToken } from '../hub/token.ts';
import type { Encryption } from '../lib/encryption.ts';
import type { Person, Workspace } from '../session/address.ts';
import { sessionOf } from '../session/store/rows.ts';
import { jobsStillRun, NO_TOKEN, TOKEN_NOT_TAKEN } from '../thread/words/access.ts';

/** An account that somebody has linked to the sessions that they begin. */
export type LinkedAccount = { owner: Person; name: string; token: HubToken };

/** Hugging Face accounts of people's own. */
export type Accounts = {
  /** The name of somebody's account on the Hub; undefined where they have not signed in. */
  nameOf(place: Workspace, person: string): Promise<string | undefined>;
  /** The Hub's id of it, by which somebody is the same person elsewhere; undefined where it is not known. */
  hubIdOf(place: Workspace, person: string): Promise<string | undefined>;
  /** Everybody, on any platform, who has linked an account. */
  peopleOf(hubId: string): Promise<(Workspace & { person: string })[]>;
  /**
   * Keeps a token, once the Hub has said whose it is; not another account's while jobs still run under the
   * one before.
   */
  signIn(
    place: Workspace,
    person: Person,
    token: string,
  ): Promise<{ ok: true; name: string } | { ok: false; reason: string }>;
  /** Forgets it, unless jobs still run under it. */
  signOut(place: Workspace, person: Person): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** The account of whoever began a session, where they have linked it. */
  ofSession(sessionId: string): Promise<LinkedAccount | undefined>;
};

/** Says whose a token is; throws where the Hub does not take it. */
type WhoIs = (token: HubToken) => Promise<{ id: string; name: string }>;

/** `whoIs` asks the Hub whose a token is; it throws where the Hub does not take it. */
export function createAccounts(db: Db, encryption: Encryption, whoIs: WhoIs): Accounts {
  const parts: Parts = { db, encryption, whoIs };
  return {
    async nameOf(place, person) {
      const [row] = await db.select({ name: accounts.hubName }).from(accounts).where(at(place, person));
      return row?.name;
    },
    async hubIdOf(place, person) {
      const [row] = await db.select({ id: accounts.hubId }).from(accounts).where(at(place, person));
      return row?.id ?? undefined;
    },
    peopleOf(hubId) {
      const { platform, workspace, person } = accounts;
      return db.select({ platform, workspace, person }).from(accounts).where(eq(accounts.hubId, hubId));
    },
    signIn: (place, person, token) => signIn(parts, place, person, token),
    signOut: (place, person) =>
      db.transaction('signing out', async (tx) => {
        const hindrance = await stillNeeded(tx, place, person);
        if (hindrance !== undefined) return { ok: false as const, reason: hindrance };
        await tx.delete(accounts).where(at(place, person.id));
        return { ok: true as const };
      }),
    ofSession: (sessionId) => ofSession(parts, sessionId),
  };
}

type Parts = { db: Db; encryption: Encryption; whoIs: WhoIs };

async function signIn(
  { db, encryption, whoIs }: Parts,
  place: Workspace,
  person: Person,
  given: string,
): Promise<{ ok: true; name: string } | { ok: false; reason: string }> {
  const token = given.trim();
  if (!/^hf_[A-Za-z0-9]{8,}$/.test(token)) return { ok: false, reason: NO_TOKEN };
  const account = await whoIs(hubToken(token)).catch(() => undefined);
  if (account === undefined) return { ok: false, reason: TOKEN_NOT_TAKEN };
  const { id: hubId, name } = account;
  const set = {
    hubName: name,
    hubId,
    encrypted: encryption.encrypt(token, about(place, person.id)),
    updatedAt: db.clock.now(),
  };
  const { platform, workspace } = place;
  return db.transaction('signing in', async (tx) => {
    const [before] = await tx.select({ name: accounts.hubName }).from(accounts).where(at(place, person.id));
    const hindrance = before && before.name !== name ? await stillNeeded(tx, place, person) : undefined;
    if (hindrance !== undefined) return { ok: false as const, reason: hindrance };
    await tx
      .insert(accounts)
      .values({ platform, workspace, person: person.id, ...set })
      .onConflictDoUpdate({ target: [accounts.platform, accounts.workspace, accounts.person], set });
    return { ok: true as const, name };
  });
}

async function ofSession({ db, encryption }: Parts, sessionId: string): Promise<LinkedAccount | undefined> {
  const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
  if (row === undefined) return undefined;
  const { address, requester } = sessionOf(row);
  const [account] = await db.select().from(accounts).where(at(address, requester.id));
  if (account === undefined) return undefined;
  const token = hubToken(encryption.decrypt(account.encrypted, about(address, requester.id)));
  return { owner: { id: requester.id, name: requester.name }, name: account.hubName, token };
}

const at = ({ platform, workspace }: Workspace, person: string) =>
  and(eq(accounts.platform, platform), eq(accounts.workspace, workspace), eq(accounts.person, person));
const about = ({ platform, workspace }: Workspace, person: string) =>
  `account/${platform}/${workspace}/${person}`;

/** Why an account must stay: jobs that run under it are followed and cancelled with it. */
async function stillNeeded(tx: Tx, place: Workspace, person: Person): Promise<string | undefined> {
  const isOfPlace = and(eq(sessions.platform, place.platform), eq(sessions.workspace, place.workspace));
  const running = await tx
    .select({ id: watches.id })
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(and(isOfPlace, eq(watches.owner, person.id), isNull(watches.endedAt)));
  return running.length === 0 ? undefined : jobsStillRun(running.length);
}
