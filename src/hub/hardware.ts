import { listJobHardware } from '@huggingface/hub';
import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { Clock } from '../lib/clock.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';

export type Hardware = {
  name: string;
  description: string;
  hourlyUsd: number;
  isCpu: boolean;
  /** The memory of each of its GPUs in GB; undefined where it has none, or the list does not tell. */
  gpu?: { model: string; count: number; gb: number } | undefined;
  /** Memory of the machine, in GB. */
  ramGb?: number | undefined;
};

/** A hundred times what the dearest hardware costs an hour. */
const MOST_USD = 10_000;

const ApiHardware = z.object({
  name: z.string(),
  cpu: z.string(),
  ram: z.string(),
  accelerator: z.object({ model: z.string(), quantity: z.string(), vram: z.string() }).nullish(),
  unitCostUSD: z.number().nonnegative().max(MOST_USD),
  unitLabel: z.string(),
});

/** USD an hour, where the live list can't be had: https://huggingface.co/docs/hub/jobs-pricing. */
const KNOWN: readonly Hardware[] = (
  [
    ['cpu-basic', '2 vCPU, 16 GB', 0.01],
    ['cpu-upgrade', '8 vCPU, 32 GB', 0.03],
    ['cpu-xl', '16 vCPU, 124 GB', 1],
    ['cpu-performance', '32 vCPU, 256 GB', 1.9],
    ['t4-small', '4 vCPU, 15 GB, 1× T4 16 GB', 0.4],
    ['t4-medium', '8 vCPU, 30 GB, 1× T4 16 GB', 0.6],
    ['l4x1', '8 vCPU, 30 GB, 1× L4 24 GB', 0.8],
    ['l4x4', '48 vCPU, 186 GB, 4× L4 24 GB', 3.8],
    ['a10g-small', '4 vCPU, 15 GB, 1× A10G 24 GB', 1],
    ['a10g-large', '12 vCPU, 46 GB, 1× A10G 24 GB', 1.5],
    ['a10g-largex2', '24 vCPU, 92 GB, 2× A10G 24 GB', 3],
    ['a10g-largex4', '48 vCPU, 184 GB, 4× A10G 24 GB', 5],
    ['l40sx1', '8 vCPU, 62 GB, 1× L40S 48 GB', 1.8],
    ['l40sx4', '48 vCPU, 382 GB, 4× L40S 48 GB', 8.3],
    ['l40sx8', '192 vCPU, 1534 GB, 8× L40S 48 GB', 23.5],
    ['a100-large', '12 vCPU, 142 GB, 1× A100 80 GB', 2.5],
    ['a100x4', '48 vCPU, 568 GB, 4× A100 80 GB', 10],
    ['a100x8', '96 vCPU, 1136 GB, 8× A100 80 GB', 20],
    ['h200', '23 vCPU, 256 GB, 1× H200 141 GB', 5],
    ['h200x2', '46 vCPU, 512 GB, 2× H200 141 GB', 10],
    ['h200x4', '92 vCPU, 1024 GB, 4× H200 141 GB', 20],
    ['h200x8', '184 vCPU, 2048 GB, 8× H200 141 GB', 40],
    ['rtx-pro-6000', '23 vCPU, 256 GB, 1× RTX PRO 6000 96 GB', 2.75],
    ['rtx-pro-6000x2', '46 vCPU, 512 GB, 2× RTX PRO 6000 96 GB', 5.5],
    ['rtx-pro-6000x4', '92 vCPU, 1024 GB, 4× RTX PRO 6000 96 GB', 11],
    ['rtx-pro-6000x8', '184 vCPU, 2048 GB, 8× RTX PRO 6000 96 GB', 22],
  ] as const
).map(([name, description, hourlyUsd]) => {
  const [, ram] = / vCPU, (\d+) GB/.exec(description) ?? [];
  const [, count, model = '', gb] = /(?<!\d)(\d{1,3})× ([^,]{1,60}) (\d{1,5}) GB$/.exec(description) ?? [];
  return {
    ...{ name, description, hourlyUsd, isCpu: name.startsWith('cpu-') },
    ramGb: numberIn(ram),
    gpu: count === undefined ? undefined : { model, count: Number(count), gb: Number(gb) },
  };
});

/** The list tells the memory of all GPUs together. */
function gpuOf({
  model,
  quantity,
  vram,
}: NonNullable<z.infer<typeof ApiHardware>['accelerator']>): Hardware['gpu'] {
  const [count, gb] = [numberIn(quantity), numberIn(vram)];
  return count === undefined || gb === undefined ? undefined : { model, count, gb: gb / count };
}

const FRESH_MS = 6 * 60 * 60 * 1000;
/** After a failed look-up the table above serves, for this long. */
const RETRY_MS = 60 * 1000;

/**
 * The hardware that Jobs run on, with prices: the Hub's live list, kept for six hours, a built-in table
 * behind it.
 */
export type HardwareList = { all(): Promise<readonly Hardware[]> };

export function createHardwareList(hubUrl: string, monotonic: Clock['monotonic']): HardwareList {
  let cached: { list: readonly Hardware[]; until: number } | undefined;
  return {
    async all() {
      refuseInTransaction(() => 'a look-up of the Hub’s hardware');
      if (cached !== undefined && monotonic() < cached.until) return cached.list;
      const live = await fetchLive(hubUrl);
      cached = { list: live ?? KNOWN, until: monotonic() + (live ? FRESH_MS : RETRY_MS) };
      return cached.list;
    },
  };
}

async function fetchLive(hubUrl: string): Promise<readonly Hardware[] | undefined> {
  const send = boundedFetch();
  const within: typeof fetch = (input, init) => send(input, { ...init, signal: AbortSignal.timeout(5_000) });
  const answer = await listJobHardware({ hubUrl, fetch: within }).catch(() => undefined);
  // An entry in a form that is not known here is left out alone.
  const items = (answer ?? []).flatMap((item) => ApiHardware.safeParse(item).data ?? []);
  return items.length === 0 ? undefined : items.map(hardwareOf);
}

/** Prices are told by the minute, to a millionth of a dollar: what an hour has below this is rounding. */
const PER_DOLLAR = 10_000;

/** The number that a text such as "46 GB" begins with. */
function numberIn(text: string | undefined): number | undefined {
  const number = Number.parseFloat(text ?? '');
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

function hardwareOf(item: z.infer<typeof ApiHardware>): Hardware {
  const gpu = item.accelerator;
  const parts = [item.cpu, item.ram, ...(gpu ? [`${gpu.quantity}× ${gpu.model} ${gpu.vram}`] : [])];
  const perHour = item.unitLabel === 'minute' ? 60 : item.unitLabel === 'second' ? 3600 : 1;
  return {
    name: item.name,
    description: parts.join(', '),
    hourlyUsd: Math.round(item.unitCostUSD * perHour * PER_DOLLAR) / PER_DOLLAR,
    isCpu: !gpu,
    ramGb: numberIn(item.ram),
    gpu: gpu ? gpuOf(gpu) : undefined,
  };
}
