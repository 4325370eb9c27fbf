import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lte,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Db, Queries, Tx } from '../../db/database.ts';
import { channelRules } from '../../db/schema/access.ts';
import { watches } from '../../db/schema/jobs.ts';
import { exchanges, sessions } from '../../db/schema/sessions.ts';
import { usage } from '../../db/schema/spend.ts';
import { messages, toolCalls } from '../../db/schema/transcript.ts';
import { autoApprovedUsd } from '../auto-approval.ts';
import type { Exchange, Session, Snapshot } from '../snapshot.ts';
import { PlanItem, SessionState } from '../state.ts';
import { type Question, type ToolCall, ToolCallState } from '../tool-calls.ts';
import { Entry, type TranscriptMessage } from '../transcript.ts';
import type { Watch } from '../watches.ts';
import { sessionOf, toolCallOf, watchOf } from './rows.ts';

/**
 * How much of a session is read. `context`: what the model is told, and the newest exchanges, without what
 * they used. `thread`: the exchanges that may still be shown otherwise than they are, without what calls were
 * given and returned. Neither grows with what was said before.
 */
export type Part = 'all' | 'context' | 'thread';

/** How many of the newest exchanges can be taken back or gone on with. */
const RECENT_EXCHANGES = 50;

/** Reads one session, as one consistent moment. Undefined where there is none. */
export async function readSnapshot(
  db: Db,
  sessionId: string,
  part: Part = 'all',
): Promise<Snapshot | undefined> {
  return db.transaction(`reading session ${sessionId}`, (tx) => snapshotIn(tx, sessionId, part), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
}

/** The same inside a transaction, which holds the session where it has to be of one moment. */
export async function snapshotIn(tx: Tx, sessionId: string, part: Part): Promise<Snapshot | undefined> {
  const session = await readSession(tx, sessionId);
  if (session === undefined) return undefined;
  const bounds = await boundsOf(tx, session, part);
  const read = {
    session,
    exchanges: await readExchanges(tx, sessionId, bounds.exchange(exchanges.number), part !== 'context'),
    messages: await readMessages(tx, sessionId, bounds.message(messages.id, messages.exchange)),
    toolCalls: await readToolCalls(
      tx,
      sessionId,
      bounds.message(toolCalls.messageId, toolCalls.exchange),
      part,
    ),
    watches: await readWatches(tx, sessionId, bounds.watch),
  };
  return { ...read, autoApprovedUsd: await autoApproved(tx, session) };
}

/** A session by itself, without what was said in it. */
export async function readSession(db: Queries, sessionId: string): Promise<Session | undefined> {
  const [row] = await db
    .select({ session: sessions, rules: channelRules.rules })
    .from(sessions)
    .leftJoin(
      channelRules,
      and(
        eq(channelRules.platform, sessions.platform),
        eq(channelRules.workspace, sessions.workspace),
        eq(channelRules.channel, sessions.channel),
      ),
    )
    .where(eq(sessions.id, sessionId));
  return row && sessionOf(row.session, row.rules);
}

/**
 * The same, and nobody else decides anything on it until the transaction ends: decisions, edits and a
 * worker's writes come one after another.
 */
export async function lockedSession(tx: Tx, sessionId: string): Promise<Session | undefined> {
  await tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, sessionId)).for('update');
  return readSession(tx, sessionId);
}

type Bounds = {
  exchange(column: PgColumn): SQL | undefined;
  message(id: PgColumn, exchange: PgColumn): SQL | undefined;
  watch: SQL | undefined;
};

async function boundsOf(db: Tx, session: Session, part: Part): Promise<Bounds> {
  switch (part) {
    case 'all':
      return { exchange: () => undefined, message: () => undefined, watch: undefined };
    case 'thread': {
      const isOpen = (column: PgColumn) => gt(column, session.settledExchange);
      return {
        exchange: isOpen,
        message: (_id, exchange) => isOpen(exchange),
        watch: or(isNull(watches.endedAt), isOpen(watches.exchange)),
      };
    }
    case 'context': {
      const since = await contextBounds(db, session);
      const recent = session.exchange - RECENT_EXCHANGES;
      return {
        watch: undefined, // one can be run again whenever it was
        exchange: (column) => gt(column, recent),
        message: (id) =>
          or(
            gt(id, since.from),
            since.upTo === undefined ? undefined : and(gt(id, session.contextStart), lte(id, since.upTo)),
          ),
      };
    }
    default:
      return part satisfies never;
  }
}

/**
 * The newest summary stands for all before it but the beginning: `upTo` is the end of that, `from` where it
 * goes on.
 */
async function contextBounds(
  db: Tx,
  { id, contextStart }: Session,
): Promise<{ from: number; upTo: number | undefined }> {
  const [row] = await db
    .select({ entry: messages.entry })
    .from(messages)
    .where(
      and(
        eq(messages.sessionId, id),
        eq(messages.undone, false),
        gt(messages.id, contextStart),
        sql`${messages.entry}->>'role' = 'summary'`,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(1);
  const entry = row && Entry.parse(row.entry);
  if (entry?.role !== 'summary') return { from: contextStart, upTo: undefined };
  return { from: Math.max(contextStart, entry.upTo), upTo: entry.after };
}

async function readExchanges(
  db: Tx,
  sessionId: string,
  bound: SQL | undefined,
  hasUsage: boolean,
): Promise<Exchange[]> {
  const rows = await db
    .select()
    .from(exchanges)
    .where(and(eq(exchanges.sessionId, sessionId), bound))
    .orderBy(asc(exchanges.number));
  const used = await readUsage(db, sessionId, hasUsage ? rows.map((row) => row.number) : []);
  return rows.map((row) => ({
    number: row.number,
    plan: z.array(PlanItem).parse(row.plan),
    outcome: row.outcome === null ? undefined : SessionState.parse(row.outcome),
    modelCalls: row.modelCalls,
    corrections: row.corrections,
    undone: row.undone,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt ?? undefined,
    usage: used.get(row.number) ?? { inputTokens: 0, outputTokens: 0, usd: undefined },
  }));
}

async function readUsage(
  db: Tx,
  sessionId: string,
  numbers: readonly number[],
): Promise<Map<number, Exchange['usage']>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .select({
      exchange: usage.exchange,
      inputTokens: sql<string>`sum(${usage.inputTokens})`,
      outputTokens: sql<string>`sum(${usage.outputTokens})`,
      microUsd: sql<string | null>`sum(${usage.costMicroUsd})`,
    })
    .from(usage)
    .where(and(eq(usage.sessionId, sessionId), inArray(usage.exchange, [...numbers])))
    .groupBy(usage.exchange);
  return new Map(
    rows.map((row) => [
      row.exchange,
      {
        inputTokens: Number(row.inputTokens),
        outputTokens: Number(row.outputTokens),
        usd: row.microUsd === null ? undefined : Number(row.microUsd) / 1e6,
      },
    ]),
  );
}

async function readMessages(db: Tx, sessionId: string, bound: SQL | undefined): Promise<TranscriptMessage[]> {
  const rows = await db
    .select()
    .from(messages)
    .where(and(eq(messages.sessionId, sessionId), eq(messages.undone, false), bound))
    .orderBy(asc(messages.id));
  return rows.map((row) => ({
    id: row.id,
    exchange: row.exchange,
    entry: Entry.parse(row.entry),
    createdAt: row.createdAt,
  }));
}

/** A thread shows neither what calls were given nor what they returned, and those are most of a session. */
const SHOWN = {
  ...getTableColumns(toolCalls),
  arguments: sql<string>`''`,
  state: sql`case when ${toolCalls.state} ? 'output' then jsonb_set(${toolCalls.state}, '{output}', '""') else ${toolCalls.state} end`,
};

async function readToolCalls(
  db: Tx,
  sessionId: string,
  bound: SQL | undefined,
  part: Part,
): Promise<ToolCall[]> {
  const rows = await db
    .select({ call: part === 'thread' ? SHOWN : getTableColumns(toolCalls) })
    .from(toolCalls)
    .innerJoin(messages, eq(messages.id, toolCalls.messageId))
    .where(and(eq(toolCalls.sessionId, sessionId), eq(messages.undone, false), bound))
    .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
  return rows.map(({ call }) => toolCallOf(call));
}

/** One call, also one that the model is no longer told of. */
export async function findToolCall(db: Queries, id: string): Promise<ToolCall | undefined> {
  const [row] = await db.select().from(toolCalls).where(eq(toolCalls.id, id));
  return row && toolCallOf(row);
}

/** What these calls ask people while they run. */
export async function questionsOf(
  db: Db,
  callIds: readonly string[],
): Promise<Map<string, { question: Question | undefined }>> {
  const rows = await db
    .select()
    .from(toolCalls)
    .where(inArray(toolCalls.id, [...callIds]));
  return new Map(
    rows.map((row) => {
      const state = ToolCallState.safeParse(row.state).data; // read for many sessions at once
      return [row.id, { question: state?.kind === 'running' ? state.question : undefined }];
    }),
  );
}

async function readWatches(db: Tx, sessionId: string, bound: SQL | undefined): Promise<Watch[]> {
  const rows = await db
    .select()
    .from(watches)
    .where(and(eq(watches.sessionId, sessionId), bound))
    .orderBy(asc(watches.createdAt), asc(watches.id));
  return rows.map(watchOf);
}

/** Counts over the whole session, whatever of it is read or undone: undoing a request gives no money back. */
async function autoApproved(db: Tx, { id, settings }: Session): Promise<number> {
  if (settings.yolo.kind === 'off') return 0;
  const rows = await db
    .select({ call: toolCalls, watch: watches })
    .from(toolCalls)
    .leftJoin(watches, eq(watches.toolCallId, toolCalls.id))
    .where(and(eq(toolCalls.sessionId, id), sql`${toolCalls.approval}->'decision'->'auto' is not null`));
  return autoApprovedUsd(
    settings,
    rows.map(({ call }) => toolCallOf(call)),
    rows.flatMap(({ watch }) => (watch ? [watchOf(watch)] : [])),
  );
}
