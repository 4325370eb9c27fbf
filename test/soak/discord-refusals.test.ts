import type { REST } from 'discord.js';
import { describe, expect, test } from 'vitest';
import type { Storage } from '../../src/db/storage.ts';
import { CHANNELS } from '../doubles/discord/guild.ts';
import type { DiscordDouble } from '../doubles/discord/server.ts';
import { shownOn } from '../support/discord-world.ts';
import { expectClosed } from '../support/refusals/closed-place.ts';
import {
  discordOutbound,
  HELLO,
  LIVE,
  RefusedDiscordThread,
  useRefusingDiscord,
} from '../support/refusals/discord.ts';
import { expectGivenUp, HOUR, MINUTE } from '../support/refusals/refused-thread.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

let discord: DiscordDouble;
let rest: REST;
useRefusingDiscord((made) => {
  ({ discord, rest } = made);
});

const begin = () => new RefusedDiscordThread({ discord, rest }, storage.db).begin();

describe('an archived thread', () => {
  test('takes new messages, and is opened for a change that matters', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    discord.archive(thread.first.id);
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.shows(thread.answer)).toBe(1);
    expect(thread.state()?.archived).toBe(false);
    discord.archive(thread.first.id);
    const [answer] = thread.replies();
    expect(await thread.outbound.edit(thread.here, 'k#0', answer?.id ?? '', HELLO, LIVE)).toMatchObject({
      ok: true,
    });
    discord.archive(thread.first.id);
    expect(await thread.outbound.remove(thread.here, answer?.id ?? '')).toMatchObject({ ok: true });
    expect(thread.state()?.archived).toBe(false);
  });

  test('is not opened again and again by progress, after somebody has closed it', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    discord.archive(thread.first.id);
    discord.calls.length = 0;
    await thread.progresses(5);
    expect(thread.state()?.archived).toBe(true);
    expect(discord.calls).toHaveLength(1);
  });

  test('that a moderator has locked stays as it is: who asked is told, and all is there once it is unlocked', async () => {
    const thread = await begin();
    await expectClosed(thread, discord.calls, {
      close() {
        discord.moveThread(thread.first.id, { archived: true, locked: true });
        discord.refusals.lacks.add('ManageThreads');
      },
      forMs: HOUR,
      tells: [`<#${thread.first.id}>`, 'the thread is locked; a moderator has to unlock it'],
      open: () => discord.moveThread(thread.first.id, { archived: false, locked: false }),
    });
  });

  test('… also where the bot might unlock it', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    discord.moveThread(thread.first.id, { archived: true, locked: true });
    const [status] = thread.replies();
    expect(await thread.outbound.edit(thread.here, 'k#0', status?.id ?? '', HELLO, LIVE)).toMatchObject({
      ok: false,
      reason: 'closed',
      code: 'thread_locked',
    });
    expect(thread.state()).toMatchObject({ archived: true, locked: true });
  });
});

describe('another form', () => {
  test('without containers, with the buttons, where those are refused', async () => {
    const thread = await begin();
    discord.refusals.refuse(/messages/, 400, 50_035, ({ components }) =>
      JSON.stringify(components ?? []).includes('"type":17'),
    );
    await thread.ends();
    await thread.settle(MINUTE);
    const status = thread.replies().find((message) => shownOn(message).includes('Done'));
    expect(status?.components.map(({ type }) => type)).toEqual([10, 1]);
    expect(thread.shows(thread.answer)).toBe(1);
  });

  test('as a plain message, and as a rich one again by an edit', async () => {
    const thread = await begin();
    discord.refusesV2 = true;
    await thread.settle(MINUTE);
    const [plain] = thread.replies();
    expect(plain?.content).not.toBe('');
    discord.refusesV2 = false;
    await thread.ends();
    await thread.settle(MINUTE);
    const [rich] = thread.replies();
    expect(rich).toMatchObject({ id: plain?.id, content: '' });
    expect(JSON.stringify(rich?.components)).toContain('Done');
  });

  test('as a new message, where a rich one would have to become a plain one', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    const [rich] = thread.replies();
    discord.refusesV2 = true;
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.replies().map(({ id }) => id)).not.toContain(rich?.id);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.shows(thread.answer)).toBe(1);
  });

  test('in smaller parts, where a plain message has no room for all of it', async () => {
    const thread = await begin();
    discord.refusesV2 = true;
    const sentence = 'Every word of this has to be read by somebody. ';
    await thread.ends(`${sentence.repeat(70)}The end.`);
    await thread.settle(MINUTE);
    const text = thread
      .replies()
      .map(({ content }) => content)
      .join(' ');
    expect(text.split('Every word').length - 1).toBe(70);
    expect(text).toContain('The end.');
  });

  test('with a note in place of what the rules of the server do not let through', async () => {
    const thread = await begin();
    const hasAnswer = (body: unknown) => JSON.stringify(body).includes('forty-two');
    discord.refusals.refuse(/^POST .*messages$/, 400, 200_000, hasAnswer);
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows('could not show a part of my answer here: the moderation rules')).toBe(1);
    expect(thread.shows('Done')).toBe(1);
    discord.refusals.lift();
    await thread.settle(HOUR);
    expect(thread.shows('could not show')).toBe(0);
    expect(thread.shows(thread.answer)).toBe(1);
  });
});

test('what was refused for more than a week is tried again when its channel is opened, and not before', async () => {
  const thread = await begin();
  const hasAnswer = (body: unknown) => JSON.stringify(body).includes('forty-two');
  discord.refusals.refuse(/^POST .*messages$/, 400, 200_000, hasAnswer);
  await thread.ends();
  await expectGivenUp(thread, /./);
  expect(thread.shows('could not show a part of my answer here')).toBe(1);
  discord.refusals.lift();
  await thread.settle(HOUR);
  expect(thread.shows(thread.answer)).toBe(0);
  await thread.reopen();
  await thread.settle(HOUR);
  expect(thread.shows(thread.answer)).toBe(1);
  expect(thread.shows('could not show')).toBe(0);
});

describe('a message that can’t be changed any more', () => {
  test('is replaced by a new one, and is found again by its own mark', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    const [old] = thread.replies();
    discord.refusals.isLong = true;
    discord.refusals.oldEdits = 0;
    let isCut = false;
    discord.disturb = (method, path) => {
      const isPost = method === 'POST' && path.endsWith('/messages');
      if (!isPost || isCut) return undefined;
      isCut = true;
      return 'drop';
    };
    await thread.ends();
    await thread.settle(MINUTE);
    discord.disturb = () => undefined;
    expect(isCut).toBe(true);
    expect(thread.replies().map(({ id }) => id)).not.toContain(old?.id);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.shows(thread.answer)).toBe(1);
  });
});

describe('a place that takes nothing', () => {
  test.each([
    // Where nothing can be seen at all, not even a direct message is sent: the log has it.
    ['without a permission', 'SendMessagesInThreads', 'I lack a permission here', true],
    ['that the bot can’t see', 'ViewChannel', 'see this channel', false],
  ] as const)('%s is told to who asked, once, and costs little', async (_name, permission, why, isTold) => {
    await expectClosed(await begin(), discord.calls, {
      close: () => discord.refusals.lacks.add(permission),
      tells: isTold ? [why] : [],
      isLogged: (line) => String(line.why).includes(why),
      calls: 60,
      open: () => discord.refusals.lift(),
    });
  });

  test('that was deleted is told of, and not asked for ever', async () => {
    const thread = await begin();
    await expectClosed(thread, discord.calls, {
      close: () => discord.guild.threads.delete(thread.first.id),
      tells: ['the thread or channel is gone'],
      calls: 60,
    });
  });
});

test('the first message of a forum’s post gets its reaction, although it stands in the thread itself', async () => {
  const outbound = discordOutbound(rest);
  const post = discord.post('ada', CHANNELS.forum, 'Ideas', 'try DPO');
  const here = { platform: 'discord' as const, workspace: 'g', channel: CHANNELS.forum, thread: post.id };
  const put = await outbound.post(here, 'k#0', { kind: 'reaction', on: post.id, name: '👀' });
  expect(put).toMatchObject({ ok: true });
  expect([...post.reactions]).toEqual(['👀']);
  if (put.ok) await outbound.remove(here, put.platformId);
  expect([...post.reactions]).toEqual([]);
});
