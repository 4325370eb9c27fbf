import { sql } from 'drizzle-orm';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { isWellFormed } from '../../src/lib/well-formed.ts';
import { BOT } from '../doubles/slack/workspace.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { seen, usePage } from '../support/page-world.ts';
import { dollarJob, echo, inTurn } from '../support/scripts.ts';
import { textColumns } from '../support/text-columns.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/*
 * Hostile text through the product's own entries: what people write, rename, attach, rate and click, what the
 * model, its tools, a server of tools and a job's log say. Everything goes on, and the record has it.
 */

const MARK = 'zalgo';
const HOSTILE = `${MARK} nul \0 half \ud83d other \udc00 bidi \u202e\u2066 Z${'\u0301'.repeat(300)} 👨‍👩‍👧‍👦\ufeff end`;

/**
 * What stands in columns that none of it reaches: ids, names of ours and of the config, times, and what the
 * doubles say by themselves.
 */
const PLAIN = /^[\x20-\x7e]*$/;

/** Where text of others comes to lie in these stories. */
const REACHED = [
  ...['announcements.said', 'board_messages.body', 'board_threads.title', 'exchanges.plan'],
  ...['feedback.comment', 'feedback.person_name', 'files.name', 'files.path', 'messages.entry'],
  ...['operations.body', 'sessions.requester', 'sessions.settings', 'tool_calls.arguments'],
  ...['tool_calls.name', 'tool_calls.state', 'tool_calls.step', 'tool_calls.summary', 'watches.name'],
  ...['watches.snapshot', 'web_pages.key', 'web_pages.url'],
];

const reached = new Map<string, boolean>();

/** Notes which columns have hostile text, by the schema; nothing in any other may be more than plain. */
async function look(world: World): Promise<void> {
  await world.stop();
  const storage = await world.backend.open();
  try {
    for (const { name, table, column } of await textColumns()) {
      const from = sql.raw(`"${getTableConfig(table).schema}"."${getTableConfig(table).name}"`);
      const rows = await storage.db
        .select({ value: sql<string>`${sql.identifier(column.name)}::text` })
        .from(sql`${from}`)
        .where(sql`${sql.identifier(column.name)} is not null`);
      const values = rows.map(({ value }) => value);
      expect(values.every(isWellFormed), name).toBe(true);
      const hasMark = values.some((value) => value.includes(MARK));
      reached.set(name, hasMark || (reached.get(name) ?? false));
      if (!hasMark)
        expect(
          values.filter((value) => !PLAIN.test(value)),
          name,
        ).toEqual([]);
    }
  } finally {
    await storage.close();
  }
}

let world: World;
const begin = useWorld((made) => {
  world = made;
});
const page = usePage();
const call = (name: string, args: object) => ({ name, arguments: args });

const CALLS = [
  call('plan_tool', { todos: [{ id: '1', content: HOSTILE, status: 'completed' }] }),
  call(`${MARK}_${HOSTILE}`, { a: HOSTILE }),
  call('hf_papers', { operation: 'search', query: HOSTILE }),
  call('hostile_tool', { message: HOSTILE }),
  call('notify', { destinations: ['ops'], title: MARK, message: HOSTILE, severity: 'info' }),
  { ...dollarJob, arguments: { ...dollarJob.arguments, script: `print('${MARK} \u202e Z\u0301')\n` } },
];

const SERVER = {
  enabled: true,
  headers: {},
  approval: 'never' as const,
  hide: [],
  resources: false,
  prompts: false,
  needs: [],
  timeout_seconds: 20,
  ...mcpProgram(`{
    'tools/list': { tools: [{ name: 'hostile_tool', description: ${JSON.stringify(HOSTILE)}, inputSchema: { type: 'object', properties: { message: { type: 'string' } } } }] },
    'tools/call': () => ({ content: [{ type: 'text', text: ${JSON.stringify(HOSTILE)} }] }),
  }`),
};

test('a session on Slack, from a file over a job to a rating', async () => {
  await begin(inTurn(...CALLS), {
    isStarted: false,
    configure: (config) => {
      config.mcp_servers.hostile = SERVER;
      config.notify.channels = [{ name: 'ops', platform: 'slack', workspace: BOT.team_id, channel: 'C0OPS' }];
    },
  });
  world.slack.workspace.displayNames.set('U0ADA', HOSTILE);
  await world.start();
  world.hub.course = () => ({
    queueMs: 0,
    runMs: 0,
    lines: [HOSTILE, "{'loss': 0.3}", `ValueError: ${HOSTILE}`],
    stage: 'ERROR',
    message: HOSTILE,
  });
  const file = { name: `${HOSTILE}.txt`, text: HOSTILE };
  const asked = world.slack.share('U0ADA', 'C0ML', file, `<@${BOT.user_id}> ${HOSTILE}`);
  world.slack.click('U0ADA', await world.reply(asked, 'Approve up to'), 'approve');
  const answer = await world.reply(asked, 'result:');
  world.slack.rate('U0ADA', answer, 'negative');
  await world.slack.submit('U0ADA', HOSTILE);
  await look(world);
});

test('a thread on the page, and a click that somebody has made up', async () => {
  const made = await page(echo);
  const browser = await made.browser();
  const thread = await browser.say(HOSTILE, undefined, [
    { name: HOSTILE.slice(0, 60), base64: Buffer.from(HOSTILE).toString('base64') },
  ]);
  await browser.follow(thread);
  await seen(browser, 'heard:');
  for (const name of ['approve', 'retry', 'feedback', HOSTILE.slice(0, 90)]) {
    await browser.does('/page/click', { thread, name, values: [HOSTILE, HOSTILE] });
  }
  await browser.does('/page/command', { thread, text: `stop ${HOSTILE}` });
  await browser.say(`compare ${HOSTILE}`, thread);
  await until('it is answered', () => browser.shows().split('heard:').length > 2);
  await look(made.world);
});

test('all of that is in the record where it belongs', () => {
  const found = [...reached].filter(([, isReached]) => isReached).map(([name]) => name);
  expect(found).toEqual(expect.arrayContaining(REACHED));
});
