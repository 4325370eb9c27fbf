import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Sandbox, Sandboxes } from '../../src/sandbox/sandbox.ts';
import { bashTool } from '../../src/tools/sandbox/bash.ts';
import { parseApart } from '../support/parse-apart.ts';
import { runTool } from '../support/tool-context.ts';

/** A sandbox in which every command prints the same and ends so. */
function printing(text: string, code: number): Sandboxes {
  const sandbox: Partial<Sandbox> = {
    async run(_argv, { onOutput }) {
      onOutput(Buffer.from(text));
      return { kind: 'exited', code };
    },
  };
  return { open: async () => sandbox as Sandbox, rules: '' } as unknown as Sandboxes;
}

const bash = (text: string, code: number) =>
  runTool(
    [bashTool(printing(text, code), parseApart, { maxSeconds: 600, callSeconds: 60, clock: systemClock })],
    'bash',
    { command: 'python a.py' },
  );

test.each([
  [
    `huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-a)\n\nCannot access gated repo for url https://huggingface.co/meta-llama/Llama-3.1-8B/resolve/main/config.json.\nAccess to model meta-llama/Llama-3.1-8B is restricted. You must have access to it and be authenticated to access it.`,
    'https://huggingface.co/meta-llama/Llama-3.1-8B',
  ],
  [
    "datasets.exceptions.DatasetNotFoundError: Dataset 'ada/x' is a gated dataset on the Hub. Visit the dataset page at https://huggingface.co/datasets/ada/x to ask for access.",
    'https://huggingface.co/datasets/ada/x',
  ],
  [
    '401 Client Error: Unauthorized for url: https://huggingface.co/api/models/ada/private',
    'https://huggingface.co/ada/private',
  ],
])('a command that may not read something says what that needs: %j', async (text, page) => {
  expect(await bash(text, 1)).toMatchObject({
    kind: 'failed',
    output: expect.stringMatching(/no token of the Hub.*hf_jobs has HF_TOKEN.*ask for access at /),
  });
  expect(await bash(text, 1)).toMatchObject({ output: expect.stringContaining(`at ${page}.`) });
});

test.each([
  ['GatedRepoError was handled', 0],
  ['KeyError: 1', 1],
])('%j with code %d says nothing of it', async (text, code) => {
  expect(await bash(text, code)).not.toMatchObject({
    output: expect.stringContaining('no token of the Hub'),
  });
});
