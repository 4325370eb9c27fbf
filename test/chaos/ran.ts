import { and, eq, isNotNull, like, sql } from 'drizzle-orm';
import type { Db } from '../../src/db/database.ts';
import { operations } from '../../src/db/schema/inbox.ts';
import { messages } from '../../src/db/schema/transcript.ts';

/** How often each of what happens by itself or beside requests did happen, as the record has it. */
export type Ran = Record<(typeof KINDS)[number], number>;

const KINDS = ['reminder', 'lapse', 'ping', 'compaction', 'settings change'] as const;

export const REMINDED = 'This still waits for a decision';

export async function ran(db: Db): Promise<Ran> {
  const notices = (text: string) =>
    db.$count(
      messages,
      and(sql`${messages.entry}->>'role' = 'notice'`, like(sql`${messages.entry}->>'text'`, `${text}%`)),
    );
  const applied = (kind: string) =>
    db.$count(operations, and(eq(operations.kind, kind), isNotNull(operations.appliedAt)));
  return {
    reminder: await notices(REMINDED),
    lapse: await db.$count(
      operations,
      and(like(operations.sourceId, 'lapse:%'), isNotNull(operations.appliedAt)),
    ),
    ping: await notices('⏰'),
    compaction: await db.$count(messages, sql`${messages.entry}->>'role' = 'summary'`),
    'settings change': (await applied('effort')) + (await notices('Auto-approval is ')),
  };
}

/** What never happened, in words: a run without it has shown nothing about it. */
export const missing = (counts: Ran): string[] =>
  KINDS.filter((kind) => counts[kind] === 0).map((kind) => `no ${kind} ran`);

/** Calls that lapsed. */
export async function lapsedCalls(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ source: operations.sourceId })
    .from(operations)
    .where(like(operations.sourceId, 'lapse:%'));
  return new Set(rows.map(({ source }) => source.slice('lapse:'.length)));
}
