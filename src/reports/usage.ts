import { sql } from 'drizzle-orm';
import { type Db, moment } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { usage } from '../db/schema/spend.ts';
import { startOfDay } from '../lib/clock.ts';
import { dollars } from '../lib/dollars.ts';
import { NO_WORKSPACE, type Person, type ThreadAddress } from '../session/address.ts';

type Row = {
  scope: string;
  calls: string | number;
  input: string | number;
  cached: string | number;
  output: string | number;
  usd: string | number | null;
  first_ms: string | number | null;
};

/**
 * What `usage` answers: model calls, tokens and cost of this session, of the person, the channel and all
 * today.
 */
export async function usageText(db: Db, address: ThreadAddress, by: Person): Promise<string> {
  const today = sql`u.created_at >= ${moment(startOfDay(db.clock.now()))}`;
  const here = sql`s.platform = ${address.platform} and s.workspace = ${address.workspace}`;
  const scopes = [
    {
      name: 'this session',
      where: sql`${here} and s.channel = ${address.channel} and s.thread = ${address.thread}`,
    },
    { name: `${by.name} today`, where: sql`${today} and ${here} and s.requester->>'id' = ${by.id}` },
    { name: 'this channel today', where: sql`${today} and ${here} and s.channel = ${address.channel}` },
    ...(address.workspace === NO_WORKSPACE
      ? []
      : [{ name: 'everybody today', where: sql`${today} and ${here}` }]),
  ];
  const rows: Row[] = [];
  for (const { name, where } of scopes) {
    const result = await db.execute(sql`
      select ${name}::text as scope, count(*) as calls,
        coalesce(sum(u.input_tokens), 0) as input, coalesce(sum(u.cached_tokens), 0) as cached,
        coalesce(sum(u.output_tokens), 0) as output, sum(u.cost_micro_usd) / 1e6 as usd,
        percentile_cont(0.5) within group (order by u.first_token_ms) as first_ms
      from ${usage} u join ${sessions} s on s.id = u.session_id where ${where}`);
    rows.push(...((result as { rows?: Row[] }).rows ?? []));
  }
  return [
    '| | model calls | tokens in (cached) | tokens out | cost | first word after |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(lineOf),
    '',
    'Days are UTC days. Jobs are not in here: their cost stands on their cards, and `status` sums up.',
  ].join('\n');
}

function lineOf({ scope, calls, input, cached, output, usd, first_ms: first }: Row): string {
  const number = (value: string | number) => Number(value).toLocaleString('en');
  const share = Number(input) > 0 ? Math.round((100 * Number(cached)) / Number(input)) : 0;
  return `| ${scope} | ${number(calls)} | ${number(input)} (${share} %) | ${number(output)} | ${usd === null ? '?' : dollars(Number(usd))} | ${first === null ? '?' : `${(Number(first) / 1000).toFixed(1)} s`} |`;
}
