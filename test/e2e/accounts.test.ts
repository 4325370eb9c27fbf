import { describe, expect, test } from 'vitest';
import { accounts } from '../../src/db/schema/access.ts';
import { watches } from '../../src/db/schema/jobs.ts';
import { recordLook } from '../../src/jobs/claims.ts';
import { watchOf } from '../../src/session/store/rows.ts';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { NO_ALARMS } from '../support/alarms.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { ISOLATION } from '../support/isolation.ts';
import { KEEPS_ACCOUNTS, linkOnSlack, LINKED_TOKEN as TOKEN } from '../support/linked-account.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});
let discord: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  discord = made;
});

const OPTIONS = { environment: KEEPS_ACCOUNTS, approvers: ['anyone'] };
const home = () => JSON.stringify(world.slack.homes.get('U0ADA') ?? '');
const shows = (text: string) =>
  until(`the Home tab shows "${text}"; it shows ${home()}`, () => home().includes(text));
const running = () => ({ queueMs: 0, runMs: 600_000, lines: ['x'] });

const signIn = () => linkOnSlack(world, 'U0ADA', 'ada-own');

describe('somebody’s own account', () => {
  test('runs what they approve, is seen by nobody else, and stays while a job needs it', async () => {
    await begin(callOnce(runJob), OPTIONS);
    world.hub.course = running;
    await signIn();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    const card = await world.reply(asked, 'Run a Hugging Face Job');
    await world.reply(asked, 'ada-own, the account of Ada');
    world.slack.click('U0GRACE', card, 'approve');
    await until('Grace is told', () =>
      world.slack.ephemerals.some(
        ({ user, text }) => user === 'U0GRACE' && text.includes('Only Ada may approve this'),
      ),
    );
    expect(world.hub.jobs).toEqual([]);
    world.slack.click('U0ADA', card, 'approve');
    const job = await until('the job is submitted', () => world.hub.jobs[0]);
    expect(job.namespace).toBe('ada-own');
    expect(JSON.stringify(job.spec.secrets)).toContain(TOKEN);
    await world.reply(asked, '· running');

    world.slack.clickHome('U0ADA', 'account_sign_out');
    await until('it is kept', () =>
      world.slack.calls.some(({ arguments: args }) => String(args.text).includes('A job still runs')),
    );
    world.hub.finish(job, 'COMPLETED');
    await world.reply(asked, '· done');
    await world.reply(asked, 'result:');
    world.slack.clickHome('U0ADA', 'account_sign_out');
    await shows('account_sign_in');
    expect(JSON.stringify(world.model.requests)).not.toContain(TOKEN);
    expect(world.describe(asked)).not.toContain(TOKEN);
  });

  test('is not used for sessions of others, nor for what nobody approves, nor by auto-approval that another set', {
    tags: 'long',
  }, async () => {
    await begin((request) => {
      const results = request.messages.filter(({ role }) => role === 'tool').length;
      if (results === 0) return { calls: [{ name: 'hf_jobs', arguments: { operation: 'ps' } }] };
      return results === 1 ? { calls: [runJob] } : { text: 'over' };
    }, OPTIONS);
    world.hub.course = running;
    await signIn();
    const hers = world.slack.mention('U0GRACE', 'C0ML', 'go');
    world.slack.click('U0GRACE', await world.reply(hers, 'Run a Hugging Face Job'), 'approve');
    await until('the job is the bot’s', () => world.hub.jobs[0]?.namespace === 'ada');

    const asked = world.slack.mention('U0ADA', 'C0OPS', 'go');
    await world.reply(asked, 'Run a Hugging Face Job');
    expect(world.hub.requests.some(({ path }) => path === '/api/jobs/ada-own')).toBe(false);
    const other = world.slack.mention('U0ADA', 'C0ML', 'yolo on');
    await world.reply(other, 'set by Ada');
    world.slack.say('U0GRACE', 'C0ML', 'yolo on', other.ts);
    await world.reply(other, 'set by Grace');
    world.slack.say('U0GRACE', 'C0ML', 'go', other.ts);
    await world.reply(other, 'Run a Hugging Face Job');
    expect(world.hub.jobs).toHaveLength(1);
  });

  test('is refused where the Hub does not know the token, and nobody can sign in without a key', async () => {
    await begin(callOnce(runJob), OPTIONS);
    world.slack.openHome('U0ADA');
    await shows('account_sign_in');
    world.slack.clickHome('U0ADA', 'account_sign_in');
    const dialog = await world.slack.submit('U0ADA', 'password123');
    await until('it says what is wrong', () =>
      JSON.stringify(dialog.errors ?? '').includes('they begin with hf_'),
    );
    world.hub.faults.push({ path: /whoami/, status: 401 });
    await world.slack.sendOff(dialog, TOKEN);
    await until('it says so', () => JSON.stringify(dialog.errors ?? '').includes('did not take this token'));
  });

  /** A job of Ada's own account that runs, and the thread that it was begun in. */
  async function ownJob() {
    await begin(callOnce(runJob), OPTIONS);
    world.hub.course = running;
    await signIn();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    return asked;
  }

  /** The session is told of the end, and goes on with whatever is asked next. */
  async function goesOn(asked: Awaited<ReturnType<typeof ownJob>>) {
    await world.reply(asked, 'result: Job');
    world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
    await world.reply(asked, 'Requests: 1');
  }

  test('that is signed out while a job runs under it ends the following, with what is known, and the session goes on', {
    tags: 'long',
  }, async () => {
    const asked = await ownJob();
    await world.stop();
    const storage = await world.backend.open();
    await storage.db.delete(accounts);
    await storage.close();
    await world.start();
    const notice = await world.reply(asked, 'I can no longer follow the job');
    expect(notice.text).toContain('Whoever this job runs under has signed out of Hugging Face here.');
    expect(notice.text).toMatch(/it had run for .+, for (?:under )?\$0\.0/);
    expect(notice.text).toContain(
      'Its time limit is 10 min, for at most $0.01. Look at it, or stop it, on Hugging Face.',
    );
    await world.reply(asked, '· out of sight');
    await goesOn(asked);
  });

  test('that is signed out between a job’s end and the session’s hearing of it keeps the session from nothing', {
    tags: 'long',
  }, async () => {
    const asked = await ownJob();
    const [job] = world.hub.jobs;
    await world.stop();
    if (job) world.hub.finish(job, 'COMPLETED');
    const storage = await world.backend.open();
    const [row] = await storage.db.select().from(watches);
    if (row) {
      const seen = watchOf(row);
      const snapshot = { ...seen.snapshot, stage: 'COMPLETED', finishedAt: new Date() };
      await recordLook(storage.db, seen, { snapshot, findings: [] }, NO_ALARMS, { isolation: ISOLATION });
    }
    await storage.db.delete(accounts);
    await storage.close();
    await world.start();
    await goesOn(asked);
    expect(JSON.stringify(world.model.requests)).toContain(
      "the log can't be read: whoever this job runs under",
    );
    world.slack.click('U0ADA', await world.reply(asked, '"job_log'), 'job_log');
    await world.reply(asked, 'The log of go can');
  });

  test('whose token is worth nothing any more ends the following as well', { tags: 'long' }, async () => {
    const asked = await ownJob();
    world.hub.disturb = (_method, path) => (path.startsWith('/api/jobs/ada-own') ? 401 : undefined);
    world.hub.cutStreams();
    const notice = await world.reply(asked, 'I can no longer follow the job');
    expect(notice.text).toContain('Hugging Face refuses the token that this job runs under');
    await goesOn(asked);
  });

  test('without a key nobody is asked to sign in', async () => {
    await begin(callOnce(runJob));
    world.slack.openHome('U0ADA');
    await shows('Settings');
    expect(home()).not.toContain('account_sign_in');
  });
});

test('on Discord it is signed in to with a command', { tags: 'long' }, async () => {
  await beginDiscord(callOnce(runJob), OPTIONS);
  discord.world.hub.identities.set(TOKEN, 'ada-own');
  discord.world.hub.course = running;
  discord.discord.slash('ada', CHANNELS.ml, 'account');
  const shown = await discord.told('ada', 'Sign in with a token');
  discord.discord.clickPrivate('ada', CHANNELS.ml, shown, 'account_sign_in');
  await discord.discord.submit('ada', { text: TOKEN });
  await discord.told('ada', 'You are signed in as ada-own.');
  const asked = discord.discord.mention('ada', CHANNELS.ml, 'go');
  const card = await discord.reply(asked.id, 'ada\\-own, the account of Ada');
  discord.discord.click('grace', card, 'approve|');
  await discord.told('grace', 'Only Ada may approve this');
  discord.discord.click('ada', card, 'approve|');
  await until('the job runs under it', () => discord.world.hub.jobs[0]?.namespace === 'ada-own');
  await discord.reply(asked.id, '· running');

  const other = 'hf_otherotherother';
  discord.world.hub.identities.set(other, 'ada-other');
  discord.discord.clickPrivate('ada', CHANNELS.ml, shown, 'account_sign_in');
  await discord.discord.submit('ada', { text: other });
  await discord.told('ada', 'A job still runs under this account');
});
