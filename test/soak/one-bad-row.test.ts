import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createChannelRules } from '../../src/access/channel-rules.ts';
import { runTurn } from '../../src/agent/turn.ts';
import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { passedBudgets } from '../../src/approvals/budget.ts';
import type { Db } from '../../src/db/database.ts';
import type { Storage } from '../../src/db/storage.ts';
import { createFeedback, exportFeedback } from '../../src/intake/feedback.ts';
import { claimWatches, keepWatches } from '../../src/jobs/claims.ts';
import { createJobsOverview } from '../../src/jobs/overview.ts';
import { ping } from '../../src/jobs/pings.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createIsolation, type Isolation } from '../../src/lib/isolation.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { createSessionsOverview } from '../../src/reports/sessions-overview.ts';
import { createEngine, type Engine } from '../../src/runtime/engine.ts';
import { runHousekeeping } from '../../src/runtime/housekeeping.ts';
import { sweep } from '../../src/runtime/maintenance.ts';
import { type Pings, runPings } from '../../src/runtime/ping-schedules.ts';
import { askedToStop } from '../../src/session/store/inbox.ts';
import { createLastSeen } from '../../src/session/store/last-seen.ts';
import { readSession } from '../../src/session/store/read-snapshot.ts';
import { toolServersText } from '../../src/session/store/tool-servers.ts';
import { createWebCache } from '../../src/session/store/web-cache.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { type Backend, createBackend, isThere } from '../support/backends.ts';
import { hasty } from '../support/clocks.ts';
import { takesAll } from '../support/record-work.ts';
import { ADA } from '../support/snapshots.ts';
import { turnDepsOn } from '../support/turn-deps.ts';
import { until } from '../support/until.ts';

/*
 * Every column of every table is garbled in every way that its type allows, each in rows of their own, and
 * all that goes over many rows is run: what is there besides is served, and what is wrong is told once.
 */

const BAD: Readonly<Record<string, readonly string[]>> = {
  jsonb: [
    `'"gone"'`,
    `'null'`,
    `'[1]'`,
    `'1e300'`,
    `'{"kind": "nobody", "role": "nobody"}'`,
    `'{"kind": "awaiting_approval", "since": "long ago"}'`,
    `'{"kind": "awaiting_approval", "since": "2020-01-01T00:00:00.000Z"}'`,
    `'{"when": {"kind": "every", "ms": 1e300}, "words": "", "isQuiet": false}'`,
    `'{"when": {"kind": "daily", "pattern": "x y z", "timeZone": "Nowhere"}, "words": "", "isQuiet": false}'`,
  ],
  integer: ['2147483647', '-2147483648'],
  bigint: ['9223372036854775807', '-9223372036854775808'],
  real: [`'NaN'`, `'Infinity'`, '-1'],
  date: [`'infinity'`, `'-infinity'`],
  'timestamp with time zone': [
    `'infinity'`,
    `'-infinity'`,
    `'200000-01-01'`,
    `'4000-01-01 BC'`,
    `'2001-01-01'`,
    `'2200-01-01'`,
  ],
  text: [`''`, `repeat('x', 20000)`, `E'\\x01\\uFFFE'`, `'NaN'`],
  boolean: ['true', 'false'],
  bytea: [`''`],
};

/**
 * What every session of the test has: work of its own in each table that belongs to one. `at` is long ago.
 */
const ROWS: Readonly<Record<string, string>> = {
  // Unused, with an approval to be brought to mind, and worked on by nobody: three sessions a name.
  sessions: `insert into ml_intern.sessions
      (id, platform, workspace, channel, thread, requester, state, rev, exchange, updated_at, created_at)
    select name || kind, 'slack', 'T' || name, 'C' || name, name || kind, '{"id": "U0ADA", "name": "Ada"}',
      jsonb_build_object('kind', state, 'on', 'approval'), 3, 1, '2020-01-01', '2020-01-01'
    from NAMES, (values ('', 'running'), ('-open', 'parked'), ('-idle', 'idle')) as kinds (kind, state)`,
  exchanges: `insert into ml_intern.exchanges (session_id, number, plan) select name, 1, '[]' from NAMES`,
  operations: `insert into ml_intern.operations (session_id, source_id, kind, body, created_at)
    select name, 'op-' || name, 'user_input',
      '{"kind": "user_input", "text": "go", "by": {"id": "U0ADA", "name": "Ada"}, "messageId": "1.1"}', '2020-01-01' from NAMES`,
  deliveries: `insert into ml_intern.deliveries (source_id, done_at, created_at)
    select name, '2020-01-01', '2020-01-01' from NAMES`,
  messages: `insert into ml_intern.messages (session_id, exchange, entry)
    select name || kind, 1, '{"role": "assistant", "text": "hello"}' from NAMES, (values (''), ('-open')) as kinds (kind)`,
  tool_calls: `insert into ml_intern.tool_calls
      (id, session_id, message_id, exchange, position, provider_id, name, arguments, summary, state, finished_at, created_at)
    select 'c-' || name || kind, name || kind,
      (select min(id) from ml_intern.messages where session_id = name || kind), 1, 0, 'p', 'x', '{}', '', state::jsonb,
      case kind when '' then '2020-01-01'::timestamptz end, '2020-01-01'
    from NAMES, (values ('', '{"kind": "done", "output": "", "at": "2020-01-01T00:00:00.000Z"}'),
      ('-open', '{"kind": "awaiting_approval", "since": "2020-01-01T00:00:00.000Z", "revision": 0,
        "request": {"title": "Run", "facts": [], "warnings": [], "estimate": {"usd": 1}}}')) as kinds (kind, state)`,
  events: `insert into ml_intern.events (session_id, type, data, created_at) select name, 'x', '{}', '2020-01-01' from NAMES`,
  posts: `insert into ml_intern.posts (session_id, key, platform_id, hash, exchange)
    select name, 'answer', '1.' || name, 'h', 1 from NAMES`,
  watches: `insert into ml_intern.watches
      (id, session_id, tool_call_id, exchange, namespace, job_id, url, title, flavor, hourly_micro_usd, timeout_seconds, snapshot)
    select 'w-' || name, name || '-open', 'c-' || name || '-open', 1, 'ada', 'j', '', '', 'cpu-basic', 100, 60,
      '{"stage": "RUNNING"}' from NAMES`,
  files: `insert into ml_intern.files (id, session_id, name, bytes, created_at)
    select 'f-' || name, name, 'x', '', '2020-01-01' from NAMES`,
  schedules: `insert into ml_intern.schedules (session_id, scope, rhythm)
    select name, 'channel', '{"when": {"kind": "every", "ms": 3600000}, "words": "every hour", "isQuiet": false}' from NAMES`,
  usage: `insert into ml_intern.usage (session_id, exchange, model, input_tokens, cached_tokens, output_tokens, cost_micro_usd)
    select name, 1, 'm', 1, 0, 1, 1 from NAMES`,
  paces: `insert into ml_intern.paces (platform, workspace, bucket, next_at, updated_at)
    select 'slack', 'T' || name, 'post', '2020-01-01', '2020-01-01' from NAMES`,
  housekeeping: `insert into ml_intern.housekeeping (name) select name from NAMES`,
  channel_rules: `insert into ml_intern.channel_rules (platform, workspace, channel, rules, changed_by)
    select 'slack', 'T' || name, 'C' || name, '{}', '{"id": "U0ADA", "name": "Ada"}' from NAMES`,
  feedback: `insert into ml_intern.feedback (session_id, message_id, person, person_name, verdict)
    select name, (select min(id) from ml_intern.messages where session_id = name), 'U0ADA', 'Ada', 'good' from NAMES`,
  renewals: `insert into ml_intern.renewals (what, owner, until) select name, 'x', '2020-01-01' from NAMES`,
  announcements: `insert into ml_intern.announcements (id, session_id, call_id, exchange, name, channel, said, created_at)
    select 'a-' || name, name, 'c-' || name, 1, 'ops', 'C0OPS', '{"title": "x", "message": "", "severity": "info"}', '2020-01-01' from NAMES`,
  presence: `insert into ml_intern.presence (platform, workspace) select 'slack', 'T' || name from NAMES`,
  web_pages: `insert into ml_intern.web_pages (key, url, content_type, text, fresh_until)
    select name, 'https://example.com/' || name, 'text/plain', 'x', '2020-01-01' from NAMES`,
  call_journal: `insert into ml_intern.call_journal (call_id, position, entry, created_at)
    select 'c-' || name, 0, '{}', '2020-01-01' from NAMES`,
  tool_servers: `insert into ml_intern.tool_servers (name, tools) select name, 1 from NAMES`,
};

/** Sums follow from other rows, and are garbled where they are. */
const TABLES = [...Object.keys(ROWS), 'spend'];

/** The row of a name in a table: by the first column that names it. */
const KEYS: Readonly<Record<string, string>> = {
  sessions: `id in ('NAME', 'NAME-open', 'NAME-idle')`,
  deliveries: `source_id = 'NAME'`,
  watches: `id = 'w-NAME'`,
  tool_calls: `session_id in ('NAME', 'NAME-open')`,
  paces: `workspace = 'TNAME'`,
  housekeeping: `name = 'NAME'`,
  channel_rules: `workspace = 'TNAME'`,
  renewals: `what = 'NAME'`,
  presence: `workspace = 'TNAME'`,
  web_pages: `key = 'NAME'`,
  call_journal: `call_id = 'c-NAME'`,
  tool_servers: `name = 'NAME'`,
  spend: `workspace = 'TNAME' or (scope in ('all', 'person') and 'NAME' = 'bad0')`,
};

const Columns = z.object({
  rows: z.array(z.object({ column_name: z.string(), data_type: z.string() })),
});

/** Answers at once, so that a turn comes to its end. */
const answering: ModelClient = {
  complete: async ({ model }) => ({
    text: 'Here it is.',
    reasoning: '',
    calls: [],
    isTruncated: false,
    usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
    model,
    firstTokenMs: 1,
    totalMs: 2,
  }),
};

let backend: Backend;
let storage: Storage;
let db: Db;
let engine: Engine;
let pings: Pings;
let isolating: Isolation;
let told: string[] = [];
const silent = createLogger('silent', (text) => text);
const log = Object.assign(Object.create(silent), {
  error: ({ about, err }: { about?: string; err?: Error }) => told.push(`${about}: ${err?.message}`),
  warn: () => {},
}) as typeof silent;

beforeAll(async () => {
  backend = await createBackend(isThere('postgres') ? 'postgres' : 'embedded');
  storage = await backend.open();
  db = storage.db;
  engine = createEngine(storage.queues, 'bad-rows', silent);
  pings = runPings(engine, {
    db,
    log: silent,
    isolation: {
      each: (...all) => isolating.each(...all),
      readable: (...all) => isolating.readable(...all),
    },
    leaseMs: 10_000,
    render: async () => {},
  });
});
afterAll(async () => {
  await engine.close();
  await storage.close();
  await backend.remove();
});
beforeEach(async () => {
  told = [];
  for (const table of TABLES.toReversed()) await db.execute(sql.raw(`delete from ml_intern.${table}`));
});

/** Rows for each way of garbling, and one of them garbled. Returns how many could be. */
async function plantBad(table: string): Promise<number> {
  const { rows } = Columns.parse(
    await db.execute(sql`select column_name, data_type from information_schema.columns
      where table_schema = 'ml_intern' and table_name = ${table}`),
  );
  const ways = rows.flatMap(({ column_name: column, data_type: type }) =>
    (BAD[type] ?? []).map((value) => ({ column, value })),
  );
  const names = ways.map((_way, i) => `bad${i}`);
  await plant(names, table);
  let count = 0;
  for (const [i, { column, value }] of ways.entries()) {
    const where = (KEYS[table] ?? `session_id = 'NAME'`).replaceAll('NAME', `bad${i}`);
    try {
      await db.execute(sql.raw(`update ml_intern.${table} set "${column}" = ${value} where ${where}`));
      count++;
    } catch {
      // A constraint forbids it: nothing to be found there.
    }
  }
  return count;
}

/** Pings are slow to set up, and so are there where they are garbled, or whose session is. */
async function plant(names: readonly string[], table: string): Promise<void> {
  const listed = `(values ${names.map((name) => `('${name}')`).join(', ')}) as names (name)`;
  for (const [of, statement] of Object.entries(ROWS)) {
    if (of === 'schedules' && table !== 'schedules' && table !== 'sessions') continue;
    await db.execute(sql.raw(statement.replaceAll('NAMES', listed)));
  }
}

describe('one bad row', () => {
  test.each(TABLES)('of %s keeps nobody else from anything, and is told once', async (table) => {
    expect(await plantBad(table)).toBeGreaterThan(0);
    await plant(['good'], 'schedules');
    const isolation = createIsolation(log, systemClock);
    const taken: string[] = [];
    const behind: string[] = [];
    const rendered: string[] = [];
    const note = (list: string[]) => async (ids: readonly { id: string }[]) =>
      void list.push(...ids.map(({ id }) => id));
    isolating = isolation;
    const sweeping = {
      db,
      isolation,
      pings,
      turns: { wake: async () => true, takeOver: note(taken) },
      renders: {
        request: async (id: string) => void rendered.push(id),
        progress: async () => {},
        catchUp: note(behind),
      },
      approvals: {
        remindAfterSeconds: 3_600,
        lapseAfterSeconds: 86_400,
        approversOf: () => ['requester'],
        mentionsOf: mentionsOn(PLATFORMS),
        secondApprovers: [],
        isolation,
      },
    };
    const all = async () => {
      await sweep(sweeping);
      const watched = await claimWatches(db, { owner: 'x', leaseMs: 1, limit: 1_000 }, isolation);
      return keepWatches(
        db,
        'x',
        watched.map(({ id }) => id),
        1,
      );
    };

    expect(await all()).toContain('w-good');
    expect(told.filter((line) => line.includes('good'))).toEqual([]);
    expect(taken).toContain('good');
    expect(behind).toContain('good');
    expect(rendered).toContain('good-open');
    expect(await ping(db, isolation, 'good', 'channel', new Date())).toBe(true);

    const deps = turnDepsOn(db, answering, createRegistry([]), { log: silent });
    expect(await runTurn(deps, 'good', 'worker', new AbortController().signal)).toBe('released');
    const rendering = {
      db,
      clock: systemClock,
      log: silent,
      outboundOf: () => takesAll,
      editIntervalMs: 0,
      leaseMs: 10_000,
    };
    expect((await renderThread(rendering, 'good')).kind).toBe('done');

    const place = { platform: 'slack' as const, workspace: 'Tgood' };
    const session = await readSession(db, 'good');
    expect(session?.address.workspace).toBe('Tgood');
    if (session) await passedBudgets(db, { day_usd: 1, channel_day_usd: 1, approvers: [] }, session);
    expect(await createJobsOverview(db, isolation).list(place, 5, async () => true)).toHaveLength(1);
    const overview = createSessionsOverview(db, isolation);
    expect(await overview.of(place, ADA.id, 5)).toHaveLength(3);
    expect(await overview.usage({ ...place, channel: 'Cgood', thread: '' }, ADA)).toBeTruthy();
    await createChannelRules(db).of({ ...place, channel: 'Cgood' });
    await createLastSeen(db).note('slack', ['Tgood']);
    await toolServersText(db);
    await createWebCache(db).find('good');
    await askedToStop(db, ['good']);
    const exported = [];
    for await (const record of exportFeedback(db)) exported.push(record.thread.thread);
    expect(exported).toContain('good');
    await createFeedback(db).give(session?.address as never, 0, ADA, { verdict: 'good' });

    const keeping = runHousekeeping({
      db,
      clock: hasty(systemClock, 1_000),
      log,
      isolation,
      owner: randomIds.next('h'),
      renders: { request: async () => {} },
      retention: { idleDays: 30, fileDays: 7 },
      sandboxes: { sessions: async () => ['good-idle'], remove: async () => {} },
      firstLookMs: 0,
      everyMs: 60_000,
    });
    const left = async (what: string) =>
      z
        .object({ rows: z.array(z.object({ n: z.coerce.number() })) })
        .parse(await db.execute(sql.raw(`select count(*) as n from ml_intern.${what}`))).rows[0]?.n;
    await until(
      () => `everything old of others is gone; told was ${told.join('\n')}`,
      async () =>
        (await left(`sessions where id = 'good-idle' and state->>'kind' <> 'closed'`)) === 0 &&
        (await left(`files where id = 'f-good'`)) === 0 &&
        (await left(`deliveries where source_id = 'good'`)) === 0 &&
        (await left(`events where session_id = 'good'`)) === 0 &&
        (await left(`paces where workspace = 'Tgood' and bucket = 'post' and updated_at < '2021-01-01'`)) ===
          0 &&
        (await left(`call_journal where call_id = 'c-good'`)) === 0,
    );
    await keeping.stop();

    await all();
    expect(told.filter((line, i) => told.indexOf(line) !== i)).toEqual([]);
    expect(told.filter((line) => /maintenance: |housekeeping: /.test(line))).toEqual([]);
    expect(told.filter((line) => line.includes('good'))).toEqual([]);
  });
});
