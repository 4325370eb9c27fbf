import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type Following, sendElsewhere } from '../../adapters/web/elsewhere.ts';
import type { WholeElsewhere } from '../../src/controller/elsewhere.ts';
import { wordsIn } from '../support/page-client.ts';

const READER = { place: { platform: 'page', workspace: 'page' }, person: 'x', hubId: '1', also: [] };

/** The events that a browser is sent of a thread, which nobody may read any more after the first look. */
async function eventsOf(whole: Pick<WholeElsewhere, 'parts' | 'names'>): Promise<Record<string, unknown>[]> {
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    closed: false,
    writeHead: () => response,
    write: (text: string) => written.push(text) > 0,
    end: () => response,
  });
  const thread = { sessionId: 's1', platform: 'Slack', title: 'x', standing: 'idle', updatedAt: new Date(0) };
  let looks = 0;
  const following: Following = {
    elsewhere: {
      list: async () => [],
      read: async () =>
        looks++ === 0 ? ({ thread, url: undefined, ...whole } as WholeElsewhere) : undefined,
      revision: async () => looks,
    },
    clock: { monotonic: () => 0, sleep: async () => {} },
    mayGoOn: async () => true,
    signal: new AbortController().signal,
  };
  await sendElsewhere(response as unknown as ServerResponse, following, READER, 's1');
  return written.flatMap((text) => (text.startsWith('data: ') ? [JSON.parse(text.slice(6))] : []));
}

const notice = (text: string, mentions: string[]): WholeElsewhere['parts'][number] => ({
  key: 'n1',
  kind: 'shown',
  message: { key: 'n1', exchange: 0, body: { kind: 'notice', text, mentions } },
});

test('people are called by their names, whatever stands in them, and ids by nobody else’s', async () => {
  const names = new Map([
    ['U0ADA', 'Ada $& @U0EVE'],
    ['U0EVE', 'Eve'],
  ]);
  const [first] = await eventsOf({ parts: [notice('look', ['U0ADA', 'U0ADAM'])], names });
  const said = wordsIn(first);
  expect(said).toContain('@Ada $& @U0EVE');
  expect(said).toContain('@U0ADAM');
  expect(said).not.toContain('@Eve');
});

test('a long thread comes in parts, the newest first, and ends where it may be read no more', async () => {
  const parts = Array.from({ length: 60 }, (_, i) => ({
    ...{ key: `said/${i}`, kind: 'said' as const, text: `line ${i}`, at: new Date(i) },
    author: { id: 'U0ADA', name: 'Ada' },
  }));
  const events = await eventsOf({ parts, names: new Map() });
  const messages = events.map((event) =>
    (event.messages as { id: string }[] | undefined)?.map(({ id }) => id),
  );
  expect(messages.map((ids) => ids?.length)).toEqual([25, 25, 10, undefined]);
  expect(messages[0]?.[0]).toBe('said/35');
  expect(events.at(-1)).toEqual({ isGone: true });
});
