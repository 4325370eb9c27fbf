import { and, asc, desc, eq, lte, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { feedback, messages } from '../db/schema/transcript.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { isAt } from '../session/store/session-at.ts';
import { Entry } from '../session/transcript.ts';

/** What somebody says of an answer. */
export type Verdict = 'good' | 'bad';

export type Feedback = {
  /**
   * Keeps what somebody says of an answer of a thread, in place of what they said before; false where it has
   * none such.
   */
  give(
    address: ThreadAddress,
    messageId: number,
    by: Person,
    given: { verdict: Verdict; comment?: string },
  ): Promise<boolean>;
};

export function createFeedback(db: Db): Feedback {
  return {
    async give(address, messageId, by, { verdict, comment }) {
      const [answer] = await db
        .select({ sessionId: sessions.id })
        .from(messages)
        .innerJoin(sessions, eq(sessions.id, messages.sessionId))
        .where(and(isAt(address), eq(messages.id, messageId), sql`${messages.entry}->>'role' = 'assistant'`));
      if (answer === undefined) return false;
      const { sessionId } = answer;
      const set = { verdict, personName: by.name, comment: comment ?? null, updatedAt: db.clock.now() };
      await db
        .insert(feedback)
        .values({ sessionId, messageId, person: by.id, ...set })
        .onConflictDoUpdate({
          target: [feedback.sessionId, feedback.messageId, feedback.person],
          set,
        });
      return true;
    },
  };
}

/** One piece of feedback with what it is about, as it is exported. */
export type FeedbackRecord = {
  at: string;
  verdict: string;
  comment: string | null;
  person: { id: string; name: string };
  thread: ThreadAddress;
  model: string | null;
  request: string;
  answer: string;
};

/** All feedback, the oldest first, with the request that each answer belongs to. */
export async function* exportFeedback(db: Db): AsyncGenerator<FeedbackRecord> {
  const rows = await db
    .select({ feedback, session: sessions, entry: messages.entry, exchange: messages.exchange })
    .from(feedback)
    .innerJoin(messages, eq(messages.id, feedback.messageId))
    .innerJoin(sessions, eq(sessions.id, feedback.sessionId))
    .orderBy(asc(feedback.createdAt));
  for (const row of rows) {
    const answer = Entry.safeParse(row.entry).data; // what can't be read keeps no other one from being exported
    const { platform, workspace, channel, thread } = row.session;
    yield {
      at: timeText(row.feedback.updatedAt),
      verdict: row.feedback.verdict,
      comment: row.feedback.comment,
      person: { id: row.feedback.person, name: row.feedback.personName },
      thread: { platform, workspace, channel, thread } as ThreadAddress,
      model: answer?.role === 'assistant' ? (answer.model ?? null) : null,
      request: await requestOf(db, row.feedback.sessionId, row.exchange, row.feedback.messageId),
      answer: answer?.role === 'assistant' ? answer.text : '',
    };
  }
}

/** A time as it is exported; a row with one that no calendar has keeps no other from being exported. */
const timeText = (at: Date): string => (Number.isNaN(at.getTime()) ? 'unknown' : at.toISOString());

/** What was last said by a person before an answer, in the same request. */
async function requestOf(db: Db, sessionId: string, exchange: number, before: number): Promise<string> {
  const [row] = await db
    .select({ entry: messages.entry })
    .from(messages)
    .where(
      and(
        eq(messages.sessionId, sessionId),
        eq(messages.exchange, exchange),
        lte(messages.id, before),
        sql`${messages.entry}->>'role' = 'user'`,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(1);
  const entry = Entry.safeParse(row?.entry).data;
  return entry?.role === 'user' ? entry.text : '';
}
