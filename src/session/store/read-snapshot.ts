import {
  and,
  asc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  not,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Db, Queries, Tx } from '../../db/database.ts';
import { channelRules } from '../../db/schema/access.ts';
import { operations } from '../../db/schema/inbox.ts';
import { watches } from '../../db/schema/jobs.ts';
import { exchanges, sessions } from '../../db/schema/sessions.ts';
import { usage } from '../../db/schema/spend.ts';
import { posts } from '../../db/schema/threads.ts';
import { messages, toolCalls } from '../../db/schema/transcript.ts';
import { autoApprovedUsd } from '../auto-approval.ts';
import type { Exchange, Session, Snapshot } from '../snapshot.ts';
import { PlanItem, SessionState } from '../state.ts';
import { type Question, type ToolCall, ToolCallState } from '../tool-calls.ts';
import { isElsewherePost } from './posts-elsewhere.ts';
import { messageOf, sessionOf, toolCallOf, watchOf } from './rows.ts';

/**
 * How much of a session is read. `context`: what the model is told, and the newest exchanges, without what
 * they used. `thread`: the exchanges that may still be shown otherwise than they are, without what calls were
 * given and returned. Neither grows with what was said before.
 */
type Part = 'all' | 'context' | 'thread';

/** How many of the newest exchanges can be taken back or gone on with. */
const RECENT_EXCHANGES = 50;

/**
 * Reads one session in one statement, and so as of one moment, in a transaction or not. Undefined where there
 * is none.
 */
export async function readSnapshot(
  db: Queries,
  sessionId: string,
  part: Exclude<Part, 'thread'> = 'all',
): Promise<Snapshot | undefined> {
  const [row] = await statementFor(db, part).execute({ sessionId });
  return row && snapshotOf(row);
}

/** What a thread shows and should show: of the exchanges that may still be shown otherwise than they are. */
export async function readThread(
  db: Db,
  sessionId: string,
): Promise<{ snapshot: Snapshot; posts: (typeof posts.$inferSelect)[] } | undefined> {
  const [row] = await statementFor(db, 'thread').execute({ sessionId });
  if (row === undefined) return undefined;
  const { leaseUntil } = row.session;
  const isHeld = leaseUntil !== null && leaseUntil > db.clock.now();
  const waitsSince = isHeld ? undefined : (ASKED.parse(row.askedAt) ?? undefined);
  return { snapshot: { ...snapshotOf(row), waitsSince }, posts: rowsIn(posts, row.posts ?? []) };
}

function snapshotOf(row: Awaited<ReturnType<Statement['execute']>>[number]): Snapshot {
  const session = sessionOf(row.session, row.rules);
  return {
    session,
    exchanges: withUsage(rowsIn(exchanges, row.exchanges), row.usage),
    messages: rowsIn(messages, row.messages).map(messageOf),
    toolCalls: rowsIn(toolCalls, row.toolCalls).map(toolCallOf),
    watches: rowsIn(watches, row.watches).map(watchOf),
    unread: z.array(z.string()).parse(row.unread ?? []),
    waitsSince: undefined,
    autoApprovedUsd: autoApproved(session, row.autoApproved),
  };
}

type Statement = ReturnType<typeof statementOf>;

/** Putting the statement together takes as long as Postgres needs for it, so that is done once. */
const statements = new WeakMap<Db, Partial<Record<Part, Statement>>>();

function statementFor(db: Queries, part: Part): Statement {
  if (db.kind === 'transaction') return statementOf(db, part);
  const made = statements.get(db) ?? {};
  statements.set(db, made);
  made[part] ??= statementOf(db, part);
  return made[part];
}

function statementOf(db: Queries, part: Part) {
  const bounds = BOUNDS[part];
  return db
    .select({
      session: sessions,
      rules: channelRules.rules,
      exchanges: exchangesOf(db, bounds),
      usage: part === 'context' ? sql`null` : usageOf(db, bounds),
      messages: messagesOf(db, bounds),
      toolCalls: toolCallsOf(db, bounds, part),
      watches: watchesOf(db, bounds),
      unread: part === 'thread' ? UNREAD : sql`null`,
      askedAt: part === 'thread' ? ASKED_AT : sql`null`,
      posts: part === 'thread' ? postsOf(db) : sql`null`,
      autoApproved: autoApprovedOf(db),
    })
    .from(sessions)
    .leftJoin(channelRules, RULES_OF_CHANNEL)
    .leftJoin(TOLD, part === 'context' ? sql`true` : sql`false`)
    .where(eq(sessions.id, sql.placeholder('sessionId')))
    .prepare(''); // by no name: a pooler gives the next statement to another connection
}

/** A session by itself, without what was said in it. */
export async function readSession(db: Queries, sessionId: string): Promise<Session | undefined> {
  const [row] = await db
    .select({ session: sessions, rules: channelRules.rules })
    .from(sessions)
    .leftJoin(channelRules, RULES_OF_CHANNEL)
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

/** Joins what people have set for a session's channel. */
export const RULES_OF_CHANNEL = and(
  eq(channelRules.platform, sessions.platform),
  eq(channelRules.workspace, sessions.workspace),
  eq(channelRules.channel, sessions.channel),
);

/** Which rows of a session are read; all of them where a bound is undefined. */
type Bounds = {
  exchange: SQL | undefined;
  message(id: PgColumn, exchange: PgColumn): SQL | undefined;
  watch: SQL | undefined;
};

const isUnsettled = (exchange: PgColumn): SQL => gt(exchange, sessions.settledExchange);

const BOUNDS: Readonly<Record<Part, Bounds>> = {
  all: { exchange: undefined, message: () => undefined, watch: undefined },
  thread: {
    exchange: isUnsettled(exchanges.number),
    message: (_id, exchange) => isUnsettled(exchange),
    watch: or(isNull(watches.endedAt), isUnsettled(watches.exchange)),
  },
  context: {
    exchange: sql`${exchanges.number} > ${sessions.exchange} - ${RECENT_EXCHANGES}`,
    message: (id) => sql`(${id} > told.since or (${id} > ${sessions.contextStart} and ${id} <= told.up_to))`,
    watch: undefined, // one can be run again whenever it was
  },
};

/**
 * The newest summary stands for all before it but the beginning: `up_to` is the end of that, `since` where it
 * goes on.
 */
const TOLD = sql`lateral (
  select greatest(${sessions.contextStart}, (newest.entry->>'upTo')::bigint) as since,
    (newest.entry->>'after')::bigint as up_to
  from (values (1)) as one (row) left join lateral (
    select entry from ${messages} as said
    where said.session_id = ${sessions.id} and not said.undone and said.id > ${sessions.contextStart}
      and said.entry->>'role' = 'summary'
    order by said.id desc limit 1
  ) as newest on true
) as told`;

/** The rows of a query as one value beside the row of their session. */
const list = (query: SQLWrapper): SQL<unknown> =>
  sql`(select coalesce(json_agg(listed), '[]') from (${query}) as listed)`;

/** Such rows, with the columns' values as a query gives them. */
function rowsIn<Table extends PgTable>(table: Table, listed: unknown): Table['$inferSelect'][] {
  const columns = Object.entries(getTableColumns(table));
  return LISTED.parse(listed).map((row) =>
    Object.fromEntries(columns.map(([key, column]) => [key, readValue(column, row[column.name])])),
  );
}

const LISTED = z.array(z.record(z.string(), z.unknown()));

/** JSON has numbers, texts and JSON itself as they are, and moments as texts. */
const readValue = (column: PgColumn, value: unknown): unknown =>
  column.dataType === 'date' && typeof value === 'string' ? column.mapFromDriverValue(value) : value;

const exchangesOf = (db: Queries, { exchange }: Bounds) =>
  list(
    db
      .select()
      .from(exchanges)
      .where(and(eq(exchanges.sessionId, sessions.id), exchange))
      .orderBy(asc(exchanges.number)),
  );

/** What the exchanges have used: which are read bounds this too. */
const usageOf = (db: Queries, { exchange }: Bounds) =>
  list(
    db
      .select({
        exchange: usage.exchange,
        inputTokens: sql`sum(${usage.inputTokens})`.as('inputTokens'),
        outputTokens: sql`sum(${usage.outputTokens})`.as('outputTokens'),
        microUsd: sql`sum(${usage.costMicroUsd})`.as('microUsd'),
      })
      .from(usage)
      .innerJoin(
        exchanges,
        and(eq(exchanges.sessionId, usage.sessionId), eq(exchanges.number, usage.exchange)),
      )
      .where(and(eq(usage.sessionId, sessions.id), exchange))
      .groupBy(usage.exchange),
  );

const USAGE = z.array(
  z.object({
    exchange: z.number(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    microUsd: z.number().nullable(),
  }),
);

function withUsage(rows: readonly (typeof exchanges.$inferSelect)[], used: unknown): Exchange[] {
  const found = new Map(USAGE.parse(used ?? []).map((row) => [row.exchange, row]));
  return rows.map((row) => {
    const { inputTokens = 0, outputTokens = 0, microUsd = null } = found.get(row.number) ?? {};
    return {
      number: row.number,
      plan: z.array(PlanItem).parse(row.plan),
      outcome: row.outcome === null ? undefined : SessionState.parse(row.outcome),
      modelCalls: row.modelCalls,
      corrections: row.corrections,
      undone: row.undone,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt ?? undefined,
      usage: { inputTokens, outputTokens, usd: microUsd === null ? undefined : microUsd / 1e6 },
    };
  });
}

const messagesOf = (db: Queries, { message }: Bounds) =>
  list(
    db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.sessionId, sessions.id),
          eq(messages.undone, false),
          message(messages.id, messages.exchange),
        ),
      )
      .orderBy(asc(messages.id)),
  );

/** A thread shows neither what calls were given nor what they returned, and those are most of a session. */
const SHOWN = {
  ...getTableColumns(toolCalls),
  arguments: sql`''`.as('arguments'),
  state: sql`
    case when ${toolCalls.state} ? 'output' then jsonb_set(${toolCalls.state}, '{output}', '""')
    else ${toolCalls.state} end`.as('state'),
};

const toolCallsOf = (db: Queries, { message }: Bounds, part: Part) =>
  list(
    db
      .select({ call: part === 'thread' ? SHOWN : getTableColumns(toolCalls) })
      .from(toolCalls)
      .innerJoin(messages, eq(messages.id, toolCalls.messageId))
      .where(
        and(
          eq(toolCalls.sessionId, sessions.id),
          eq(messages.undone, false),
          message(toolCalls.messageId, toolCalls.exchange),
        ),
      )
      .orderBy(asc(toolCalls.messageId), asc(toolCalls.position)),
  );

const watchesOf = (db: Queries, { watch }: Bounds) =>
  list(
    db
      .select()
      .from(watches)
      .where(and(eq(watches.sessionId, sessions.id), watch))
      .orderBy(asc(watches.createdAt), asc(watches.id)),
  );

/** Where an older version noted no exchange of a post, it may belong to any. */
const postsOf = (db: Queries) =>
  list(
    db
      .select()
      .from(posts)
      .where(
        and(
          eq(posts.sessionId, sessions.id),
          not(isElsewherePost),
          or(isNull(posts.exchange), isUnsettled(posts.exchange)),
        ),
      ),
  );

/** What people ask, in the inbox: not what a watch tells, nor a message that asks for nothing any more. */
const IS_ASKED = sql`asked.session_id = ${sessions.id} and asked.applied_at is null
  and asked.kind not in ('background', 'job_ended', 'job_alarm')
  and coalesce(asked.body->>'messageId', asked.kind) <> ''`;

const UNREAD = sql<unknown>`(
  select json_agg(asked.body->>'messageId' order by asked.id) from ${operations} as asked
  where ${IS_ASKED} and asked.kind = 'user_input')`;

const ASKED_AT = sql<unknown>`(
  select json_build_object('at', min(asked.created_at))->>'at' from ${operations} as asked where ${IS_ASKED})`;

const ASKED = z
  .string()
  .transform((at) => new Date(at))
  .nullable();

/** Whether people have asked a session for something that no turn has taken up yet. */
export const HAS_ASKED = sql<boolean>`exists (select 1 from ${operations} as asked where ${IS_ASKED})`;

/**
 * What was let through without asking, and its jobs, where that is allowed: over the whole session, whatever
 * of it is read or undone, since undoing a request gives no money back.
 */
function autoApprovedOf(db: Queries): SQL<unknown> {
  const isAuto = and(
    eq(toolCalls.sessionId, sessions.id),
    sql`${toolCalls.approval}->'decision'->'auto' is not null`,
  );
  const calls = list(db.select().from(toolCalls).where(isAuto));
  const jobs = list(
    db
      .select(getTableColumns(watches))
      .from(watches)
      .innerJoin(toolCalls, or(eq(toolCalls.id, watches.toolCallId), eq(toolCalls.id, watches.smokeOf)))
      .where(isAuto),
  );
  return sql`case when ${sessions.settings}->'yolo'->>'kind' <> 'off'
    then json_build_object('calls', ${calls}, 'watches', ${jobs}) end`;
}

const AUTO_APPROVED = z.object({ calls: z.unknown(), watches: z.unknown() });

function autoApproved({ settings }: Session, found: unknown): number {
  if (found === null) return 0;
  const rows = AUTO_APPROVED.parse(found);
  const calls = rowsIn(toolCalls, rows.calls).map(toolCallOf);
  return autoApprovedUsd(settings, calls, rowsIn(watches, rows.watches).map(watchOf));
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
