import { z } from 'zod';
import type { HardwareList } from '../../hub/hardware.ts';
import { messageOf } from '../../lib/errors.ts';
import type { SpaceSandboxes } from '../../sandbox/space.ts';
import type { ApprovalRequest } from '../../session/tool-calls.ts';
import { step } from '../steps.ts';
import { defineTool, type Tool } from '../tool.ts';

const FREE = 'cpu-basic';

const Arguments = z.strictObject({
  hardware: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'is no hardware flavor')
    .describe(`Flavor, e.g. "t4-small"; "${FREE}" is free.`),
});

/** Moves the session's Space to other hardware. People decide on what is paid for. */
export function sandboxCreateTool(
  sandboxes: SpaceSandboxes,
  hardware: HardwareList,
  idleMinutes: number,
): Tool {
  return defineTool({
    name: 'sandbox_create',
    description:
      'Put the sandbox of this session on other hardware, to try code out on a GPU before a job is paid for. Files and processes of the sandbox are gone afterwards. For training itself use hf_jobs.',
    schema: Arguments,
    isReadOnly: true, // asking the Hub for hardware that is there already changes nothing
    summary: (args) => args.hardware,
    step: ({ hardware: to }) => step('move', `the sandbox to ${to}`),
    asks: 'hardware that costs something',
    async approval(args): Promise<ApprovalRequest | undefined> {
      if (args.hardware === FREE) return undefined;
      const known = await hardware.all();
      const found = known.find((item) => item.name === args.hardware);
      if (found === undefined) {
        const names = known.map((item) => item.name).join(', ');
        throw new Error(`There is no hardware "${args.hardware}". There is: ${names}.`);
      }
      return {
        title: `Put the sandbox on ${args.hardware}`,
        facts: [
          { label: 'Hardware', value: `${found.name} (${found.description})` },
          { label: 'Until', value: `nobody has used it for ${idleMinutes} min, or the session ends` },
        ],
        warnings: [],
        estimate: {
          reason: 'it is paid for as long as it is used',
          hourlyUsd: found.hourlyUsd,
        },
      };
    },
    async run(args, { sessionId, signal, show, assertHeld }) {
      try {
        assertHeld();
        const isMoved = await sandboxes.moveTo(sessionId, args.hardware, signal, show);
        const output = isMoved
          ? `The sandbox is on ${args.hardware} now, and empty.`
          : `The sandbox was on ${args.hardware} before: nothing has changed.`;
        return { kind: 'done', output };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'failed', output: messageOf(error) };
      }
    },
  });
}
