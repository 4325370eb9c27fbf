import { describe, expect, test } from 'vitest';
import { ChangedMessage, DeletedMessage, WrittenMessage } from '../../adapters/slack/payloads.ts';

/* Shapes that Slack has been seen to send: what is left out, or empty, is left out or empty there as well. */

const event = { type: 'message', hidden: true, channel: 'C1', channel_type: 'channel' };
const changed = { ...event, subtype: 'message_changed', ts: '30.003', event_ts: '30.003' };
const written = { type: 'message', user: 'U1', ts: '10.001', text: 'before' };

describe('a message that was changed', () => {
  test('is told as it is now and as it was, each in its channel, with the time of the change', () => {
    const message = { ...written, text: 'now', edited: { user: 'U1', ts: '30.000000' }, blocks: [] };
    const parsed = ChangedMessage.parse({ ...changed, message, previous_message: written });
    expect(parsed).toMatchObject({ channel: 'C1', ts: '10.001', at: '30.003', isTombstone: false });
    expect(WrittenMessage.parse(parsed.now)).toMatchObject({ text: 'now', channel: 'C1', ts: '10.001' });
    expect(WrittenMessage.parse(parsed.before)).toMatchObject({ text: 'before', channel: 'C1' });
  });

  test.each([
    ['its time in the event alone', { ts: '30.003' }, {}],
    ['an edit without a time', { edited: {} }, {}],
    ['its own time only as it was before', { ts: undefined }, {}],
    ['nothing of what it was before', {}, { previous_message: [] }],
  ])('may have %s', (_what, message, rest) => {
    const parsed = ChangedMessage.parse({
      ...changed,
      message: { ...written, ...message },
      previous_message: written,
      ...rest,
    });
    expect(parsed.at).toBe('30.003');
    expect(parsed.ts).toBeDefined();
  });

  test('is gone where a tombstone is left of it, also where Slack does not tell what it was', () => {
    const message = {
      subtype: 'tombstone',
      text: 'This message was deleted.',
      user: 'USLACKBOT',
      ts: '10.001',
    };
    for (const previous_message of [written, [], undefined]) {
      const parsed = ChangedMessage.parse({ ...changed, message, previous_message });
      expect(parsed).toMatchObject({ isTombstone: true, ts: '10.001' });
    }
  });

  test('is nobody’s where it is a thread of the assistant panel', () => {
    const message = { ...written, subtype: 'assistant_app_thread', text: 'New chat' };
    const parsed = ChangedMessage.parse({ ...changed, message, previous_message: message });
    expect(WrittenMessage.safeParse(parsed.now).success).toBe(false);
  });
});

test.each([
  [{ deleted_ts: '10.001', previous_message: written }, '10.001'],
  [{ deleted_ts: '10.001' }, '10.001'],
  [{ previous_message: written }, '10.001'],
  [{ previous_message: [] }, undefined],
])('a deletion names what was deleted: %j', (rest, ts) => {
  const parsed = DeletedMessage.parse({ ...event, subtype: 'message_deleted', event_ts: '30.003', ...rest });
  expect(parsed).toMatchObject({ channel: 'C1' });
  expect(parsed.ts).toBe(ts);
});

test('a file that was taken out of a message, or that can’t be read, is none of its files', () => {
  const files = [
    { id: 'F1', name: 'a.csv' },
    { id: 'F2', mode: 'tombstone' },
    { name: 'without an id' },
    'F3',
  ];
  const parsed = WrittenMessage.parse({ ...written, channel: 'C1', files });
  expect(parsed.files).toEqual([{ id: 'F1', name: 'a.csv' }]);
});
