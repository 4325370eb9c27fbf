import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Queries, Tx } from '../../db/database.ts';
import { channelRules } from '../../db/schema/access.ts';
import { operations } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { Person } from '../address.ts';
import { ChannelRules } from '../channel-rules.ts';
import { type Operation, STOPS, storedOperation } from '../operations.ts';
import { isWrittenBefore } from '../written-at.ts';
import type { PendingMessage } from './incoming.ts';
import { lockedSession, RULES_OF_CHANNEL } from './read-snapshot.ts';

/** `editedAt` tells what was read from what it may have become meanwhile. */
export type PendingOperation = { id: number; operation: Operation; editedAt: string | undefined };

/**
 * What has been asked of a session and not yet been taken up, as it came in; messages that follow each other
 * as they were written, because a delivery that failed is made again after later ones.
 */
export async function pendingOperations(db: Queries, sessionId: string): Promise<PendingOperation[]> {
  const rows = await db
    .select()
    .from(operations)
    .where(and(eq(operations.sessionId, sessionId), isNull(operations.appliedAt)))
    .orderBy(asc(operations.id));
  return asWritten(rows.flatMap((row) => pendingOf(row) ?? []));
}

/** Whether a session is as somebody has read it, and what has been asked of it since. */
type News = { rev: number; rules: ChannelRules; pending: PendingOperation[] };

/**
 * Asks, in one statement, for what is new about a session; undefined where there is none. What changes a
 * session raises its `rev`, but for the rules of its channel, which come with it.
 */
export async function newsOf(db: Queries, sessionId: string): Promise<News | undefined> {
  const rows = await db
    .select({ rev: sessions.rev, rules: channelRules.rules, asked: operations })
    .from(sessions)
    .leftJoin(channelRules, RULES_OF_CHANNEL)
    .leftJoin(operations, and(eq(operations.sessionId, sessions.id), isNull(operations.appliedAt)))
    .where(eq(sessions.id, sessionId))
    .orderBy(asc(operations.id));
  const [first] = rows;
  if (first === undefined) return undefined;
  const asked = rows.flatMap((row) => (row.asked === null ? [] : (pendingOf(row.asked) ?? [])));
  return { rev: first.rev, rules: ChannelRules.parse(first.rules ?? {}), pending: asWritten(asked) };
}

function pendingOf({
  id,
  kind,
  body,
  editedAt,
}: typeof operations.$inferSelect): PendingOperation | undefined {
  const operation = storedOperation(kind, body);
  return operation && { id, operation, editedAt: editedAt ?? undefined };
}

function asWritten(arrived: readonly PendingOperation[]): PendingOperation[] {
  const written: PendingOperation[] = [];
  for (const pending of arrived) {
    let at = written.length;
    while (at > 0 && isBefore(pending.operation, written[at - 1]?.operation)) at--;
    written.splice(at, 0, pending);
  }
  return written;
}

function isBefore(one: Operation, other: Operation | undefined): boolean {
  return one.kind === 'user_input' && other?.kind === 'user_input' && isWrittenBefore(one, other);
}

/** In which of these sessions somebody has asked to stop what they are doing. */
export async function askedToStop(db: Db, sessionIds: readonly string[]): Promise<Map<string, true>> {
  const rows = await db
    .selectDistinct({ id: operations.sessionId })
    .from(operations)
    .where(
      and(
        isNull(operations.appliedAt),
        inArray(operations.kind, [...STOPS]),
        sql`${operations.sessionId} = any(${sql.param([...sessionIds])}::text[])`,
      ),
    );
  return new Map(rows.map(({ id }) => [id, true]));
}

/** Marks an operation as taken up; false if it was before, or has been edited since it was read. */
export async function takeOperation(
  tx: Tx,
  { id, editedAt }: Pick<PendingOperation, 'id' | 'editedAt'>,
): Promise<boolean> {
  const rows = await tx
    .update(operations)
    .set({ appliedAt: tx.clock.now() })
    .where(
      and(
        eq(operations.id, id),
        isNull(operations.appliedAt),
        editedAt === undefined ? isNull(operations.editedAt) : eq(operations.editedAt, editedAt),
      ),
    )
    .returning({ id: operations.id });
  return rows.length > 0;
}

/** Adds to the inbox; false if this source was there already. */
export async function insertOperation(
  db: Queries,
  sessionId: string,
  sourceId: string,
  operation: Operation,
  appliedAt?: Date,
): Promise<boolean> {
  const rows = await db
    .insert(operations)
    .values({ sessionId, sourceId, kind: operation.kind, body: operation, appliedAt: appliedAt ?? null })
    .onConflictDoNothing()
    .returning({ id: operations.id });
  return rows.length > 0;
}

/** A message that waits, with the operation that it has become. */
export type Pending = PendingOperation & { sessionId: string; author: Person; message: PendingMessage };

/** Whether something was asked before it that waits as well: what was answered at once has no words. */
const IS_BEHIND = sql<boolean>`exists (
  select 1 from ${operations} earlier
  where earlier.session_id = ${operations.sessionId} and earlier.id < ${operations.id}
    and earlier.kind = 'user_input' and earlier.body->>'text' <> '')`;

/** What has become of a message: it waits, or it was read; undefined where it was not taken in. */
export async function pendingFrom(db: Db, sourceId: string): Promise<Pending | 'read' | undefined> {
  const [row] = await db
    .select({ operation: operations, exchange: sessions.exchange, isBehind: IS_BEHIND })
    .from(operations)
    .innerJoin(sessions, eq(sessions.id, operations.sessionId))
    .where(eq(operations.sourceId, sourceId));
  if (row === undefined) return undefined;
  if (row.operation.appliedAt !== null) return 'read';
  const pending = pendingOf(row.operation);
  if (pending === undefined) return 'read';
  const { operation } = pending;
  const isMessage = operation.kind === 'user_input';
  const author = isMessage ? operation.author : 'by' in operation ? operation.by : undefined;
  if (author === undefined) return 'read'; // nobody wrote it
  const message = {
    text: isMessage ? operation.text : undefined,
    background: (isMessage ? operation.background : undefined) ?? {},
    files: isMessage ? operation.files : [],
    isFirst: row.exchange === 0 && !row.isBehind,
  };
  return { ...pending, sessionId: row.operation.sessionId, author, message };
}

/**
 * Holds what waits, and its session, until the transaction ends; false where it has changed, or was read,
 * since.
 */
export async function lockPending(tx: Tx, { id, sessionId, editedAt }: Pending): Promise<boolean> {
  await lockedSession(tx, sessionId); // first, as a worker does
  const [row] = await tx.select().from(operations).where(eq(operations.id, id)).for('update');
  return row !== undefined && row.appliedAt === null && (row.editedAt ?? undefined) === editedAt;
}

export async function changePending(
  tx: Tx,
  id: number,
  { editedAt, operation, appliedAt }: { editedAt: string; operation?: Operation; appliedAt?: Date },
): Promise<void> {
  await tx
    .update(operations)
    .set({
      editedAt,
      ...(operation ? { kind: operation.kind, body: operation } : {}),
      ...(appliedAt ? { appliedAt } : {}),
    })
    .where(eq(operations.id, id));
}
