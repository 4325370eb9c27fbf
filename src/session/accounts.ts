import { and, eq, isNull, sql } from 'drizzle-orm';
import { accounts, sessions, watches } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Seal } from '../ops/seal.ts';
import type { Person, Workspace } from './address.ts';
import type { Tx } from './lease.ts';
import { sessionOf } from './rows.ts';

/** An account that somebody has lent to the sessions that they begin. */
export type LentAccount = { owner: Person; name: string; token: string };

/** Hugging Face accounts of people's own. */
export type Accounts = {
  /** The name of somebody's account on the Hub; undefined where they have not signed in. */
  nameOf(place: Workspace, person: string): Promise<string | undefined>;
  /** Keeps a token, once the Hub has said whose it is; not another account's while jobs still run under the one before. */
  signIn(
    place: Workspace,
    person: Person,
    token: string,
  ): Promise<{ ok: true; name: string } | { ok: false; reason: string }>;
  /** Forgets it, unless jobs still run under it. */
  signOut(place: Workspace, person: Person): Promise<{ ok: true } | { ok: false; reason: string }>;
  /** The account of whoever began a session, where they have lent it. */
  ofSession(sessionId: string): Promise<LentAccount | undefined>;
};

/** `whoIs` asks the Hub whose a token is; it throws where the Hub does not take it. */
export function createAccounts(db: Db, seal: Seal, whoIs: (token: string) => Promise<string>): Accounts {
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
    if (running.length === 0) return undefined;
    const jobs = running.length === 1 ? 'A job still runs' : `${running.length} jobs still run`;
    return `${jobs} under this account: cancel them, or wait for their end.`;
  }

  return {
    async nameOf(place, person) {
      const [row] = await db.select({ name: accounts.hubName }).from(accounts).where(at(place, person));
      return row?.name;
    },
    async signIn(place, person, given) {
      const token = given.trim();
      if (!/^hf_[A-Za-z0-9]{8,}$/.test(token)) {
        return {
          ok: false,
          reason:
            'That is no Hugging Face token: they begin with hf_. Make one at https://huggingface.co/settings/tokens.',
        };
      }
      const name = await whoIs(token).catch(() => undefined);
      if (name === undefined) {
        return {
          ok: false,
          reason: 'Hugging Face did not take this token. Check that it is whole and has not been deleted.',
        };
      }
      const set = {
        hubName: name,
        sealed: seal.close(token, about(place, person.id)),
        updatedAt: sql`now()`,
      };
      const { platform, workspace } = place;
      return db.transaction(async (tx) => {
        const [before] = await tx
          .select({ name: accounts.hubName })
          .from(accounts)
          .where(at(place, person.id));
        const hindrance = before && before.name !== name ? await stillNeeded(tx, place, person) : undefined;
        if (hindrance !== undefined) return { ok: false as const, reason: hindrance };
        await tx
          .insert(accounts)
          .values({ platform, workspace, person: person.id, ...set })
          .onConflictDoUpdate({ target: [accounts.platform, accounts.workspace, accounts.person], set });
        return { ok: true as const, name };
      });
    },
    signOut: (place, person) =>
      db.transaction(async (tx) => {
        const hindrance = await stillNeeded(tx, place, person);
        if (hindrance !== undefined) return { ok: false as const, reason: hindrance };
        await tx.delete(accounts).where(at(place, person.id));
        return { ok: true as const };
      }),
    async ofSession(sessionId) {
      const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
      if (row === undefined) return undefined;
      const { address, requester } = sessionOf(row);
      const [account] = await db.select().from(accounts).where(at(address, requester.id));
      if (account === undefined) return undefined;
      const token = seal.open(account.sealed, about(address, requester.id));
      return { owner: { id: requester.id, name: requester.name }, name: account.hubName, token };
    },
  };
}
