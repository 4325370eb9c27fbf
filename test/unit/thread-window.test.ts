import { describe, expect, test } from 'vitest';
import { nextRange, nothingRead, withPage } from '../../adapters/slack/thread-window.ts';

const WANTED = 31;

const evenly = (apart: number) => (i: number) => i * apart;

/** Bursts of 25 messages, a long time apart. */
const inBursts = (apart: number) => (i: number) => Math.floor(i / 25) * apart + (i % 25) * 0.000_002;

/** Reads a thread of messages, each written at some second, from Slack, which gives so many a page. */
function read(length: number, { at, perPage }: { at: (i: number) => number; perPage: number }) {
  const start = 1_700_000_000;
  const all = Array.from({ length }, (_, i) => ({ ts: (start + at(i)).toFixed(6) }));
  const [first] = all;
  let known = nothingRead<{ ts: string }>(first?.ts ?? '', (start + at(length)).toFixed(6));
  let calls = 0;
  for (let range = nextRange(known, WANTED); range !== undefined; range = nextRange(known, WANTED)) {
    const { after, before } = range;
    const found = all.filter(
      (message) =>
        message === first || (Number(message.ts) > Number(after ?? 0) && Number(message.ts) < Number(before)),
    );
    const [messages, hasMore] = [found.slice(0, perPage), found.length > perPage];
    known = withPage(known, range, { messages, hasMore, replies: length - 1 });
    calls++;
  }
  return { calls, isWhole: all.slice(-WANTED).every(({ ts }) => known.read.some((said) => said.ts === ts)) };
}

describe('the newest messages of a thread', () => {
  test.each([
    [1, 1],
    [30, 1],
    [250, 0.000_001],
    [250, 1],
    [250, 60],
    [250, 90_000],
    [2_500, 0.1],
  ])('are read by an app that may read much: %s messages, %s seconds apart', (length, apart) => {
    const { calls, isWhole } = read(length, { at: evenly(apart), perPage: 999 });
    expect(isWhole).toBe(true);
    expect(calls).toBeLessThanOrEqual(3);
  });

  test.each([
    [10, 1],
    [40, 0.000_001],
    [40, 3_000],
    [250, 0.000_001],
    [250, 1],
    [250, 90_000],
  ])('are read by an app that gets 15 a minute: %s messages, %s seconds apart', (length, apart) => {
    const { calls, isWhole } = read(length, { at: evenly(apart), perPage: 15 });
    expect(isWhole).toBe(true);
    expect(calls).toBeLessThanOrEqual(6);
  });

  test.each([0.01, 60, 90_000])('are read where people write in bursts, %s seconds apart', (apart) => {
    for (const length of [40, 60, 240]) {
      expect(read(length, { at: inBursts(apart), perPage: 999 })).toMatchObject({ isWhole: true });
      const { calls, isWhole } = read(length, { at: inBursts(apart), perPage: 15 });
      expect(isWhole).toBe(true);
      expect(calls).toBeLessThanOrEqual(15);
    }
  });
});
