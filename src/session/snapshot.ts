import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { exchanges, messages, sessions, toolCalls, usage, watches } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import { Person, ThreadAddress } from './address.ts';
import { Settings } from './settings.ts';
import { Draft, PlanItem, SessionState } from './state.ts';
import { ApprovalRequest, Decision, type ToolCall, ToolCallState } from './tool-calls.ts';
import { Entry, type TranscriptMessage } from './transcript.ts';
import { JobSnapshot, type Watch } from './watches.ts';

export type Session = {
  id: string;
  address: ThreadAddress;
  requester: Person;
  state: SessionState;
  draft: Draft | undefined;
  settings: Settings;
  /** Number of the current exchange; 0 before the first. */
  exchange: number;
  /** Transcript entries up to this id are no longer told to the model (`new`). */
  contextStart: number;
  /** Grows with everything that a thread could show. */
  rev: number;
  updatedAt: Date;
};

/** What one exchange has used. `usd` is undefined where the model's price is not configured. */
type ExchangeUsage = { inputTokens: number; outputTokens: number; usd: number | undefined };

export type Exchange = {
  number: number;
  plan: PlanItem[];
  /** How it ended, once it has. */
  outcome: SessionState | undefined;
  modelCalls: number;
  /** How often its answer was sent back because the plan was unfinished. */
  corrections: number;
  undone: boolean;
  startedAt: Date;
  finishedAt: Date | undefined;
  usage: ExchangeUsage;
};

/** A session and everything in it that is not undone: all that a decision or a view is made from. */
export type Snapshot = {
  session: Session;
  exchanges: Exchange[];
  messages: TranscriptMessage[];
  toolCalls: ToolCall[];
  watches: Watch[];
};

/** Reads one session, as one consistent moment. Undefined where there is none. */
export async function readSnapshot(db: Db, sessionId: string): Promise<Snapshot | undefined> {
  return db.transaction(
    async (tx) => {
      const [row] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
      if (row === undefined) return undefined;
      return {
        session: sessionOf(row),
        exchanges: await readExchanges(tx, sessionId),
        messages: await readMessages(tx, sessionId),
        toolCalls: await readToolCalls(tx, sessionId),
        watches: await readWatches(tx, sessionId),
      };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

export function currentExchange(snapshot: Snapshot): Exchange | undefined {
  return snapshot.exchanges.find((exchange) => exchange.number === snapshot.session.exchange);
}

/** What the model is told of: everything since the last `new`, a summary in the place of what it stands for. */
export function context(snapshot: Snapshot): TranscriptMessage[] {
  const told = snapshot.messages.filter((message) => message.id > snapshot.session.contextStart);
  const summaries = told.flatMap(({ id, entry }) => (entry.role === 'summary' ? [{ id, entry }] : []));
  if (summaries.length === 0) return told;
  const isCovered = (message: TranscriptMessage) =>
    summaries.some(
      ({ id, entry }) => id > message.id && placeOf(message) > entry.after && placeOf(message) <= entry.upTo,
    );
  return told.filter((message) => !isCovered(message)).sort((a, b) => placeOf(a) - placeOf(b) || b.id - a.id);
}

/** A summary stands where the last entry that it replaces stood. */
export const placeOf = ({ id, entry }: TranscriptMessage) => (entry.role === 'summary' ? entry.upTo : id);

export function sessionOf(row: typeof sessions.$inferSelect): Session {
  return {
    id: row.id,
    address: ThreadAddress.parse(row),
    requester: Person.parse(row.requester),
    state: SessionState.parse(row.state),
    draft: row.draft === null ? undefined : Draft.parse(row.draft),
    settings: Settings.parse(row.settings),
    exchange: row.exchange,
    contextStart: row.contextStart,
    rev: row.rev,
    updatedAt: row.updatedAt,
  };
}

async function readExchanges(db: Db, sessionId: string): Promise<Exchange[]> {
  const rows = await db
    .select()
    .from(exchanges)
    .where(eq(exchanges.sessionId, sessionId))
    .orderBy(asc(exchanges.number));
  const used = await readUsage(db, sessionId);
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

async function readUsage(db: Db, sessionId: string): Promise<Map<number, ExchangeUsage>> {
  const rows = await db
    .select({
      exchange: usage.exchange,
      inputTokens: sql<string>`sum(${usage.inputTokens})`,
      outputTokens: sql<string>`sum(${usage.outputTokens})`,
      microUsd: sql<string | null>`sum(${usage.costMicroUsd})`,
    })
    .from(usage)
    .where(eq(usage.sessionId, sessionId))
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

async function readMessages(db: Db, sessionId: string): Promise<TranscriptMessage[]> {
  const rows = await db
    .select()
    .from(messages)
    .where(and(eq(messages.sessionId, sessionId), eq(messages.undone, false)))
    .orderBy(asc(messages.id));
  return rows.map((row) => ({
    id: row.id,
    exchange: row.exchange,
    entry: Entry.parse(row.entry),
    createdAt: row.createdAt,
  }));
}

async function readToolCalls(db: Db, sessionId: string): Promise<ToolCall[]> {
  const rows = await db
    .select({ call: toolCalls })
    .from(toolCalls)
    .innerJoin(messages, eq(messages.id, toolCalls.messageId))
    .where(and(eq(toolCalls.sessionId, sessionId), eq(messages.undone, false), gt(messages.id, 0)))
    .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
  return rows.map(({ call }) => toolCallOf(call));
}

const StoredApproval = z.object({ request: ApprovalRequest, decision: Decision });

export function toolCallOf(row: typeof toolCalls.$inferSelect): ToolCall {
  return {
    id: row.id,
    messageId: row.messageId,
    exchange: row.exchange,
    position: row.position,
    providerId: row.providerId,
    name: row.name,
    arguments: row.arguments,
    summary: row.summary,
    state: ToolCallState.parse(row.state),
    approval: row.approval === null ? undefined : StoredApproval.parse(row.approval),
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}

async function readWatches(db: Db, sessionId: string): Promise<Watch[]> {
  const rows = await db
    .select()
    .from(watches)
    .where(eq(watches.sessionId, sessionId))
    .orderBy(asc(watches.createdAt), asc(watches.id));
  return rows.map(watchOf);
}

export function watchOf(row: typeof watches.$inferSelect): Watch {
  return {
    id: row.id,
    sessionId: row.sessionId,
    toolCallId: row.toolCallId ?? undefined,
    exchange: row.exchange,
    namespace: row.namespace,
    jobId: row.jobId,
    url: row.url,
    dashboardUrl: row.dashboardUrl ?? undefined,
    title: row.title,
    flavor: row.flavor,
    hourlyUsd: row.hourlyMicroUsd === null ? undefined : row.hourlyMicroUsd / 1e6,
    timeoutSeconds: row.timeoutSeconds,
    createdAt: row.createdAt,
    snapshot: JobSnapshot.parse(row.snapshot),
    lookedAt: row.lookedAt,
    endedAt: row.endedAt ?? undefined,
  };
}
