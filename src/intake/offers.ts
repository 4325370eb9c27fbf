import { and, eq, sql } from 'drizzle-orm';
import type { Db, Queries } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { messages } from '../db/schema/transcript.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { touch } from '../session/store/lease.ts';
import { isAt } from '../session/store/session-at.ts';
import { Entry, type Offer } from '../session/transcript.ts';
import { OFFER_OVER, offerOfOthers } from '../thread/words/intake.ts';

/** What was offered below a notice, for somebody who may have meant it. */
export type Offers = {
  /** The offer, for whom it was made, and when; it stays open until it is `taken`. */
  open(
    address: ThreadAddress,
    messageId: number,
    index: number,
    by: Person,
  ): Promise<{ ok: true; offer: Offer; madeAt: Date } | { ok: false; reason: string }>;
  /** Nothing of that notice is offered any more. */
  taken(address: ThreadAddress, messageId: number): Promise<void>;
};

type OffersDeps = { db: Db; render(sessionId: string): Promise<void> };

export const createOffers = ({ db, render }: OffersDeps): Offers => ({
  async open(address, messageId, index, by) {
    const found = await find(db, address, messageId);
    const offered = found?.entry.offered;
    const offer = offered?.offers[index];
    if (found === undefined || offered === undefined || offer === undefined)
      return { ok: false, reason: OFFER_OVER };
    if (offered.to.id !== by.id) return { ok: false, reason: offerOfOthers(offered.to) };
    return { ok: true, offer, madeAt: found.madeAt };
  },
  async taken(address, messageId) {
    const found = await find(db, address, messageId);
    if (found === undefined) return;
    await db.transaction('taking an offer away', async (tx) => {
      await tx
        .update(messages)
        .set({ entry: sql`${messages.entry} - 'offered'` })
        .where(eq(messages.id, messageId));
      await touch(tx, found.sessionId, found.exchange);
    });
    await render(found.sessionId);
  },
});

/** A notice of a thread. */
async function find(db: Queries, address: ThreadAddress, messageId: number) {
  const [row] = await db
    .select({
      entry: messages.entry,
      exchange: messages.exchange,
      sessionId: sessions.id,
      madeAt: messages.createdAt,
    })
    .from(messages)
    .innerJoin(sessions, eq(sessions.id, messages.sessionId))
    .where(and(isAt(address), eq(messages.id, messageId)));
  const entry = Entry.safeParse(row?.entry).data;
  return row && entry?.role === 'notice' ? { ...row, entry } : undefined;
}
