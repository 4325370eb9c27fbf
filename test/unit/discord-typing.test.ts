import { DiscordAPIError } from 'discord.js';
import { expect, test } from 'vitest';
import { createTyping } from '../../adapters/discord/typing.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { standing } from '../support/clocks.ts';
import { until } from '../support/until.ts';

const HERE: ThreadAddress = { platform: 'discord', workspace: 'g', channel: 'c', thread: 't1' };
const AGAIN_MS = 9_000;

/** A session of which the record says how it stands, and how often it was said that somebody types there. */
function session() {
  const clock = standing(systemClock);
  const said = { posts: 0, looks: 0 };
  let work: 'going_on' | 'waits_for_people' | 'none' = 'going_on';
  let refusal: Error | undefined;
  const typing = createTyping({
    clock,
    log: createLogger('silent', (text) => text),
    rest: {
      async post(route) {
        expect(route).toBe('/channels/t1/typing');
        said.posts++;
        if (refusal) throw refusal;
      },
    },
    async workIn() {
      said.looks++;
      return work;
    },
  });
  return {
    ...{ typing, said, clock },
    becomes: (next: typeof work) => {
      work = next;
    },
    refuses: (error: Error) => {
      refusal = error;
    },
    /** Lets the time of one renewal pass, and waits until it was looked at how the session stands. */
    async later() {
      const { looks } = said;
      clock.advance(AGAIN_MS);
      await until('it is looked again', () => said.looks > looks);
    },
  };
}

test('it is said again while the work goes on, and not after the thread shows that it has ended', async () => {
  const { typing, said, later } = session();
  typing.show(HERE, 'working');
  typing.show(HERE, 'working');
  await until('it is said', () => said.posts === 1);
  await later();
  await until('it is said again', () => said.posts === 2);
  typing.show(HERE, 'waiting');
  await typing.stop();
  expect(said.posts).toBe(2);
});

test('it is not said while a question waits for people, and is again after it', async () => {
  const { typing, said, later, becomes } = session();
  becomes('waits_for_people');
  typing.show(HERE, 'working');
  await until('it is looked', () => said.looks === 1);
  await later();
  expect(said.posts).toBe(0);
  becomes('going_on');
  await later();
  await until('it is said', () => said.posts === 1);
  await typing.stop();
});

test('it ends by the record where another process has shown the end', async () => {
  const { typing, said, later, becomes } = session();
  typing.show(HERE, 'working');
  await until('it is said', () => said.posts === 1);
  becomes('none');
  await later();
  await typing.stop();
  expect(said.posts).toBe(1);
});

test('it is never said for ever', async () => {
  const { typing, said, clock } = session();
  typing.show(HERE, 'working');
  await until('it is said', () => said.posts === 1);
  clock.advance(31 * 60_000);
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  expect(said).toEqual({ posts: 1, looks: 1 });
  await typing.stop();
});

test('a thread that takes nothing is not asked again before the next work', async () => {
  const { typing, said, refuses, clock } = session();
  refuses(new DiscordAPIError({ code: 50_001, message: 'Missing Access' }, 50_001, 403, 'POST', '', {}));
  typing.show(HERE, 'working');
  await until('it is said', () => said.posts === 1);
  clock.advance(AGAIN_MS);
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  expect(said.posts).toBe(1);
  typing.show(HERE, 'working');
  await until('it is said', () => said.posts === 2);
  await typing.stop();
});
