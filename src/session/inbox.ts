import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { operations } from '../db/schema.ts';
import type { Tx } from './lease.ts';
import { Operation, type OperationKind } from './operations.ts';

export type PendingOperation = { id: number; operation: Operation };

/**
 * What has been asked of a session and not yet been taken up, as it came in; messages that follow each other as they were
 * written, because a delivery that failed is made again after later ones.
 */
export async function pendingOperations(db: Tx, sessionId: string): Promise<PendingOperation[]> {
  const rows = await db
    .select()
    .from(operations)
    .where(and(eq(operations.sessionId, sessionId), isNull(operations.appliedAt)))
    .orderBy(asc(operations.id));
  return asWritten(rows.map((row) => ({ id: row.id, operation: Operation.parse(row.body) })));
}

function asWritten(arrived: readonly PendingOperation[]): PendingOperation[] {
  const written: PendingOperation[] = [];
  for (const pending of arrived) {
    let at = written.length;
    while (at > 0 && isWrittenBefore(pending.operation, written[at - 1]?.operation)) at--;
    written.splice(at, 0, pending);
  }
  return written;
}

/** Both platforms' ids of messages are times in a fixed form: Slack's `ts` and Discord's snowflakes. */
function isWrittenBefore(one: Operation, other: Operation | undefined): boolean {
  if (one.kind !== 'user_input' || other?.kind !== 'user_input') return false;
  const [a, b] = [one.messageId, other.messageId];
  if (!TIME.test(a) || !TIME.test(b)) return false;
  return a.length === b.length ? a < b : a.length < b.length;
}

const TIME = /^\d+(\.\d+)?$/;

/** Whether something of these kinds is waiting: what a running step asks while it runs. */
export async function isPending(
  db: Tx,
  sessionId: string,
  kinds: readonly OperationKind[],
): Promise<boolean> {
  const rows = await db
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        eq(operations.sessionId, sessionId),
        isNull(operations.appliedAt),
        inArray(operations.kind, [...kinds]),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Marks an operation as taken up; false if it was before. */
export async function takeOperation(tx: Tx, id: number): Promise<boolean> {
  const rows = await tx
    .update(operations)
    .set({ appliedAt: sql`now()` })
    .where(and(eq(operations.id, id), isNull(operations.appliedAt)))
    .returning({ id: operations.id });
  return rows.length > 0;
}

/** Adds to the inbox; false if this source was there already. */
export async function insertOperation(
  tx: Tx,
  sessionId: string,
  sourceId: string,
  operation: Operation,
  appliedAt?: Date,
): Promise<boolean> {
  const rows = await tx
    .insert(operations)
    .values({ sessionId, sourceId, kind: operation.kind, body: operation, appliedAt: appliedAt ?? null })
    .onConflictDoNothing()
    .returning({ id: operations.id });
  return rows.length > 0;
}
