import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { ANY, type Row } from '../../adapters/slack/error-codes.ts';
import type { Storage } from '../../src/db/storage.ts';
import type { SlackDouble } from '../doubles/slack/server.ts';
import { expectClosed } from '../support/refusals/closed-place.ts';
import { expectGivenUp, HOUR, MINUTE } from '../support/refusals/refused-thread.ts';
import { ACTS, methodsOf, RefusedSlackThread, ROWS, useRefusingSlack } from '../support/refusals/slack.ts';
import { useStorage } from '../support/use-storage.ts';
import { shown } from '../support/world.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

let slack: SlackDouble;
let client: WebClient;
useRefusingSlack((made) => {
  ({ slack, client } = made);
});

const begin = () => new RefusedSlackThread({ slack, client }, storage.db).begin();
const calls = (method: string): number => slack.calls.filter((call) => call.method === method).length;

/** One code of each meaning for each method that a thread needs to show what it has to. */
const KINDS = [
  ...ROWS,
  ['a_code_of_next_year', { means: 'unclear', methods: [ANY], why: '' }] as const,
].flatMap(([code, row]) =>
  methodsOf(row)
    .filter((method) => /postMessage|update|add|complete/i.test(method))
    .map((method) => ({ kind: `${row.means} ${method}`, code, method, means: row.means })),
);
const FIRST = [...Map.groupBy(KINDS, ({ kind }) => kind).values()].flatMap(([first]) => first ?? []);

describe('a thread that is refused', () => {
  test.each(FIRST)(
    '$kind ($code) shows all that it has to once it is taken, once, and says nothing is shown before',
    async ({ code, method, means }) => {
      const thread = await begin();
      if (method === 'chat.update') await thread.settle(MINUTE);
      slack.refusals.refuse(method, code);
      await thread.ends();
      if (method === 'files.completeUploadExternal') await thread.addsFile(`log-${thread.id}.txt`);
      await thread.settle(2 * MINUTE);
      expect(calls(method)).toBeGreaterThan(0);
      expect(calls(method)).toBeLessThan(150);
      if (method.startsWith('chat') && !isReplaced(means, method)) expect(thread.shows('Done')).toBe(0);

      slack.refusals.lift();
      await thread.reopen();
      await thread.settle(HOUR);
      expect(thread.shows(thread.answer)).toBe(1);
      expect(thread.shows('Done')).toBe(1);
      expect(thread.shows('could not show')).toBe(method.startsWith('files') && means === 'final' ? 1 : 0);
      const after = await thread.refused();
      expect(after.thread ?? undefined).toBeUndefined();
      expect(after.posts.filter(({ kind, key }) => kind !== 'final' || !/reaction|file/.test(key))).toEqual(
        [],
      );
    },
  );
});

/** What can't be changed is made anew, which is not refused. */
const isReplaced = (means: Row['means'], method: string): boolean =>
  method === 'chat.update' &&
  ['gone', 'frozen', 'streaming', 'plainer', 'unmarked', 'shorter'].includes(means);

describe('a place that takes nothing', () => {
  test('is told to who asked, once and in private, and costs a few calls a day', async () => {
    await expectClosed(await begin(), slack.calls, {
      close: () => slack.refusals.set('C0ML', 'archived'),
      tells: ['<#C0ML>', 'the channel is archived; somebody has to un-archive it'],
      isLogged: ({ code }) => code === 'is_archived',
      calls: 50,
      open: () => slack.refusals.open('C0ML'),
    });
  });

  test('is tried again at once when somebody asks for something there', async () => {
    const thread = await begin();
    slack.refusals.set('C0ML', 'read_only');
    await thread.settle(2 * HOUR);
    expect(thread.replies()).toEqual([]);
    slack.refusals.set('C0ML', 'archived');
    slack.refusals.open('C0ML');
    await thread.asksAgain();
    await thread.settle(1);
    expect(thread.replies().length).toBeGreaterThan(0);
  });
});

describe('another form', () => {
  test('without the blocks that are refused, with the buttons, and then the text alone', async () => {
    const thread = await begin();
    slack.refusals.blocks.add('markdown').add('context');
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows(thread.answer)).toBe(1);
    const status = thread.replies().find((message) => shown(message).includes('Done'));
    expect(JSON.stringify(status?.blocks)).toContain('"type":"actions"');

    const other = await begin();
    slack.refusals.blocks.add('section').add('actions');
    await other.ends();
    await other.settle(MINUTE);
    const bare = other.replies().find((message) => shown(message).includes('Done'));
    expect(bare).toMatchObject({ blocks: [], text: expect.stringContaining('buttons') });
    expect(thread.told()).toEqual([]);
  });

  test('without metadata, where that is what is refused', async () => {
    const thread = await begin();
    slack.refusals.refuse('chat.postMessage', 'metadata_must_be_sent_from_app', ({ metadata }) =>
      Boolean(metadata),
    );
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows(thread.answer)).toBe(1);
  });

  test('in place of a file, that says why, until the file is taken', async () => {
    const thread = await begin();
    slack.refusals.refuse('files.getUploadURLExternal', 'file_uploads_disabled');
    await thread.addsFile('log-12345678.txt');
    await thread.settle(MINUTE);
    expect(thread.shows('could not show the file log-12345678.txt here: uploads are switched off')).toBe(1);
    slack.refusals.lift();
    await thread.settle(HOUR);
    expect(thread.shows('could not show')).toBe(0);
    expect(thread.replies().filter(({ files }) => files !== undefined)).toHaveLength(1);
  });
});

test('what was refused for more than a week is tried again when its channel is opened, and not before', async () => {
  const thread = await begin();
  slack.refusals.refuse('files.getUploadURLExternal', 'file_uploads_disabled');
  await thread.addsFile('log-87654321.txt');
  await expectGivenUp(thread, /^file\//);
  slack.refusals.lift();
  await thread.settle(HOUR);
  expect(thread.replies().filter(({ files }) => files !== undefined)).toEqual([]);
  await thread.reopen();
  await thread.settle(HOUR);
  expect(thread.replies().filter(({ files }) => files !== undefined)).toHaveLength(1);
  expect(thread.shows('could not show')).toBe(0);
});

describe('a message that can’t be changed', () => {
  test('is replaced by a new one with what matters, and goes', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    const [old] = thread.replies();
    slack.refusals.editWindowMs = 0;
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.replies().map(({ ts }) => ts)).not.toContain(old?.ts);
    const renewed = thread.replies().find((message) => shown(message).includes('Done'));
    expect(renewed?.metadata?.event_payload.key).toBe('e1/status#0~1');
  });

  test('… and is emptied where it may not be deleted, with no live button left', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    const [old] = thread.replies();
    slack.refusals.refuse('chat.update', 'edit_window_closed', ({ text }) => text !== '_Taken back._');
    slack.refusals.refuse('chat.delete', 'cant_delete_message');
    await thread.ends();
    await thread.settle(MINUTE);
    const left = thread.replies().find(({ ts }) => ts === old?.ts);
    expect(left).toMatchObject({ text: '_Taken back._', blocks: [] });
    expect(thread.shows('Done')).toBe(1);
  });

  test('does not become a new one with every step of progress', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    slack.refusals.editWindowMs = 0;
    slack.calls.length = 0;
    await thread.progresses(5);
    expect(calls('chat.postMessage')).toBe(0);
    expect(calls('chat.update')).toBe(1);
    expect(thread.shows('could not show')).toBe(0);
  });

  test('is found again although its posting was not acknowledged', async () => {
    const thread = await begin();
    await thread.settle(MINUTE);
    slack.refusals.editWindowMs = 0;
    slack.refusals.refuse('chat.delete', 'cant_delete_message');
    slack.faults.push({ method: 'chat.postMessage', fault: 'drop' });
    await thread.ends();
    await thread.settle(MINUTE);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.shows(thread.answer)).toBe(1);
  });
});

describe('what is not clear', () => {
  test('is named in the log and told of, and never taken for shown', async () => {
    const thread = await begin();
    await thread.ends();
    slack.refusals.refuse('chat.postMessage', 'a_code_of_next_year', ({ text }) =>
      String(text).includes('forty-two'),
    );
    await thread.settle(10 * MINUTE);
    expect(thread.shows(thread.answer)).toBe(0);
    expect(thread.shows('I could not show a part of my answer here: Slack says `a_code_of_next_year`')).toBe(
      1,
    );
    expect(thread.logged).toContainEqual(
      expect.objectContaining({ code: 'a_code_of_next_year', key: 'e1/answer/0#0' }),
    );
    expect(thread.shows('Done')).toBe(1);
  });

  test('a fault of ours is logged with where it is, and keeps nothing else from being shown', async () => {
    const thread = await begin();
    await thread.ends();
    const { outbound } = thread;
    const { translate } = outbound;
    outbound.translate = (message, divisor, address) => {
      if (message.body.kind === 'answer') throw new TypeError('x is not a function');
      return translate(message, divisor, address);
    };
    await thread.settle(MINUTE);
    expect(thread.shows('by a fault of mine')).toBe(1);
    expect(thread.shows('Done')).toBe(1);
    expect(thread.logged[0]?.err).toBeInstanceOf(TypeError);
  });
});

describe('a limit', () => {
  test.each([
    ['a 429', { status: 429 as const, retryAfter: '7' }, 7_000],
    ['a 429 that does not say for how long', { status: 429 as const, retryAfter: undefined }, 30_000],
    ['a 429 that says so in words', { status: 429 as const, retryAfter: 'soon' }, 30_000],
    ['a 200 with rate_limited', 'rate_limited', 30_000],
    ['a 200 with message_limit_exceeded', 'message_limit_exceeded', 30_000],
  ])('%s is waited for, and nothing is lost', async (_name, how, ms) => {
    const thread = await begin();
    await thread.ends();
    slack.refusals.refuse('chat.postMessage', how);
    expect(await ACTS['chat.postMessage']?.(thread.outbound, '')).toEqual({
      ok: false,
      reason: 'rate_limited',
      retryAfterMs: ms,
    });
    await thread.settle(MINUTE);
    expect(thread.told()).toEqual([]);
    slack.refusals.lift();
    await thread.settle(HOUR);
    expect(thread.shows(thread.answer)).toBe(1);
  });
});
