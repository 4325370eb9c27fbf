import { sql } from 'drizzle-orm';
import { dollars } from '../ops/dollars.ts';
import type { Tx } from './lease.ts';
import { readSession } from './read-snapshot.ts';

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

/** Any number, the same in every process: two approvals can't pass a budget together. */
const BUDGET_LOCK = 724_091_554;

/**
 * The budgets that spending `usd` more in a session would pass, in words. A cost that is not known counts as passing
 * none. Holds a lock until the transaction ends, so that what is approved in it is counted by the next one.
 */
export async function passedBudgets(
  tx: Tx,
  budgets: Budgets,
  sessionId: string,
  usd: number | undefined,
): Promise<string[]> {
  const session = usd === undefined ? undefined : await readSession(tx, sessionId);
  if (usd === undefined || session === undefined) return [];
  const { requester, address, rules } = session;
  const channelLimit = rules.dayUsd ?? budgets.channel_day_usd;
  const today = sql`date_trunc('day', now() at time zone 'utc') at time zone 'utc'`;
  const scopes = [
    { name: 'this session', limit: budgets.session_usd, where: sql`s.id = ${sessionId}`, since: undefined },
    {
      name: `${requester.name}’s day`,
      limit: personLimit(budgets, requester.groups),
      where: sql`s.platform = ${address.platform} and s.requester->>'id' = ${requester.id}`,
      since: today,
    },
    {
      name: 'this channel’s day',
      limit: channelLimit,
      where: sql`s.platform = ${address.platform} and s.workspace = ${address.workspace} and s.channel = ${address.channel}`,
      since: today,
    },
    {
      name: 'the day of all here',
      limit: budgets.workspaces?.[address.workspace]?.day_usd,
      where: sql`s.platform = ${address.platform} and s.workspace = ${address.workspace}`,
      since: today,
    },
    { name: 'the day', limit: budgets.day_usd, where: sql`true`, since: today },
  ];
  if (scopes.every(({ limit }) => limit === undefined)) return [];
  await tx.execute(sql`select pg_advisory_xact_lock(${BUDGET_LOCK})`);
  const passed: string[] = [];
  for (const { name, limit, where, since } of scopes) {
    if (limit === undefined) continue;
    const spent = await spentUsd(tx, where, since);
    if (spent + usd <= limit) continue;
    passed.push(`The budget of ${name} is ${dollars(limit)}; ${dollars(spent)} of it is spent or reserved.`);
  }
  return passed;
}

/** The highest of what the roles say that somebody is in; where they are in none, what holds for everybody. */
function personLimit(
  { roles = {}, person_day_usd }: Budgets,
  groups: readonly string[] = [],
): number | undefined {
  const own = groups.flatMap((group) => roles[group]?.person_day_usd ?? []);
  return own.length > 0 ? Math.max(...own) : person_day_usd;
}

/**
 * What models and jobs have cost, in USD: an ended job for as long as it ran, one that runs or is about to for its
 * whole time-out. Open approvals cost nothing yet.
 */
async function spentUsd(
  tx: Tx,
  where: ReturnType<typeof sql>,
  since: ReturnType<typeof sql> | undefined,
): Promise<number> {
  const after = (column: string) => (since ? sql`${sql.raw(column)} >= ${since}` : sql`true`);
  const result = await tx.execute(sql`
    select
      coalesce((select sum(u.cost_micro_usd) from ml_intern.usage u join ml_intern.sessions s on s.id = u.session_id
        where ${where} and ${after('u.created_at')}), 0) / 1e6
      + coalesce((select sum(w.hourly_micro_usd / 3600.0 * least(w.timeout_seconds, case
            when w.ended_at is null then w.timeout_seconds
            when w.snapshot->>'startedAt' is null then 0
            else greatest(0, extract(epoch from coalesce((w.snapshot->>'finishedAt')::timestamptz, w.ended_at)
              - (w.snapshot->>'startedAt')::timestamptz)) end))
        from ml_intern.watches w join ml_intern.sessions s on s.id = w.session_id
        where ${where} and w.tool_call_id is not null and ${after('w.created_at')}), 0) / 1e6
      + coalesce((select sum((c.approval->'request'->'estimate'->>'usd')::float8)
        from ml_intern.tool_calls c join ml_intern.sessions s on s.id = c.session_id
        where ${where} and ${after('c.created_at')} and c.state->>'kind' in ('approved', 'running')), 0) as usd`);
  const [row] = (result as { rows?: { usd: string | number }[] }).rows ?? [];
  return Number(row?.usd ?? 0);
}
