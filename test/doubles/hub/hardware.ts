/**
 * What jobs can run on, and what that costs an hour, in the form of GET /api/jobs/hardware:
 * https://huggingface.co/docs/hub/jobs-pricing.
 */
export const HARDWARE = [
  cpu('cpu-basic', 'CPU Basic', 2, 16, 0.01),
  cpu('cpu-upgrade', 'CPU Upgrade', 8, 32, 0.03),
  cpu('cpu-xl', 'CPU XL', 16, 124, 1),
  cpu('cpu-performance', 'CPU Performance', 32, 256, 1.9),
  gpu('t4-small', 'Nvidia T4 - small', 4, 15, ['T4', 1, 16], 0.4),
  gpu('t4-medium', 'Nvidia T4 - medium', 8, 30, ['T4', 1, 16], 0.6),
  gpu('l4x1', '1x Nvidia L4', 8, 30, ['L4', 1, 24], 0.8),
  gpu('l4x4', '4x Nvidia L4', 48, 186, ['L4', 4, 96], 3.8),
  gpu('l40sx1', '1x Nvidia L40S', 8, 62, ['L40S', 1, 48], 1.8),
  gpu('l40sx4', '4x Nvidia L40S', 48, 382, ['L40S', 4, 192], 8.3),
  gpu('l40sx8', '8x Nvidia L40S', 192, 1534, ['L40S', 8, 384], 23.5),
  gpu('a10g-small', 'Nvidia A10G - small', 4, 15, ['A10G', 1, 24], 1),
  gpu('a10g-large', 'Nvidia A10G - large', 12, 46, ['A10G', 1, 24], 1.5),
  gpu('a10g-largex2', '2x Nvidia A10G - large', 24, 92, ['A10G', 2, 48], 3),
  gpu('a10g-largex4', '4x Nvidia A10G - large', 48, 184, ['A10G', 4, 96], 5),
  gpu('a100-large', 'Nvidia A100 - large', 12, 142, ['A100', 1, 80], 2.5),
  gpu('a100x4', '4x Nvidia A100 - large', 48, 568, ['A100', 4, 320], 10),
  gpu('a100x8', '8x Nvidia A100 - large', 96, 1136, ['A100', 8, 640], 20),
  gpu('h200', 'Nvidia H200', 23, 256, ['H200', 1, 141], 5),
  gpu('h200x2', '2x Nvidia H200', 46, 512, ['H200', 2, 282], 10),
  gpu('h200x4', '4x Nvidia H200', 92, 1024, ['H200', 4, 564], 20),
  gpu('h200x8', '8x Nvidia H200', 184, 2048, ['H200', 8, 1128], 40),
  gpu('rtx-pro-6000', 'Nvidia RTX PRO 6000', 23, 256, ['RTX PRO 6000', 1, 96], 2.75),
  gpu('rtx-pro-6000x2', '2x Nvidia RTX PRO 6000', 46, 512, ['RTX PRO 6000', 2, 192], 5.5),
  gpu('rtx-pro-6000x4', '4x Nvidia RTX PRO 6000', 92, 1024, ['RTX PRO 6000', 4, 384], 11),
  gpu('rtx-pro-6000x8', '8x Nvidia RTX PRO 6000', 184, 2048, ['RTX PRO 6000', 8, 768], 22),
];

type Accelerator = [model: string, quantity: number, vramGb: number];

function gpu(
  name: string,
  prettyName: string,
  cpus: number,
  gb: number,
  [model, quantity, vramGb]: Accelerator,
  hourlyUsd: number,
) {
  const manufacturer = 'Nvidia';
  const accelerator = { type: 'gpu', model, quantity: String(quantity), vram: `${vramGb} GB`, manufacturer };
  return { ...cpu(name, prettyName, cpus, gb, hourlyUsd), accelerator };
}

/** After huggingface_hub's JobHardware: prices are for a minute. */
function cpu(name: string, prettyName: string, cpus: number, gb: number, hourlyUsd: number) {
  return {
    name,
    prettyName,
    cpu: `${cpus} vCPU`,
    ram: `${gb} GB`,
    ephemeralStorage: '50 GB',
    accelerator: null,
    unitCostMicroUSD: Math.round((hourlyUsd * 1e6) / 60),
    unitCostUSD: Math.round((hourlyUsd * 1e6) / 60) / 1e6,
    unitLabel: 'minute',
  };
}
