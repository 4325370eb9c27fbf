import { beforeEach, describe, expect, test } from 'vitest';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, type DiscordMessage } from '../doubles/discord/guild.ts';
import type { Shows } from '../doubles/discord/state.ts';
import { isThere } from '../support/backends.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { HeldRecord } from '../support/held-record.ts';
import { dollarJob, inTurn, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';

/*
 * Discord makes no interaction again. So one that shows as taken is in the record, and a process that dies
 * before that leaves one behind that shows as failed, or as still under way.
 */

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

async function beginOnPostgres(): Promise<void> {
  await begin(inTurn(runJob, dollarJob), {
    backend: 'postgres',
    approvers: ['anyone'],
    configure: (config) => void Object.assign(config.platforms.discord, { feedback: true }),
  });
  on.world.hub.orgs.push('team');
  on.world.hub.course = () => ({ queueMs: 0, runMs: 600_000, lines: ['x'] });
}

const hold = () => HeldRecord.hold(on.world.backend.settings.databaseUrl);

const latest = (): Shows | undefined => on.discord.shownTo('ada').at(-1);

/** Does something while nothing can be written; what it shows then, and once it was written. */
async function around(act: () => unknown): Promise<{ before: Shows | undefined; after: Shows | undefined }> {
  const count = on.discord.shownTo('ada').length;
  const held = await hold();
  await act();
  await until('it is told of', () => on.discord.shownTo('ada').length > count);
  await until('it waits for the record', () => held.isWanted());
  const before = latest();
  await held.letGo();
  const after = await until('it is answered', () => {
    const shows = latest();
    return shows === 'not taken' || shows === 'under way' ? undefined : shows;
  });
  return { before, after };
}

const IN_ORDER = { before: 'not taken', after: 'nothing' } as const;
const TOLD = { before: 'not taken', after: 'message' } as const;

describe.skipIf(!isThere('postgres'))('what shows as taken is in the record first', () => {
  let asked: DiscordMessage;
  const card = () => on.reply(asked.id, 'Run a Hugging Face Job');
  beforeEach(async () => {
    await beginOnPostgres();
    asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    await card();
  });

  test('of a card: a choice, a changed script, an approval', async () => {
    const shown = await card();
    expect(await around(() => on.discord.pick('ada', shown, 'choose|', 'team'))).toEqual(IN_ORDER);
    await on.reply(asked.id, 'namespace is now team');
    on.discord.click('ada', await card(), 'edit|');
    await until('the dialog is open', () => on.discord.modals.length > 0);
    expect(await around(() => on.discord.submit('ada', { text: 'print("other")\n' }))).toEqual(IN_ORDER);
    const changed = await on.reply(asked.id, 'print("other")');
    expect(await around(() => on.discord.click('ada', changed, 'approve|'))).toEqual(IN_ORDER);
    await until('the job is submitted', () => on.world.hub.jobs.length === 1);
  });

  test('of a card: a rejection with its reason', async () => {
    on.discord.click('ada', await card(), 'reject|');
    await until('the dialog is open', () => on.discord.modals.length > 0);
    expect(await around(() => on.discord.submit('ada', { text: 'too dear' }))).toEqual(IN_ORDER);
    await on.reply(asked.id, 'too dear');
    expect(on.world.hub.jobs).toEqual([]);
  });

  test('of a running job: its log, and that it is cancelled', async () => {
    on.discord.click('ada', await card(), 'approve|');
    const running = await on.reply(asked.id, '· running');
    expect(await around(() => on.discord.click('ada', running, 'job_log|'))).toEqual(IN_ORDER);
    on.discord.click('ada', running, 'cancel_job|');
    const question = await on.told('ada', 'Cancel this job?');
    expect(await around(() => on.discord.clickPrivate('ada', asked.id, question, 'cancel_job|'))).toEqual(
      TOLD,
    );
    await on.reply(asked.id, '· cancelled');
  });

  test('of a session: its menu and its dialog, a stop; and of a channel its settings', async () => {
    const menu = await until('there is a menu', () =>
      on.replies(asked.id).find((message) => JSON.stringify(message.components).includes('session_menu')),
    );
    on.discord.pick('ada', menu, 'session_menu', 'settings');
    await until('the dialog is open', () => on.discord.modals.length > 0);
    expect(await around(() => on.discord.submit('ada', { approvals: ['yolo $5'] }))).toEqual(IN_ORDER);
    expect(await around(() => on.discord.pick('ada', menu, 'session_menu', 'export'))).toEqual(IN_ORDER);
    on.discord.slash('grace', CHANNELS.ml, 'settings');
    const rules = await on.told('grace', 'Model');
    on.discord.clickPrivate('grace', CHANNELS.ml, rules, 'channel_settings|people');
    const held = await hold();
    await on.discord.submit('grace', { users: [] });
    await until('it waits for the record', () => held.isWanted());
    expect(on.discord.shownTo('grace').at(-1)).toBe('not taken');
    await held.letGo();
    await on.told('grace', 'Saved.');
  });

  test('and what takes longer than Discord waits shows as under way until then, and tells what came of it', {
    tags: 'long',
  }, async () => {
    const shown = await card();
    const approval =
      flat(shown.components).find(({ custom_id }) => custom_id?.startsWith('approve|'))?.custom_id ?? '';
    const held = await hold();
    on.discord.clickId('ada', shown, approval);
    await until('it shows as under way', () => latest() === 'under way');
    expect(on.world.hub.jobs).toEqual([]);
    await held.letGo();
    await until('the job is submitted', () => on.world.hub.jobs.length === 1);
    await until('nothing is under way any more', () => latest() === 'nothing');
    on.discord.clickId('ada', shown, approval);
    await on.told('ada', 'has already approved this');
  });

  test('and a process that dies before that leaves a click that shows as under way, not as taken', {
    tags: 'long',
  }, async () => {
    const held = await hold();
    on.discord.click('ada', await card(), 'approve|');
    await until('it shows as under way', () => latest() === 'under way');
    await held.cutOthers();
    await held.letGo();
    await on.told('ada', 'That did not work');
    expect(latest()).toBe('message');
    expect(on.world.hub.jobs).toEqual([]);
  });
});

test('an answer that Discord does not hear undoes nothing: what was clicked is done', {
  tags: 'long',
}, async () => {
  await begin(inTurn(runJob), { approvers: ['anyone'] });
  const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
  const card = await on.reply(asked.id, 'Run a Hugging Face Job');
  on.discord.disturb = (_method, path) => (path.endsWith('/callback') ? 404 : undefined);
  on.discord.click('ada', card, 'approve|');
  await until('the job is submitted', () => on.world.hub.jobs.length === 1);
  expect(latest()).toBe('not taken');
});

test('an answer that was heard without our knowing is made again, and takes nothing back', {
  tags: 'long',
}, async () => {
  await begin(inTurn(runJob), { approvers: ['anyone'] });
  const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
  const card = await on.reply(asked.id, 'Run a Hugging Face Job');
  on.discord.disturb = (_method, path) => (path.endsWith('/callback') ? 'drop' : undefined);
  on.discord.click('ada', card, 'approve|');
  await until('the job is submitted', () => on.world.hub.jobs.length === 1);
  await until('it shows as taken', () => latest() === 'nothing');
  expect(on.replies(asked.id).map(({ id }) => id)).toContain(card.id);
});

describe.skipIf(!isThere('postgres'))('where two processes are told of every click', () => {
  test('one of them does what it asks, and nobody is told that it was done before', {
    tags: 'long',
  }, async () => {
    await beginOnPostgres();
    await on.world.another(() => on.discord.gateway.connections > 1);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const card = await on.reply(asked.id, 'Run a Hugging Face Job');
    on.discord.pick('ada', card, 'choose|', 'team');
    const changed = await on.reply(asked.id, 'namespace is now team');
    on.discord.click('ada', changed, 'approve|');
    await on.reply(asked.id, '· running');
    on.discord.slash('ada', CHANNELS.ml, 'status');
    await on.told('ada', 'Your sessions');
    expect(on.discord.shownTo('ada')).toEqual(['nothing', 'nothing', 'message']);
    expect(on.discord.privates).toHaveLength(1);
    expect(on.world.hub.jobs).toHaveLength(1);
  });
});
