import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { afterEach, expect, test } from 'vitest';
import { databaseOf } from '../../src/db/database.ts';
import { migrateEmbedded } from '../../src/db/embedded.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import { ROOT } from '../support/root.ts';

const MIGRATIONS = join(ROOT, 'src/db/migrations');
const JOURNAL: { entries: { tag: string }[] } = JSON.parse(
  readFileSync(join(MIGRATIONS, 'meta/_journal.json'), 'utf8'),
);
const ENTRIES = JOURNAL.entries;
const directory = mkdtempSync(join(tmpdir(), 'ml-intern-migrations-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A database with the first so many migrations, as an older version has it. */
async function databaseBefore(count: number): Promise<PGlite> {
  const older = join(directory, String(count));
  cpSync(MIGRATIONS, older, { recursive: true });
  writeFileSync(
    join(older, 'meta/_journal.json'),
    JSON.stringify({ ...JOURNAL, entries: ENTRIES.slice(0, count) }),
  );
  const client = await PGlite.create();
  await migrate(drizzle(client), { migrationsFolder: older, migrationsSchema: 'ml_intern_migrations' });
  return client;
}

test('a database with the first schema and a session in it is brought up to date and keeps the session', async () => {
  const client = await databaseBefore(1);
  await client.exec(`insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
    values ('s1', 'slack', 'T1', 'C1', '1.1', '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}')`);
  await migrateEmbedded(client);
  await migrateEmbedded(client); // a second time changes nothing
  expect((await readSnapshot(databaseOf(drizzle(client), systemClock), 's1'))?.session).toMatchObject({
    state: { kind: 'idle' },
  });
  await client.close();
});

test('what was spent before its sums were kept is in them, and what an older version writes beside', async () => {
  const client = await databaseBefore(ENTRIES.findIndex(({ tag }) => tag.endsWith('_spend_totals')));
  const approval = (usd: number) =>
    JSON.stringify({ request: { estimate: { usd } }, decision: { at: new Date() } });
  await client.exec(`
    insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
      values ('s1', 'slack', 'T1', 'C1', '1.1', '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}');
    insert into ml_intern.messages (session_id, exchange, entry) values ('s1', 1, '{}');
    insert into ml_intern.tool_calls
      (id, session_id, message_id, exchange, position, provider_id, name, arguments, summary, state, approval)
      select call.id, 's1', m.id, 1, 0, '', '', '', '', jsonb_build_object('kind', kind), approval
      from ml_intern.messages m, (values
        ('c1', 'approved', '${approval(1)}'::jsonb), ('c2', 'waiting', '${approval(10)}'), ('c3', 'proposed', null)
      ) as call (id, kind, approval);
    insert into ml_intern.watches
      (id, session_id, tool_call_id, exchange, namespace, job_id, url, title, flavor, hourly_micro_usd, timeout_seconds, snapshot)
      values ('w2', 's1', 'c2', 1, 'ada', 'j', '', '', '', 2000000, 3600, '{}');
    insert into ml_intern.usage
      (session_id, exchange, model, input_tokens, cached_tokens, output_tokens, cost_micro_usd, created_at)
      values ('s1', 1, 'm', 0, 0, 0, 500000, now()), ('s1', 1, 'm', 0, 0, 0, 900000, now() - interval '9 days')`);
  await migrateEmbedded(client);
  await client.exec(`insert into ml_intern.usage
    (session_id, exchange, model, input_tokens, cached_tokens, output_tokens, cost_micro_usd)
    values ('s1', 1, 'm', 0, 0, 0, 250000)`);
  const { rows } = await client.query(`select scope, sum(micro_usd)::float8 / 1e6 as usd from ml_intern.spend
    where day = ml_intern.utc_day(now()) group by scope order by scope`);
  expect(rows).toEqual(
    ['all', 'channel', 'person', 'workspace'].map((scope) => ({ scope, usd: 1 + 2 + 0.5 + 0.25 })),
  );
  await client.close();
});

test('calls of the plan that an older version noted stay out of the timeline, and no others', async () => {
  const client = await databaseBefore(ENTRIES.findIndex(({ tag }) => tag.endsWith('_timeline')));
  await client.exec(`
    insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
      values ('s1', 'slack', 'T1', 'C1', '1.1', '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}');
    insert into ml_intern.messages (session_id, exchange, entry)
      values ('s1', 1, '{"role": "assistant", "text": ""}');
    insert into ml_intern.tool_calls
      (id, session_id, message_id, exchange, position, provider_id, name, arguments, summary, state)
      select name, 's1', m.id, 1, 0, '', name, '', '', '{"kind": "proposed"}'
      from ml_intern.messages m, (values ('plan_tool'), ('bash')) as call (name)`);
  await migrateEmbedded(client);
  const found = await readSnapshot(databaseOf(drizzle(client), systemClock), 's1');
  expect(Object.fromEntries(found?.toolCalls.map(({ id, timeline }) => [id, timeline]) ?? [])).toEqual({
    plan_tool: 'failures',
    bash: 'every_call',
  });
  await client.close();
});

test('no migration takes away what an older version, running beside, still uses', () => {
  const scripts = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  expect(scripts.length).toBeGreaterThan(1);
  for (const name of scripts) {
    const text = readFileSync(join(MIGRATIONS, name), 'utf8');
    // An older version that still runs must find what it knows; giving up a NOT NULL takes nothing away.
    expect(text.replaceAll('DROP NOT NULL', ''), name).not.toMatch(
      /\b(DROP|RENAME|TRUNCATE)\b|SET NOT NULL/i,
    );
  }
});
