import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import { lastText, type Reply } from '../doubles/model.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const STEPS = 300;

/** Other long tests run beside it. */
const TIMEOUT_MS = 400_000;

/** What goes wrong on the way, by the number of the request; each is one that the loop has to get over. */
const TROUBLE: Readonly<Record<number, Reply>> = {
  10: { error: { status: 429, retryAfter: 0 } },
  20: { error: { status: 500 } },
  30: { error: { status: 400, param: 'reasoning_effort', code: 'unsupported_value' } },
  40: { text: '' },
  50: { text: 'cut off', finish: 'length', calls: [{ name: 'plan_tool', arguments: '{"todos": [{"id"' }] },
  60: { calls: [{ name: 'plan_tool', arguments: '{broken' }] },
  61: { calls: [{ name: 'plan_tool', arguments: '{broken again' }] },
  70: { calls: [{ name: 'no_such_tool', arguments: {} }] },
  80: { calls: [{ name: 'hf_inspect_dataset', arguments: { dataset: 7 } }] },
  90: { hangs: true },
  100: { error: { status: 400, code: 'context_length_exceeded', message: 'too many tokens' } },
  110: { error: { status: 503, retryAfter: 0 } },
  115: { text: 'I was about to say that the network '.repeat(20), breaks: true },
  ...Object.fromEntries(
    [120, 121, 122].map((n) => [
      n,
      { calls: [{ name: 'hf_inspect_dataset', arguments: { dataset: 'stanfordnlp/imdb' } }] },
    ]),
  ),
};

/** Works step by step, talks a lot, and once it has made all its steps says what it remembers. */
function worker(): (request: ChatCompletionRequest) => Reply {
  let asked = 0;
  let steps = 0;
  return (request) => {
    if (lastText(request).includes('Write a summary'))
      return { text: 'SUMMARY: the first requests were worked on.' };
    asked++;
    const trouble = TROUBLE[asked];
    if (trouble !== undefined) return trouble;
    steps++;
    if (steps > STEPS)
      return {
        text: `All ${STEPS} steps are done. ${JSON.stringify(request.messages).includes('fine-tune for ever') ? 'I remember what was asked.' : 'I have forgotten.'}`,
      };
    // Much to remember and little to show: what is long is what it says to its tools.
    const content = `Step ${steps}. ${'I look at this and that. '.repeat(60)}`;
    const todos = [{ id: '1', content, status: steps < STEPS ? 'in_progress' : 'completed' }];
    return { text: `Step ${steps}.`, calls: [{ name: 'plan_tool', arguments: { todos } }] };
  };
}

test('300 steps with every kind of trouble and a window that fills up again and again come to their end', async () => {
  await begin(worker(), {
    chunkSize: 4_000,
    configure: (config) => {
      config.model.context_tokens = 40_000;
      config.platforms.slack.rate_factor = 1; // as many edits as Slack itself would take
      config.model.effort = 'max';
      config.model.idle_timeout_seconds = 1;
      config.limits.model_calls_per_turn = 200;
      config.budgets.warn_usd = 0;
    },
  });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune for ever');
  const paused = await until(
    () => `the question whether to go on; there is: ${world.describe(asked).slice(0, 2_000)}`,
    () => world.replies(asked).find((reply) => JSON.stringify(reply.blocks ?? []).includes('"Continue"')),
    TIMEOUT_MS,
  );
  world.slack.click('U0ADA', paused, 'retry');
  await until(
    () => `the end; there is: ${world.describe(asked).slice(0, 2_000)}`,
    () => world.describe(asked).includes('All 300 steps are done'),
    TIMEOUT_MS,
  );
  expect(world.describe(asked)).toContain('I remember what was asked.');

  await world.stop();
  const storage = await world.backend.open();
  const [row] = await storage.db.select({ id: sessions.id }).from(sessions);
  const snapshot = await readSnapshot(storage.db, row?.id ?? '');
  await storage.close();
  const roles = snapshot?.messages.map(({ entry }) => entry.role) ?? [];
  expect(roles.filter((role) => role === 'summary').length).toBeGreaterThanOrEqual(3);
  const guards = snapshot?.messages.flatMap(({ entry }) =>
    entry.role === 'note' ? (entry.guard ?? []) : [],
  );
  expect(new Set(guards)).toEqual(new Set(['output', 'arguments', 'circle']));
  expect(world.model.refusals).toEqual([]);
}, 900_000);
