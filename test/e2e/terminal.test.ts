/** @module-tag long */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsIn, TerminalWorld, TRAIN } from '../support/terminal-world.ts';

/* `npx ml-intern` without anybody at the terminal; test/soak/terminal-command.test.ts has its other ends. */

let world: TerminalWorld;
beforeAll(async () => {
  world = await TerminalWorld.create();
});
afterAll(() => world.close());

test('what is asked for within a budget is done, one event a line, with code 0', async () => {
  world.hub.course = () => ({
    queueMs: 0,
    runMs: 100,
    lines: ["{'eval_accuracy': 0.9284}"],
    stage: 'COMPLETED',
  });
  const before = world.hub.jobs.length;
  const { code, out, err } = await world.run(['--json', '--budget', '5', '-'], TRAIN);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const events = eventsIn(out);
  const names = events.map(({ event_type }) => event_type);
  expect(names[0]).toBe('ready');
  expect(names.slice(-2)).toEqual(['turn_complete', 'shutdown']);
  for (const name of [
    'processing',
    'tool_call',
    'tool_output',
    'tool_log',
    'tool_state_change',
    'assistant_message',
  ])
    expect(names).toContain(name);
  expect(names).not.toContain('approval_required');
  expect(events.at(-2)?.data.final_response).toContain('92.8 %');
  expect(world.hub.jobs).toHaveLength(before + 1);
});

test('what can’t be meant is wrong usage, before anything is started: code 2', async () => {
  const { code, out, err } = await world.run(['--bugdet', '5', 'hello']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain("Unknown option '--bugdet'");
  expect(await world.run(['-'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('the prompt is empty'),
  });
});
