import { expect, test } from 'vitest';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { HOSTILE_CALLS } from '../support/hostile-calls.ts';

const tools = await allTools();

test('every tool and every operation of one has calls over answers of who means harm', () => {
  const told = 'the calls of each tool are listed in test/support/hostile-calls.ts';
  expect(Object.keys(HOSTILE_CALLS).sort(), told).toEqual(tools.map(({ name }) => name).sort());
  for (const { name, parameters } of tools) {
    const { operation } = (parameters.properties ?? {}) as { operation?: { enum?: string[] } };
    const called = new Set((HOSTILE_CALLS[name] ?? []).map((args) => Reflect.get(args, 'operation')));
    expect([...called].sort(), name).toEqual([...(operation?.enum ?? [undefined])].sort());
  }
});
