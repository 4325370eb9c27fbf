import { and, desc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { usage } from '../db/schema/spend.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { ThreadAddress } from '../session/address.ts';
import { type Digest, digestOf, type Need } from '../session/digest.ts';
import { sessionOf } from '../session/store/rows.ts';
import { ToolCallState } from '../session/tool-calls.ts';
import { isOfChannel } from './channel-runs.ts';
import { jobRowOf } from './job-row.ts';

/** Of so many of each kind is told; more are not looked at. */
const MOST = 300;

/**
 * Whose runs a digest is about: one session's, or those of a thread's channel, as far as readers of that
 * thread may know of them.
 */
export type Whose = { sessionId: string } | { channelOf: ThreadAddress };

/**
 * How the runs of a thread or a channel stand at a moment, and what has become of them since another. What
 * can't be read is left out.
 */
export async function readDigest(
  tx: Tx,
  isolation: Isolation,
  whose: Whose,
  { since, at }: { since: Date; at: Date },
): Promise<Digest> {
  const isTheirs = ofWhom(whose);
  const rows = await tx
    .select()
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(and(isTheirs, or(isNull(watches.endedAt), gt(watches.endedAt, since))))
    .orderBy(desc(watches.createdAt), watches.id)
    .limit(MOST);
  const runs = isolation.readable(rows, (row) => `watch ${row.watches.id}`, jobRowOf);
  const waiting = [
    ...(await asked(tx, isolation, isTheirs)),
    ...(await stopped(tx, isolation, isTheirs, since)),
  ];
  return digestOf({ runs, waiting, modelUsd: await modelUsdSince(tx, isTheirs, since), since, at });
}

const ofWhom = (whose: Whose): SQL | undefined =>
  'sessionId' in whose
    ? eq(sessions.id, whose.sessionId)
    : isOfChannel(whose.channelOf, { kind: 'thread', thread: whose.channelOf.thread });

/** Calls that wait for a decision, or for the answer to a question of theirs. */
async function asked(tx: Tx, isolation: Isolation, isTheirs: SQL | undefined): Promise<Need[]> {
  const { state } = toolCalls;
  const found = async (condition: SQL) => {
    const rows = await tx
      .select({ id: toolCalls.id, state, sessions })
      .from(toolCalls)
      .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
      .where(and(isTheirs, condition))
      .orderBy(toolCalls.createdAt, toolCalls.id)
      .limit(MOST);
    return isolation.readable(rows, ({ id }) => `call ${id}`, needOf).flatMap((need) => need ?? []);
  };
  return [
    ...(await found(sql`${state}->>'kind' = 'awaiting_approval'`)),
    ...(await found(sql`${state}->>'kind' in ('approved', 'running') and ${state} ? 'question'`)),
  ];
}

function needOf(row: { state: unknown; sessions: typeof sessions.$inferSelect }): Need | undefined {
  const state = ToolCallState.parse(row.state);
  const { requester } = sessionOf(row.sessions);
  if (state.kind === 'awaiting_approval') {
    const { request, since, deciders } = state;
    const { title, brief = title, estimate } = request;
    return { kind: 'approval', name: brief, requester, since, usd: estimate.usd, deciders };
  }
  if (state.kind !== 'running' || state.question === undefined || state.question.answer) return undefined;
  const { text, deciders } = state.question;
  return { kind: 'question', name: text, requester, since: state.since, deciders };
}

/** Requests that have stopped since then, and that somebody can have go on. */
async function stopped(
  tx: Tx,
  isolation: Isolation,
  isTheirs: SQL | undefined,
  since: Date,
): Promise<Need[]> {
  const rows = await tx
    .select()
    .from(sessions)
    .where(and(isTheirs, sql`${sessions.state}->>'kind' = 'failed'`, gt(sessions.updatedAt, since)))
    .orderBy(desc(sessions.updatedAt), sessions.id)
    .limit(MOST);
  const known = isolation.readable(
    rows,
    ({ id }) => `session ${id}`,
    (row) => sessionOf(row),
  );
  return known.flatMap(({ state, settings, requester, updatedAt }): Need[] => {
    const waitsByItself = state.kind !== 'failed' || state.failure.outage !== undefined;
    if (waitsByItself) return [];
    const { deciders } = state.failure;
    return [{ kind: 'stopped', name: settings.title ?? '', requester, since: updatedAt, deciders }];
  });
}

async function modelUsdSince(tx: Tx, isTheirs: SQL | undefined, since: Date): Promise<number> {
  const [row] = await tx
    .select({ sum: sql<string | null>`sum(${usage.costMicroUsd})` })
    .from(usage)
    .innerJoin(sessions, eq(sessions.id, usage.sessionId))
    .where(and(isTheirs, gt(usage.createdAt, since)));
  return Number(row?.sum ?? 0) / 1e6;
}
