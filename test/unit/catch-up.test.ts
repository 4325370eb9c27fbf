import { describe, expect, test } from 'vitest';
import { catchUp, type History } from '../../adapters/shared/catch-up.ts';
import { createLogger } from '../../src/lib/log.ts';

const log = createLogger('silent', (text) => text);
const NOON = new Date('2026-03-01T12:00:00Z');
const minutes = (n: number) => new Date(NOON.getTime() + n * 60_000);

type Asked = { lists: Date[]; taken: string[] };

/** A platform with two places, each with a message; the one in `broken` can't be taken. */
function platform(asked: Asked, broken?: string): History<string, string> {
  return {
    of: { platform: 'slack', workspace: 'T1' },
    lists: [
      {
        name: 'places',
        async places(since) {
          asked.lists.push(since);
          return ['C1', 'C2'];
        },
      },
    ],
    written: async (place) => [`${place}: hello`],
    async take(message) {
      if (message === broken) throw new Error('the record is away');
      asked.taken.push(message);
    },
    placeName: (place) => place,
    messageName: (message) => message,
  };
}

const missed = (since: Date) => ({ since, failures: 0, signal: new AbortController().signal });
const seenAt = (at: Date | undefined) => ({ log, lastSeen: { lastSeen: async () => at } });

describe('catching up', () => {
  test.each([
    ['what was seen last', minutes(0), minutes(5), minutes(-2)],
    ['what could not be taken, where that is older', minutes(5), minutes(0), minutes(-2)],
  ])('begins a little before %s', async (_what, seen, since, from) => {
    const asked: Asked = { lists: [], taken: [] };
    await catchUp(platform(asked), seenAt(seen), missed(since));
    expect(asked).toEqual({ lists: [from], taken: ['C1: hello', 'C2: hello'] });
  });

  test('reads nothing where nobody has ever listened', async () => {
    const asked: Asked = { lists: [], taken: [] };
    await catchUp(platform(asked), seenAt(undefined), missed(NOON));
    expect(asked).toEqual({ lists: [], taken: [] });
  });

  test('takes what else there is where one message can’t be taken, and fails, to be done again', async () => {
    const asked: Asked = { lists: [], taken: [] };
    const caughtUp = catchUp(platform(asked, 'C1: hello'), seenAt(NOON), missed(NOON));
    await expect(caughtUp).rejects.toThrow('1 of 1 failed');
    expect(asked.taken).toEqual(['C2: hello']);
  });
});
