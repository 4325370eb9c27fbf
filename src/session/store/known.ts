import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { toolCalls } from '../../db/schema/transcript.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Draft } from '../state.ts';
import type { ToolCall } from '../tool-calls.ts';
import type { TranscriptMessage } from '../transcript.ts';
import { sessionOf, toolCallOf } from './rows.ts';

/*
 * What a turn knows of its session without reading it again: what it has read, and its own writes since.
 * Anything that a thread could show raises `rev`, whoever writes it. So what is known holds for as long as
 * the record's `rev` is the one that this turn's own writes have led to.
 */

/** What the writes of one transaction have in common. */
export type Writes = {
  sessionId: string;
  /** The session’s `rev` when its row was locked. */
  revBefore: number;
  /** What is marked on the session’s row before the commit, all of it in one statement. */
  mark: Mark | undefined;
  /** Whether something was written that does not stand in `written`. */
  isUnknown: boolean;
  written: {
    messages: TranscriptMessage[];
    calls: ToolCall[];
    session: typeof sessions.$inferSelect | undefined;
  };
};

type Mark = {
  /** The earliest exchange that is settled no more. */
  exchange: number | undefined;
  /** Whether the session has come further: a draft has not. */
  isProgress: boolean;
  draft?: Draft | null;
  microUsd: number;
};

const OPEN = new WeakMap<Tx, Writes>();

/** From here on the marks of a transaction that has locked its session’s row wait for `flush`. */
export function collectWrites(tx: Tx, sessionId: string, revBefore: number): Writes {
  const written = { messages: [], calls: [], session: undefined };
  const writes: Writes = { sessionId, revBefore, mark: undefined, isUnknown: false, written };
  OPEN.set(tx, writes);
  return writes;
}

/** The writes that are collected for this session; undefined where a transaction marks its row by itself. */
export function writesOf(tx: Tx, sessionId: string): Writes | undefined {
  const writes = OPEN.get(tx);
  return writes?.sessionId === sessionId ? writes : undefined;
}

/** Adds to what is marked before the commit. */
export function markLater(writes: Writes, added: Partial<Mark>): void {
  const { mark } = writes;
  const exchanges = [mark?.exchange, added.exchange].filter((exchange) => exchange !== undefined);
  writes.mark = {
    ...mark,
    ...added,
    exchange: exchanges.length === 0 ? undefined : Math.min(...exchanges),
    isProgress: (mark?.isProgress ?? false) || (added.isProgress ?? false),
    microUsd: (mark?.microUsd ?? 0) + (added.microUsd ?? 0),
  };
}

/** An exchange that is settled no more, nor is what came after it. */
export const unsettled = (exchange: number) => sql`least(${sessions.settledExchange}, ${exchange - 1})`;

/** Writes what was marked, in one statement, as the last thing before the commit. */
export async function flush(tx: Tx, writes: Writes): Promise<void> {
  const { mark, sessionId } = writes;
  if (mark === undefined) return;
  const { exchange, isProgress, draft, microUsd } = mark;
  const [row] = await tx
    .update(sessions)
    .set({
      ...(isProgress || draft !== undefined
        ? { rev: sql`${sessions.rev} + 1`, updatedAt: tx.clock.now() }
        : {}),
      ...(isProgress ? { strikes: 0 } : {}),
      ...(draft === undefined ? {} : { draft }),
      ...(microUsd === 0 ? {} : { modelMicroUsd: sql`${sessions.modelMicroUsd} + ${microUsd}` }),
      ...(exchange === undefined ? {} : { settledExchange: unsettled(exchange) }),
    })
    .where(eq(sessions.id, sessionId))
    .returning();
  writes.written.session = row;
  writes.mark = undefined;
}

/** Notes a call as it stands now. */
export const noteCall = (tx: Tx, row: typeof toolCalls.$inferSelect): void =>
  void writesOf(tx, row.sessionId)?.written.calls.push(toolCallOf(row));

/**
 * What is known once the writes are committed. Undefined where that is not certain: something else was
 * written besides, by this transaction or by anybody since.
 */
export function afterWrites(known: Snapshot | undefined, writes: Writes): Snapshot | undefined {
  if (known === undefined || writes.isUnknown || known.session.rev !== writes.revBefore) return undefined;
  const { session: row, messages, calls } = writes.written;
  const { rules } = known.session;
  const session = row === undefined ? known.session : { ...sessionOf(row), rules };
  if (session.rev > writes.revBefore + 1) return undefined;
  const changed = new Map(calls.map((call) => [call.id, call]));
  const isNew = ({ id }: ToolCall) => !known.toolCalls.some((call) => call.id === id);
  return {
    ...known,
    session,
    messages: [...known.messages, ...messages],
    toolCalls: [...known.toolCalls.map((call) => changed.get(call.id) ?? call), ...calls.filter(isNew)],
  };
}
