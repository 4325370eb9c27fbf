import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createOutage, type Outage } from '../../src/thread/delivery/outage.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { until } from '../support/until.ts';

const address = { platform: 'slack', workspace: 'T0', channel: 'C0', thread: '1.0' };

/** What stands in the thread, and how storage and queues are. */
let posts: string[];
let isReachable: boolean;
let hasTrouble: boolean;
let noticed: () => void;
let outage: Outage;

const outbound: Pick<Outbound, 'translate' | 'post' | 'remove'> = {
  translate: ({ body }) => [
    { kind: 'message', body: { text: body.kind === 'notice' ? body.text : body.kind } },
  ],
  post: async (_address, _key, outgoing) => {
    posts.push(JSON.stringify(outgoing));
    return { ok: true, platformId: String(posts.length) };
  },
  remove: async (_address, platformId) => {
    posts.splice(Number(platformId) - 1, 1);
    return { ok: true, platformId };
  },
};

beforeEach(() => {
  posts = [];
  isReachable = true;
  hasTrouble = false;
  noticed = () => {};
  outage = createOutage({
    outboundOf: () => outbound as Outbound,
    isReachable: async () => isReachable,
    hasTrouble: () => hasTrouble,
    onTrouble: (listener) => {
      noticed = listener;
    },
    clock: systemClock,
    log: createLogger('silent', (text) => text),
    everyMs: 5,
    timeZone: 'UTC',
  });
});

const isTold = () => until('the thread is told', () => posts.length === 1);

/** Storage and queues are away from here on, whether a worker has found that out or not. */
function goesAway({ isNoticed }: { isNoticed: boolean }): void {
  isReachable = false;
  hasTrouble = isNoticed;
  if (isNoticed) noticed();
}

test('whoever waits when an outage begins is told, once, until all is back', async () => {
  outage.expect(address);
  goesAway({ isNoticed: true });
  await isTold();
  outage.expect(address);
  outage.tell(address);
  isReachable = true;
  await until('the note is taken back', () => posts.length === 0);
  await outage.stop();
});

test('whoever writes after it has turned out that jobs can’t be had is told, too', async () => {
  goesAway({ isNoticed: true });
  outage.expect(address); // the queue takes work that nobody gets
  await isTold();
  await outage.stop();
});

test('nobody is told where everything answers', async () => {
  outage.expect(address);
  outage.tell(address);
  await setImmediate(); // what is asked has been answered by then
  await outage.stop();
  expect(posts).toEqual([]);
});

test('the time is told as it is for who wrote there, or in the zone of the config', async () => {
  outage.expect(address, 'Asia/Tokyo');
  goesAway({ isNoticed: true });
  await isTold();
  expect(posts[0]).toMatch(/right now \(\d{1,2}:\d\d Asia\/Tokyo\)/);
});

test('an unknown writer is told the time in the zone of the config', async () => {
  goesAway({ isNoticed: false });
  outage.tell(address);
  await isTold();
  expect(posts[0]).toMatch(/right now \(\d{1,2}:\d\d UTC\)/);
});
