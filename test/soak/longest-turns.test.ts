import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SWELLINGS, type Swelling } from '../doubles/swollen-hub.ts';
import { HOSTILE_CALLS, hostileArguments } from '../support/hostile-calls.ts';
import { createHostileGround, type HostileGround, takenCall } from '../support/hostile-ground.ts';
import { LONGEST_TURN_MS } from '../support/longest-turn.ts';

/* Whatever others answer, and whatever a model asks for, no turn of the event loop is long. */

let ground: HostileGround;
beforeAll(async () => {
  ground = await createHostileGround();
});
afterAll(() => ground.close());

describe.each(Object.keys(SWELLINGS) as Swelling[])('over answers swollen by %s', (swelling) => {
  test.each(Object.keys(HOSTILE_CALLS))('%s keeps nobody waiting', async (name) => {
    const tool = ground.tools.find((one) => one.name === name);
    if (tool === undefined) throw new Error(`there is no tool ${name}`);
    await ground.hub.swell(swelling);
    const told: string[] = [];
    for (const args of ground.callsOf(name)) {
      const { output, ms } = await takenCall(tool, JSON.stringify(args));
      if (ms >= LONGEST_TURN_MS) told.push(`${JSON.stringify(args).slice(0, 100)}: ${ms.toFixed(0)} ms`);
      expect(output.length).toBeLessThanOrEqual(25_000);
    }
    expect(told).toEqual([]);
  });
});

test.each(Object.keys(HOSTILE_CALLS))('%s keeps nobody waiting over arguments of megabytes', async (name) => {
  const tool = ground.tools.find((one) => one.name === name);
  const [args = {}] = ground.callsOf(name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  await ground.hub.swell(undefined);
  for (const [what, text] of hostileArguments(args)) {
    const { ms } = await takenCall(tool, text);
    expect.soft(ms, what).toBeLessThan(LONGEST_TURN_MS);
  }
});
