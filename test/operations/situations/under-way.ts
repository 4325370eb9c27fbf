import assert from 'node:assert/strict';
import { SilentMcp } from '../../doubles/silent-mcp.ts';
import type { SlackMessage } from '../../doubles/slack/workspace.ts';
import { freePort } from '../../support/free-port.ts';
import { runJob } from '../../support/scripts.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { endsInTime } from '../endings.ts';
import { askOnDiscord, onDiscord, postsIn, shownOnDiscord, showsOnDiscord } from '../on-discord.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

const SIGNING_SECRET = '8f742231b10e8888abcd99e85a5c0de1';

/** In how many messages of a thread a text is. */
const times = (text: string, shown: string): number =>
  shown.split('\n---\n').filter((message) => message.includes(text)).length;

/** The model calls one tool, and then says `last`. */
function callThenSay(site: Site, call: { name: string; arguments: unknown }, last: string): void {
  site.model.script = ({ messages }) =>
    messages.at(-1)?.role === 'tool' ? { text: last } : { calls: [call] };
}

async function approve(site: Site, asked: SlackMessage): Promise<void> {
  await site.shows(asked, '"action_id":"approve"');
  const card = site.slack.workspace
    .thread(asked.channel, asked.ts)
    .find(({ blocks }) => JSON.stringify(blocks ?? []).includes('"action_id":"approve"'));
  if (card === undefined) throw new Error('there is no card');
  site.slack.click('U0ADA', card, 'approve');
}

/** A process that starts after the other one has ended goes on with the thread: it says `last`, once. */
async function goesOn(site: Site, environment: Record<string, string>, asked: SlackMessage, last: string) {
  await site.started(environment);
  await site.shows(asked, last);
  assert.equal(times(last, site.shown(asked)), 1, site.shown(asked));
}

/**
 * SIGTERM while something is under way that does not end: the process ends in time, and the next one goes on.
 */
export const UNDER_WAY = [
  situation('SIGTERM while the model never answers: the next process asks it anew, once', async (site) => {
    const environment = { DATABASE_URL: await site.database() };
    const bot = await site.started(environment);
    site.model.script = () => ({ hangs: true });
    const asked = site.ask('hello?');
    await until('the model is asked', () => site.model.requests.length > 0, TIMEOUT_MS);
    const took = await endsInTime(bot);
    site.model.script = () => ({ text: 'Here I am again.' });
    await goesOn(site, environment, asked, 'Here I am again.');
    return took;
  }),
  situation('SIGTERM while a job is followed: the next process tells of its end, once', async (site) => {
    const environment = { DATABASE_URL: await site.database() };
    const bot = await site.started(environment);
    site.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['step 1', 'step 2'] });
    callThenSay(site, runJob, 'The job is through.');
    const asked = site.ask('run it');
    await approve(site, asked);
    const isFollowed = (what: string) => site.hub.requests.some(({ path }) => path.endsWith(what));
    await until('its log is read', () => isFollowed('/logs') && isFollowed('/events'), TIMEOUT_MS);
    const took = await endsInTime(bot);
    await site.started(environment);
    const [job, ...others] = site.hub.jobs;
    assert.ok(job);
    site.hub.finish(job, 'COMPLETED');
    await site.shows(asked, 'The job is through.');
    assert.equal(times('The job is through.', site.shown(asked)), 1, site.shown(asked));
    assert.equal(others.length, 0);
    return took;
  }),
  situation('SIGTERM while an upload to the Hub is not answered: the file is there, once', async (site) => {
    const environment = { DATABASE_URL: await site.database() };
    const bot = await site.started(environment);
    const repo = site.hub.repos.add('model', 'ada/notes');
    const upload = { operation: 'upload', id: 'ada/notes', path: 'notes.md', content: '# Notes\n' };
    callThenSay(site, { name: 'hf_repo_files', arguments: upload }, 'It is uploaded.');
    site.hub.disturb = (method, path) =>
      method === 'POST' && path.includes('/commit/') ? 'hang' : undefined;
    const asked = site.ask('upload it');
    await approve(site, asked);
    await until(
      'the commit is under way',
      () => site.hub.requests.some(({ path }) => path.includes('/commit/')),
      TIMEOUT_MS,
    );
    const took = await endsInTime(bot);
    site.hub.disturb = () => undefined;
    await goesOn(site, environment, asked, 'It is uploaded.');
    assert.deepEqual([...repo.files.keys()], ['notes.md']);
    return took;
  }),
  situation(
    'SIGTERM while calls to Slack are not answered: the thread is shown whole, once',
    async (site) => {
      const environment = { DATABASE_URL: await site.database() };
      const bot = await site.started(environment);
      await site.answers();
      site.model.script = () => ({ text: 'Aye, in the end.' });
      site.slack.disturb = (method) => (method.startsWith('chat.') ? 'hang' : undefined);
      const asked = site.ask('and now?');
      await until(
        'a call hangs',
        () => site.slack.calls.some(({ error }) => error === 'no answer'),
        TIMEOUT_MS,
      );
      const took = await endsInTime(bot);
      site.slack.disturb = () => undefined;
      await goesOn(site, environment, asked, 'Aye, in the end.');
      return took;
    },
  ),
  ...(['initialize', 'tools/call'] as const).map((silentFrom) =>
    situation(
      `SIGTERM while an MCP server never answers ${silentFrom}: the next process goes on`,
      async (site) => {
        const mcp = await SilentMcp.start();
        site.onClear(() => mcp.close());
        mcp.silentFrom = silentFrom;
        const environment = { DATABASE_URL: await site.database(), HF_MCP: 'true', HF_MCP_URL: mcp.url };
        const bot = await site.started(environment);
        callThenSay(site, { name: 'ponder', arguments: {} }, 'Thought about it.');
        const asked = site.ask('think about it');
        await until('the server is asked', () => mcp.asked.includes(silentFrom), TIMEOUT_MS);
        const took = await endsInTime(bot);
        mcp.silentFrom = undefined;
        await goesOn(site, environment, asked, 'Thought about it.');
        return took;
      },
    ),
  ),
  situation(
    'SIGTERM while events over HTTP wait for a record that hangs: Slack delivers them again, once each',
    async (site) => {
      const postgres = await site.ownPostgres();
      const port = await freePort();
      const environment = {
        DATABASE_URL: postgres.url,
        SLACK_MODE: 'http',
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        PORT: String(port),
      };
      site.slack.useHttp(`http://127.0.0.1:${port}/slack/events`, SIGNING_SECRET);
      const bot = await site.started(environment);
      const first = await site.answers();
      site.model.script = () => ({ text: 'Aye, that too.' });
      postgres.freeze();
      const before = site.slack.receipts.length;
      site.slack.say('U0ADA', first.channel, 'and this?', first.ts);
      await until('an attempt was not acknowledged', () => site.slack.failedAttempts > 0, TIMEOUT_MS);
      const took = await endsInTime(bot);
      postgres.thaw();
      await goesOn(site, environment, first, 'Aye, that too.');
      const unacknowledged = site.slack.receipts
        .slice(before)
        .filter(({ isAcknowledged }) => !isAcknowledged);
      return `${took}, ${unacknowledged.length} given up by Slack and read back`;
    },
  ),
  situation(
    'SIGTERM right after clicks over HTTP: what was acknowledged is done, the others are told',
    async (site) => {
      const port = await freePort();
      const environment = {
        DATABASE_URL: await site.database(),
        SLACK_MODE: 'http',
        SLACK_SIGNING_SECRET: SIGNING_SECRET,
        PORT: String(port),
      };
      site.slack.useHttp(`http://127.0.0.1:${port}/slack/events`, SIGNING_SECRET);
      const bot = await site.started(environment);
      callThenSay(site, runJob, 'Done.');
      const asked = Array.from({ length: 4 }, (_, i) => site.ask(`job ${i}`));
      for (const message of asked) await site.shows(message, '"action_id":"approve"');
      const before = site.slack.receipts.length;
      await Promise.all(asked.map((message) => approve(site, message)));
      const took = await endsInTime(bot);
      await until(
        'all clicks have an end',
        () => site.slack.receipts.length >= before + asked.length,
        TIMEOUT_MS,
      );
      const acknowledged = site.slack.receipts.slice(before).filter(({ isAcknowledged }) => isAcknowledged);
      await site.started(environment);
      await until(
        () => `${acknowledged.length} jobs; there are ${site.hub.jobs.length}`,
        () => site.hub.jobs.length >= acknowledged.length,
        TIMEOUT_MS,
      );
      assert.ok(site.hub.jobs.length <= asked.length); // one may be in the record whose answer did not arrive
      return `${took}, ${acknowledged.length} of ${asked.length} acknowledged`;
    },
  ),
  situation(
    'SIGTERM right after clicks on Discord: what was acknowledged is done, the others are told',
    async (site) => {
      const { discord, environment } = await onDiscord(site);
      const whole = { ...environment, DATABASE_URL: await site.database() };
      const bot = await site.started(whole);
      callThenSay(site, runJob, 'Done.');
      const asked = Array.from({ length: 4 }, (_, i) => askOnDiscord(discord, `job ${i}`));
      for (const { id } of asked) await showsOnDiscord(site, discord, id, '"approve|');
      for (const { id } of asked) {
        const card = postsIn(discord, id).find(({ components }) =>
          JSON.stringify(components).includes('"approve|'),
        );
        assert.ok(card);
        discord.click('ada', card, 'approve|');
      }
      const took = await endsInTime(bot);
      const answered = discord.interactions.filter(({ shows }) => shows === 'nothing');
      await site.started(whole);
      await until(
        () => `${answered.length} jobs; there are ${site.hub.jobs.length}`,
        () => site.hub.jobs.length >= answered.length,
        TIMEOUT_MS,
      );
      assert.ok(site.hub.jobs.length <= asked.length); // one may be in the record whose answer did not arrive
      return `${took}, ${answered.length} of ${asked.length} acknowledged`;
    },
  ),
  situation(
    'SIGTERM while Discord does not answer calls: ends in time, and the thread is shown once',
    async (site) => {
      const { discord, environment } = await onDiscord(site);
      const whole = { ...environment, DATABASE_URL: await site.database() };
      const bot = await site.started(whole);
      discord.disturb = (method, path) =>
        method === 'POST' && path.endsWith('/messages') ? 'hang' : undefined;
      site.model.script = () => ({ text: 'Aye, in the end.' });
      const asked = askOnDiscord(discord, 'and now?');
      await until('a call hangs', () => discord.calls.some(({ status }) => status === 0), TIMEOUT_MS);
      const took = await endsInTime(bot);
      discord.disturb = () => undefined;
      await site.started(whole);
      await showsOnDiscord(site, discord, asked.id, 'Aye, in the end.');
      assert.equal(times('Aye, in the end.', shownOnDiscord(discord, asked.id)), 1);
      return took;
    },
  ),
];
