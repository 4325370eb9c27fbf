import { listJobHardware } from '@huggingface/hub';
import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { Clock } from '../lib/clock.ts';

export type Hardware = { name: string; description: string; hourlyUsd: number; isCpu: boolean };

const ApiHardware = z.object({
  name: z.string(),
  cpu: z.string(),
  ram: z.string(),
  accelerator: z.object({ model: z.string(), quantity: z.string(), vram: z.string() }).nullish(),
  unitCostUSD: z.number().nonnegative(),
  unitLabel: z.string(),
});

/** USD an hour, where the live list can't be had: https://huggingface.co/pricing, rounded up. */
const KNOWN: readonly Hardware[] = (
  [
    ['cpu-basic', '2 vCPU, 16 GB', 0.05],
    ['cpu-upgrade', '8 vCPU, 32 GB', 0.25],
    ['t4-small', '4 vCPU, 15 GB, 1× T4 16 GB', 0.6],
    ['t4-medium', '8 vCPU, 30 GB, 1× T4 16 GB', 0.9],
    ['l4x1', '8 vCPU, 30 GB, 1× L4 24 GB', 1],
    ['l4x4', '48 vCPU, 186 GB, 4× L4 24 GB', 4],
    ['a10g-small', '4 vCPU, 15 GB, 1× A10G 24 GB', 1],
    ['a10g-large', '12 vCPU, 46 GB, 1× A10G 24 GB', 2],
    ['a10g-largex2', '24 vCPU, 92 GB, 2× A10G 24 GB', 4],
    ['a10g-largex4', '48 vCPU, 184 GB, 4× A10G 24 GB', 8],
    ['l40sx1', '8 vCPU, 62 GB, 1× L40S 48 GB', 2],
    ['l40sx4', '48 vCPU, 382 GB, 4× L40S 48 GB', 8],
    ['l40sx8', '192 vCPU, 1534 GB, 8× L40S 48 GB', 16],
    ['a100-large', '12 vCPU, 142 GB, 1× A100 80 GB', 4],
    ['a100x4', '48 vCPU, 568 GB, 4× A100 80 GB', 16],
    ['a100x8', '96 vCPU, 1136 GB, 8× A100 80 GB', 32],
    ['h200', '23 vCPU, 256 GB, 1× H200 141 GB', 10],
    ['h200x8', '184 vCPU, 2048 GB, 8× H200 141 GB', 80],
  ] as const
).map(([name, description, hourlyUsd]) => ({ name, description, hourlyUsd, isCpu: name.startsWith('cpu-') }));

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
  const parsed = z.array(ApiHardware).safeParse(answer);
  if (!parsed.success || parsed.data.length === 0) return undefined;
  return parsed.data.map(hardwareOf);
}

function hardwareOf(item: z.infer<typeof ApiHardware>): Hardware {
  const gpu = item.accelerator;
  const parts = [item.cpu, item.ram, ...(gpu ? [`${gpu.quantity}× ${gpu.model} ${gpu.vram}`] : [])];
  const perHour = item.unitLabel === 'minute' ? 60 : item.unitLabel === 'second' ? 3600 : 1;
  return {
    name: item.name,
    description: parts.join(', '),
    hourlyUsd: item.unitCostUSD * perHour,
    isCpu: !gpu,
  };
}
