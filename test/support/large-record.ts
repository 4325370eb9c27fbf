import type pg from 'pg';

/**
 * How much of everything a session has. At most half as many calls as messages, and as many watches as calls.
 */
export type SessionRows = Readonly<
  Record<'exchanges' | 'messages' | 'calls' | 'usage' | 'posts' | 'operations' | 'watches', number>
>;

/**
 * Fills an empty record with sessions of the last 90 days: the latest were used today, most are closed,
 * nothing of them is pending.
 */
export async function fillRecord(client: pg.ClientBase, sessions: number, each: SessionRows): Promise<void> {
  const indexes = await withoutIndexes(client);
  // Neither foreign keys nor triggers row by row: what they would do is done below, once.
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  for (const statement of statements(sessions, each)) await client.query(statement);
  await client.query('reset session_replication_role');
  for (const definition of indexes) await client.query(definition);
  await client.query(SUMS);
}

/** Takes away what is quicker made at the end. Returns what makes it again. */
async function withoutIndexes(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(`
    select format('%I.%I', n.nspname, c.relname) as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'ml_intern' and not i.indisprimary and not i.indisunique`);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

/** When the i-th session was used: the last ones a moment ago. */
const at = (sessions: number) => `now() - (${sessions} - i) * interval '90 days' / ${sessions}`;

function statements(
  sessions: number,
  { exchanges, messages, calls, usage, posts, operations, watches }: SessionRows,
): string[] {
  const of = (count: number) => `generate_series(1, ${sessions}) i, generate_series(1, ${count}) k`;
  const exchange = (count: number) => `(k - 1) * ${exchanges} / ${count} + 1`;
  const created = at(sessions);
  return [
    `insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state, exchange,
        settled_exchange, rev, rendered_rev, epoch, model_micro_usd, created_at, updated_at)
      select 'h' || i, 'slack', 'T' || i % 5, 'C' || i % 50, 'h' || i,
        jsonb_build_object('id', 'U' || i % 200, 'name', 'Person ' || i % 200),
        case when i % 10 < 7 then '{"kind": "closed", "by": "inactivity"}'::jsonb
          when i % 10 = 7 then '{"kind": "interrupted", "by": "Ada"}' else '{"kind": "idle"}' end,
        ${exchanges}, ${exchanges - 1}, 300, 300, 5, 50000, ${created}, ${created}
      from generate_series(1, ${sessions}) i`,
    `insert into ml_intern.exchanges (session_id, number, plan, outcome, model_calls, started_at, finished_at)
      select 'h' || i, k, '[]', '{"kind": "idle"}', 10, ${created}, ${created} from ${of(exchanges)}`,
    `insert into ml_intern.messages (id, session_id, exchange, entry, created_at)
      select (i - 1) * ${messages} + k, 'h' || i, ${exchange(messages)},
        case when k % 20 = 1 then jsonb_build_object('role', 'user', 'text', repeat(md5(k::text), 8),
            'author', jsonb_build_object('id', 'U' || i % 200, 'name', 'Person'), 'messageId', i || '.' || k)
          else jsonb_build_object('role', 'assistant', 'text', repeat(md5(k::text), 6), 'model', 'm',
            'tokens', jsonb_build_object('input', 9000, 'output', 90)) end, ${created}
      from ${of(messages)}`,
    `select setval('ml_intern.messages_id_seq', ${sessions * messages})`,
    `insert into ml_intern.tool_calls (id, session_id, message_id, exchange, position, provider_id, name, arguments,
        summary, state, approval, started_at, finished_at, created_at)
      select 'h' || i || '_' || k, 'h' || i, (i - 1) * ${messages} + k * 2, ${exchange(calls)}, 0, 'call_' || k, 'bash',
        '{"command": "ls"}', '', jsonb_build_object('kind', 'done', 'output', repeat(md5(k::text), 12), 'at', ${created}),
        case when k % 20 = 0 then jsonb_build_object('request', jsonb_build_object('title', 'Run a job', 'facts', '[]'::jsonb,
            'warnings', '[]'::jsonb, 'estimate', '{"usd": 1}'::jsonb),
          'decision', jsonb_build_object('by', '{"id": "U1", "name": "Ada"}'::jsonb, 'at', ${created})) end,
        ${created}, ${created}, ${created}
      from ${of(calls)}`,
    `insert into ml_intern.usage (session_id, exchange, model, input_tokens, cached_tokens, output_tokens, cost_micro_usd,
        first_token_ms, total_ms, created_at)
      select 'h' || i, ${exchange(usage)}, 'm', 9000, 8000, 90, 1000, 400, 2000, ${created} from ${of(usage)}`,
    `insert into ml_intern.posts (session_id, key, platform_id, hash, exchange, created_at)
      select 'h' || i, 'm' || k || '#0', i || '.' || k, md5(k::text), ${exchange(posts)}, ${created} from ${of(posts)}`,
    `insert into ml_intern.operations (session_id, source_id, kind, body, applied_at, created_at)
      select 'h' || i, 'h' || i || '_' || k, 'user_input', jsonb_build_object('kind', 'user_input', 'text', md5(k::text),
        'author', '{"id": "U1", "name": "Ada"}'::jsonb, 'messageId', i || '.' || k), ${created}, ${created}
      from ${of(operations)}`,
    `insert into ml_intern.watches (id, session_id, tool_call_id, exchange, namespace, job_id, url, title, flavor,
        hourly_micro_usd, timeout_seconds, snapshot, ended_at, created_at)
      select 'h' || i || '_' || k, 'h' || i, 'h' || i || '_' || k, k, 'ada', 'j' || i || k, '', 'Python script',
        'a10g-small', 1000000, 3600, jsonb_build_object('stage', 'COMPLETED', 'startedAt', ${created} - interval '9 minutes',
          'finishedAt', ${created}), ${created}, ${created}
      from ${of(watches)}`,
  ];
}

/** What the triggers would have noted. */
const SUMS = `
  select ml_intern.count_spend(array_agg(session_id), array_agg(day), array_agg(micro_usd)) from (
    select session_id, ml_intern.utc_day(created_at) as day, sum(cost_micro_usd)::bigint as micro_usd
      from ml_intern.usage group by 1, 2
    union all
    select w.session_id, ml_intern.utc_day(w.created_at), ml_intern.watch_micro_usd(w) from ml_intern.watches w) amounts`;

/** What is under way at any time, in other processes: sessions, jobs, open approvals and pings. */
export async function addUnderWay(client: pg.ClientBase): Promise<void> {
  await client.query(`
    insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state, exchange, lease_owner,
        lease_until, epoch)
      select 'a' || i, 'slack', 'T1', 'C1', 'a' || i, '{"id": "U1", "name": "Ada"}', '{"kind": "running"}', 1, 'other',
        now() + interval '1 day', 1 from generate_series(1, 30) i;
    insert into ml_intern.messages (session_id, exchange, entry)
      select 'a' || i, 1, '{"role": "assistant", "text": ""}' from generate_series(1, 30) i;
    insert into ml_intern.tool_calls (id, session_id, message_id, exchange, position, provider_id, name, arguments, summary, state)
      select 'a' || m.id, m.session_id, m.id, 1, 0, 'p', 'hf_jobs', '{}', '', jsonb_build_object('kind', 'awaiting_approval',
        'since', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'revision', 0, 'request',
        '{"title": "Run a job", "facts": [], "warnings": [], "estimate": {"usd": 1}}'::jsonb)
      from ml_intern.messages m where m.session_id ~ '^a' limit 20;
    insert into ml_intern.watches (id, session_id, tool_call_id, exchange, namespace, job_id, url, title, flavor,
        hourly_micro_usd, timeout_seconds, snapshot, followed_by, followed_until)
      select 'a' || i, 'a' || i % 30 + 1, null, 1, 'ada', 'ja' || i, '', 'Python script', 'a10g-small', 1000000, 3600,
        jsonb_build_object('stage', 'RUNNING', 'startedAt', now()), 'other', now() + interval '1 day'
      from generate_series(1, 100) i;
    insert into ml_intern.schedules (session_id, scope, rhythm)
      select 'a' || i, 'thread', '{"when": {"kind": "every", "ms": 3600000}, "words": "every 1h", "isQuiet": true}'
      from generate_series(1, 10) i;
    analyze`);
}
