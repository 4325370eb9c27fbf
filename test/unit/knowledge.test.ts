import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allTools, promptTokens, tokensToldOf } from '../../src/cli/write-tools-doc.ts';
import type { Hardware } from '../../src/hub/hardware.ts';
import { hardware } from '../../src/tools/hf-jobs/hardware.ts';
import { trainingFit } from '../../src/tools/training-formats.ts';
import { ROOT } from '../support/root.ts';
import { toolContext } from '../support/tool-context.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The rows of docs/AGENT.md: what is known, where it is told, and in which words. */
const ROWS = read('docs/AGENT.md')
  .split('\n')
  .flatMap((line) => {
    const [, what, where, words] = /^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/.exec(line) ?? [];
    return what === undefined || what === 'what' || what === '---'
      ? []
      : [[what, where ?? '', words ?? ''] as const];
  });

const GPU = { model: 'Nvidia A10G', count: 1, gb: 24 };
const LIST: readonly Hardware[] = [
  {
    name: 'a10g-large',
    description: '12 vCPU, 46 GB, 1× Nvidia A10G 24 GB',
    hourlyUsd: 1.5,
    isCpu: false,
    gpu: GPU,
  },
  { name: 'cpu-basic', description: '2 vCPU, 16 GB', hourlyUsd: 0.01, isCpu: true },
  {
    name: 'a10g-small',
    description: '4 vCPU, 15 GB, 1× Nvidia A10G 24 GB',
    hourlyUsd: 1,
    isCpu: false,
    gpu: GPU,
  },
  {
    ...{ name: 'a100x8', description: '96 vCPU, 1136 GB, 8× A100 80 GB', hourlyUsd: 20, isCpu: false },
    gpu: { model: 'A100', count: 8, gb: 80 },
  },
];

async function hardwareResult(): Promise<string> {
  const parts = { hardware: { all: async () => LIST } } as unknown as Parameters<typeof hardware.run>[0];
  const result = await hardware.run(parts, { operation: 'hardware' } as never, 'acme', toolContext);
  return 'output' in result ? result.output : '';
}

/** What the model is told at a place that a row names. */
async function toldAt(where: string): Promise<string> {
  const [, name = ''] = /`([^`]+)`/.exec(where) ?? [];
  if (name.endsWith('.md')) return read(name);
  if (where.includes('hf_jobs hardware')) return hardwareResult();
  if (where.startsWith('result of')) return trainingFit(['chosen', 'rejected']);
  const tool = (await allTools()).find((one) => one.name === name);
  return tool?.description ?? '';
}

test('there are rows to hold', () => {
  expect(ROWS.length).toBeGreaterThan(20);
});

test.each(ROWS)('of %s the model is told in %s', async (_what, where, words) => {
  expect(await toldAt(where)).toContain(words);
});

describe('the hardware', () => {
  test('is listed by its price, with the sizes of models that fit', async () => {
    const lines = (await hardwareResult()).split('\n').filter((line) => /^\| (?:cpu|a10)/.test(line));
    const rows = lines.map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
    expect(rows).toEqual([
      ['cpu-basic', '$0.01', '2 vCPU, 16 GB', '–', '–'],
      ['a10g-small', '$1.00', '4 vCPU, 15 GB, 1× Nvidia A10G 24 GB', '9.6B', '1.2B'],
      ['a10g-large', '$1.50', '12 vCPU, 46 GB, 1× Nvidia A10G 24 GB', '9.6B', '1.2B'],
      ['a100x8', '$20.00', '96 vCPU, 1136 GB, 8× A100 80 GB', '256B', '32B'],
    ]);
  });

  test('names the account that pays', async () => {
    expect(await hardwareResult()).toContain('Jobs run as the account "acme"');
  });
});

test('prompts and tools stay within their budgets of tokens', async () => {
  expect(promptTokens('system')).toBeLessThanOrEqual(1_600);
  expect(promptTokens('research')).toBeLessThanOrEqual(600);
  expect(tokensToldOf(await allTools())).toBeLessThanOrEqual(8_000);
});
