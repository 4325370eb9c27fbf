import type { Hardware } from '../../hub/hardware.ts';
import { cut } from '../../lib/cut.ts';
import { exactDollars } from '../../lib/dollars.ts';
import { table } from '../../lib/output.ts';
import type { JobOperation } from './operation.ts';

/** What jobs can run on, with prices and what fits, and whose account it is. */
export const hardware: JobOperation = {
  async run(parts, _args, namespace) {
    const list = await parts.hardware.all();
    return { kind: 'done', output: `${hardwareTable(list)}\n\n${accountText(namespace)}` };
  },
};

const accountText = (namespace: string): string =>
  `Jobs run as the account "${namespace}" unless a call names another: it pays, and what they push is its own.`;

/** More than the Hub has. */
const LISTED = 60;

/**
 * Of the memory of GPUs, what is left for weights and their optimizer besides activations, buffers and what
 * CUDA takes itself.
 */
const USABLE = 0.8;

/** Bytes a parameter takes: bf16 weights; with gradients, and AdamW's states and copy in fp32. */
const BYTES = { weights: 2, fullTraining: 16 } as const;

/** Models by what can be done with them on some hardware, the cheapest first. */
function hardwareTable(list: readonly Hardware[]): string {
  const rows = list
    .toSorted((a, b) => a.hourlyUsd - b.hourlyUsd)
    .slice(0, LISTED)
    .map((item) => [
      item.name,
      exactDollars(item.hourlyUsd),
      cut(item.description, 80),
      largest(item, BYTES.weights),
      largest(item, BYTES.fullTraining),
    ]);
  return [
    table(['hardware', 'an hour', 'what it is', 'bf16 or LoRA, up to', 'full AdamW, up to'], rows),
    ...NOTES,
    ...alike(list),
  ].join('\n');
}

const NOTES = [
  '',
  'Parameters are counted for short contexts and small batches: long ones need more memory, several GPUs need sharding (FSDP or DeepSpeed ZeRO-3), quantized LoRA needs a quarter of the weights.',
  'T4 and V100 have neither bf16 nor FlashAttention 2: use fp16 and sdpa there.',
];

/** Billions of parameters for which its GPUs have the memory. */
function largest({ gpu }: Hardware, bytes: number): string {
  if (gpu === undefined) return '–';
  const billions = (gpu.count * gpu.gb * USABLE) / bytes;
  return `${billions < 10 ? billions.toFixed(1) : Math.round(billions)}B`;
}

/** Hardware that costs more and has the same GPUs: it helps where data is loaded, and not with memory. */
function alike(list: readonly Hardware[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, gpu } of list.toSorted((a, b) => a.hourlyUsd - b.hourlyUsd)) {
    if (gpu === undefined) continue;
    const key = `${gpu.count}× ${gpu.model} ${gpu.gb} GB`;
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  return [...names]
    .filter(([, same]) => same.length > 1)
    .map(([gpus, same]) => `The same GPUs (${cut(gpus, 60)}), more CPU and RAM alone: ${same.join(', ')}.`);
}
