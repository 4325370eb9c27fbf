import { expect, test } from 'vitest';
import type { Bench } from '../../src/app/benches.ts';
import { sandboxesOf } from '../../src/app/worker.ts';

/** The sandboxes of one account, which have those of some sessions. */
function benchWith(sessions: string[]) {
  const removed: string[] = [];
  const sandboxes = {
    sessions: async () => sessions,
    remove: async (id: string) => void removed.push(id),
    stop: async () => {},
  };
  return { removed, bench: { tools: { sandboxes: { sandboxes } } } as unknown as Bench };
}

test('a sandbox is removed by the account of its session, and by whoever has it where the session is gone', async () => {
  const [one, two] = [benchWith(['s_here']), benchWith(['s_there', 's_gone'])];
  const found = new Map([
    ['s_here', one.bench],
    ['s_there', two.bench],
  ]);
  const sandboxes = sandboxesOf({ all: [one.bench, two.bench], find: async (id) => found.get(id) });
  expect(await sandboxes?.sessions()).toEqual(['s_here', 's_there', 's_gone']);
  for (const id of ['s_here', 's_there', 's_gone']) await sandboxes?.remove(id);
  expect([one.removed, two.removed]).toEqual([['s_here'], ['s_there', 's_gone']]);
});
