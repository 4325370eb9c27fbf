import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Storage } from '../../src/db/storage.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

/**
 * A session of which nothing can be read, and two of each of its rows that sweeps come by: one older, one
 * newer than others.
 */
async function plantUnreadable({ db }: Storage): Promise<void> {
  const rows = (order: string) => sql`
    insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state, created_at, updated_at)
      values (${`s_bad${order}`}, 'slack', 'T00000001', 'C0ML', ${`1.${order}`}, '{"id": "U0ADA"}', '{"kind": "running"}',
        now() - make_interval(days => ${Number(order)}), now() - make_interval(days => ${Number(order)}));
  `;
  const text = `
    insert into ml_intern.operations (session_id, source_id, kind, body, created_at)
      values ('ID', 'bad:ID', 'user_input', '{"kind": "user_input"}', now() - interval '1 day');
    insert into ml_intern.messages (session_id, exchange, entry) values ('ID', 1, '{"role": "nobody"}');
    insert into ml_intern.tool_calls (id, session_id, message_id, exchange, position, provider_id, name, arguments, summary, state)
      select 'c_' || kind || 'ID', 'ID', (select max(id) from ml_intern.messages), 1, 0, 'p', 'hf_jobs', '{}', '',
        jsonb_build_object('kind', 'awaiting_approval', 'since', since)
      from (values ('a', 'long ago'), ('b', '2020-01-01T00:00:00.000Z'), ('c', '')) as bad (kind, since);
    insert into ml_intern.watches (id, session_id, exchange, namespace, job_id, url, title, flavor, timeout_seconds, snapshot)
      values ('w_ID', 'ID', 1, 'ada', 'nojob', '', '', 'cpu-basic', 60, '"gone"');
    insert into ml_intern.schedules (session_id, scope, rhythm, created_at) values
      ('ID', 'thread', '{"when": {"kind": "every", "ms": 1e300}, "words": "every", "isQuiet": false}', now() - interval '1 day'),
      ('ID', 'channel', '{"when": {"kind": "daily", "pattern": "x y z", "timeZone": "Nowhere"}, "words": "", "isQuiet": false}', now());`;
  for (const order of ['-1', '1']) {
    await db.execute(rows(order));
    for (const statement of text.replaceAll('ID', `s_bad${order}`).split(';').slice(0, -1)) {
      await db.execute(sql.raw(statement));
    }
  }
}

test('a session that can’t be read keeps no other one from reminders, lapses, jobs, pings, lists and answers', async () => {
  await begin(callOnce(runJob));
  world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [] });
  const running = world.slack.mention('U0ADA', 'C0ML', 'go');
  world.slack.click('U0ADA', await world.reply(running, 'Run a Hugging Face Job'), 'approve');
  await world.reply(running, '· running');
  const waiting = world.slack.mention('U0GRACE', 'C0OPS', 'go');
  await world.reply(waiting, 'Run a Hugging Face Job');
  await world.stop();
  const storage = await world.backend.open();
  await plantUnreadable(storage);
  await storage.close();
  world.config.approvals.remind_minutes = 1 / 60;
  world.config.approvals.lapse_hours = 2 / 3600;
  await world.start();

  world.slack.say('U0ADA', 'C0ML', 'pings 30m', running.ts);
  await world.reply(running, 'I report on the running jobs of this thread every 30m.');
  await world.reply(running, '⏰ go is running');
  world.slack.say('U0GRACE', 'C0OPS', 'pings', waiting.ts);
  await world.reply(waiting, 'No pings are set in this thread.');
  await world.reply(waiting, 'This still waits for a decision');
  await world.reply(waiting, 'lapsed');
  world.slack.slash('U0ADA', 'C0ML', 'jobs');
  await until('the jobs are listed', () =>
    world.slack.ephemerals.some(({ text }) => text === '1 job is running.'),
  );
  world.slack.slash('U0ADA', 'C0ML', 'status');
  await until('the sessions are listed', () =>
    world.slack.ephemerals.some(({ text }) => text === 'Your sessions'),
  );
  const [job] = world.hub.jobs;
  if (job) world.hub.finish(job, 'COMPLETED');
  await world.reply(running, '· done');
  expect(world.hub.jobs).toHaveLength(1);
}, 90_000);
