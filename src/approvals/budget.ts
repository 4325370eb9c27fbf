import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { moment, type Queries, type Tx } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { spend } from '../db/schema/spend.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Session } from '../session/snapshot.ts';
import { budgetPassed } from '../thread/words/approvals.ts';

/** Most that may be spent without a named approver, in USD; days are UTC days. */
export type Budgets = {
  session_usd?: number | undefined;
  person_day_usd?: number | undefined;
  channel_day_usd?: number | undefined;
  day_usd?: number | undefined;
  workspaces?: Readonly<Record<string, { day_usd: number }>> | undefined;
  /** A person's day, by the group or role that somebody is in. */
  roles?: Readonly<Record<string, { person_day_usd: number }>> | undefined;
  /** Who may approve what passes one. */
  approvers: readonly string[];
};

/** The budgets that what is spent has passed already, in words. */
export async function passedBudgets(db: Queries, budgets: Budgets, session: Session): Promise<string[]> {
  return passed(db, session, limitsOf(budgets, session), 0);
}

/**
 * The budgets that spending `usd` more in a session would pass, in words. A cost that is not known passes all
 * of them: whoever may pass them decides on it. Those who would spend on the same budgets wait until the
 * transaction ends, so that what is approved in it is counted by the next one.
 */
export async function budgetsPassedBy(
  tx: Tx,
  budgets: Budgets,
  session: Session,
  usd: number | undefined,
): Promise<string[]> {
  const limits = limitsOf(budgets, session);
  if (limits.length > 0) await lock(tx, limits);
  return passed(tx, session, limits, usd ?? Number.POSITIVE_INFINITY);
}

async function passed(
  db: Queries,
  session: Session,
  limits: readonly Limit[],
  usd: number,
): Promise<string[]> {
  if (limits.length === 0) return [];
  const spent = await spentUsd(db, limits);
  return limits.flatMap(({ scope, usd: limit }, i) => {
    const already = spent[i] ?? 0;
    if (already + usd <= limit) return [];
    return [budgetPassed(scope.kind, session.requester, { limit, already })];
  });
}

/** What a limit is on: a session from its beginning, or a sum of the day. */
type BudgetScope =
  | { kind: 'session'; sessionId: string }
  | { kind: 'person' | 'channel' | 'workspace' | 'all'; platform: string; workspace: string; name: string };

type Limit = { usd: number; scope: BudgetScope };

function limitsOf(budgets: Budgets, { id, requester, address, rules }: Session): Limit[] {
  const { platform, workspace, channel } = address;
  const all = [
    { usd: budgets.session_usd, scope: { kind: 'session' as const, sessionId: id } },
    {
      usd: personLimit(budgets, requester.groups),
      scope: { kind: 'person' as const, platform, workspace: '', name: requester.id },
    },
    {
      usd: rules.dayUsd ?? budgets.channel_day_usd,
      scope: { kind: 'channel' as const, platform, workspace, name: channel },
    },
    {
      usd: budgets.workspaces?.[workspace]?.day_usd,
      scope: { kind: 'workspace' as const, platform, workspace, name: '' },
    },
    {
      usd: budgets.day_usd,
      scope: { kind: 'all' as const, platform: '', workspace: '', name: '' },
    },
  ];
  return all.flatMap(({ usd, ...limit }) => (usd === undefined ? [] : [{ ...limit, usd }]));
}

/**
 * The highest of what the roles say that somebody is in; where they are in none, what holds for everybody.
 */
function personLimit(
  { roles = {}, person_day_usd }: Budgets,
  groups: readonly string[] = [],
): number | undefined {
  const own = groups.flatMap((group) => roles[group]?.person_day_usd ?? []);
  return own.length > 0 ? Math.max(...own) : person_day_usd;
}

/**
 * Any number, the same in every process. Older versions lock it alone, for whatever is spent on any budget.
 */
const BUDGET_LOCK = 724_091_554;

/**
 * Two approvals can't pass a budget together. All take the locks in one order, and a session's before these.
 */
async function lock(tx: Tx, limits: readonly Limit[]): Promise<void> {
  const keys = sql.param(limits.map(({ scope }) => JSON.stringify(scope)).sort());
  await tx.execute(sql`
    select pg_advisory_xact_lock_shared(${BUDGET_LOCK}),
      (select count(pg_advisory_xact_lock(hashtextextended(key, ${BUDGET_LOCK}))) from unnest(${keys}::text[]) as key)`);
}

const Sums = z.object({ rows: z.array(z.object({ i: z.number(), usd: z.coerce.number() })) });

/**
 * What models and jobs have cost, in USD: an ended job for as long as it ran, one that runs, is about to or
 * may have been begun for its whole time-out. Open approvals cost nothing yet. A job counts for the day on
 * which it was begun.
 */
async function spentUsd(db: Queries, limits: readonly Limit[]): Promise<number[]> {
  const now = moment(db.clock.now());
  const sums = limits.map(
    ({ scope }, i) => sql`select ${i}::integer as i, ${sumOf(scope, now)} / 1e6 as usd`,
  );
  const { rows } = Sums.parse(await db.execute(sql.join(sums, sql` union all `)));
  return rows.sort((a, b) => a.i - b.i).map(({ usd }) => usd);
}

function sumOf(scope: BudgetScope, now: SQL): SQL {
  if (scope.kind !== 'session') {
    const { kind, platform, workspace, name } = scope;
    return sql`coalesce((select sum(micro_usd) from ${spend}
      where day = ml_intern.utc_day(${now}) and scope = ${kind} and platform = ${platform}
        and workspace = ${workspace} and name = ${name}), 0)`;
  }
  const { sessionId } = scope;
  return sql`(
    coalesce((select model_micro_usd from ${sessions} where id = ${sessionId}), 0)
    + coalesce((select sum(ml_intern.watch_micro_usd(w)) from ${watches} w where w.session_id = ${sessionId}), 0)
    + coalesce((select sum(ml_intern.reserved_micro_usd(c)) from ${toolCalls} c
        where c.session_id = ${sessionId} and c.state->>'kind' in ('approved', 'running')), 0)
    + coalesce((select sum(ml_intern.reserved_micro_usd(c)) from ${toolCalls} c
        where c.session_id = ${sessionId} and c.state->'follows' is not null), 0)
    + coalesce((select sum(ml_intern.reserved_micro_usd(c)) from ${toolCalls} c
        where c.session_id = ${sessionId} and c.state->>'kind' = 'unknown'), 0))`;
}
