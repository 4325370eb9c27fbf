import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writtenAt as onDiscord } from '../../adapters/discord/ids.ts';
import { writtenAt as onSlack } from '../../adapters/slack/written-at.ts';
import { storedOperation } from '../../src/session/operations.ts';
import { isWrittenBefore, type WrittenAt } from '../../src/session/written-at.ts';

const ts = fc
  .tuple(fc.integer({ min: 1_699_999_999, max: 1_700_000_001 }), fc.nat(999_999))
  .map(([seconds, micros]) => `${seconds}.${String(micros).padStart(6, '0')}`);

/** Snowflakes of a few milliseconds. */
const snowflake = fc
  .tuple(fc.bigInt(0n, 3n), fc.bigInt(0n, 0x3fffffn))
  .map(([ms, order]) => String(((190_000_000_000n + ms) << 22n) | order));

const hasItsOrder = (a: string, b: string, writtenAt: (id: string) => WrittenAt | undefined) => {
  const told = (messageId: string) => ({
    messageId: 'of a form that nobody knows',
    writtenAt: writtenAt(messageId),
  });
  const noted = (messageId: string) => ({ messageId });
  expect(isWrittenBefore(told(a), told(b))).toBe(isWrittenBefore(noted(a), noted(b)));
};

test('messages of Slack have the order of their timestamps, as in rows of versions that noted no time', () => {
  fc.assert(fc.property(ts, ts, (a, b) => hasItsOrder(a, b, onSlack)));
  expect(onSlack('1700000000.123456')).toEqual({ at: new Date(1_700_000_000_123), order: 456 });
});

test('messages of Discord have the order of their ids, as in rows of versions that noted no time', () => {
  fc.assert(fc.property(snowflake, snowflake, (a, b) => hasItsOrder(a, b, onDiscord)));
  expect(onDiscord('175928847299117063')).toEqual({
    at: new Date('2016-04-30T11:18:25.796Z'),
    order: 131_079,
  });
});

test('a message that a newer version wrote down goes before one of an older version that was written later', () => {
  const older = { messageId: '1700000000.000200' };
  const newer = { messageId: '1700000000.000100', writtenAt: onSlack('1700000000.000100') };
  expect(isWrittenBefore(newer, older)).toBe(true);
  expect(isWrittenBefore(older, newer)).toBe(false);
});

test('what says no time stays where it came in', () => {
  expect(onSlack('')).toBeUndefined();
  expect(isWrittenBefore({ messageId: '' }, { messageId: '1.1', writtenAt: onSlack('1.1') })).toBe(false);
});

test('the time of a message is read back from the inbox as it was noted', () => {
  const writtenAt = onSlack('1700000000.123456');
  const operation = {
    kind: 'user_input',
    text: 'hello',
    author: { id: 'U1', name: 'Ada' },
    messageId: '1',
    writtenAt,
  };
  const read = storedOperation('user_input', JSON.parse(JSON.stringify(operation)));
  expect(read).toEqual(operation);
});
