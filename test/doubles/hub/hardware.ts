/** What jobs can run on, in the form of GET /api/jobs/hardware. */
export const HARDWARE = [
  hardware('cpu-basic', 'CPU Basic', '2 vCPU', '16 GB', null, 0.000167),
  hardware('cpu-upgrade', 'CPU Upgrade', '8 vCPU', '32 GB', null, 0.0005),
  hardware('t4-small', 'Nvidia T4 - small', '4 vCPU', '15 GB', 'T4', 0.006667),
  hardware('a10g-small', 'Nvidia A10G - small', '4 vCPU', '15 GB', 'A10G', 0.016667),
  hardware('a100-large', 'Nvidia A100 - large', '12 vCPU', '142 GB', 'A100', 0.041667),
];

/** After huggingface_hub's JobHardware: prices are for a minute. */
function hardware(
  name: string,
  prettyName: string,
  cpu: string,
  ram: string,
  gpu: string | null,
  usd: number,
) {
  const accelerator = gpu && {
    type: 'gpu',
    model: gpu,
    quantity: '1',
    vram: '24 GB',
    manufacturer: 'Nvidia',
  };
  const unitCostMicroUSD = Math.round(usd * 1e6);
  return {
    name,
    prettyName,
    cpu,
    ram,
    ephemeralStorage: '50 GB',
    accelerator,
    unitCostMicroUSD,
    unitCostUSD: usd,
    unitLabel: 'minute',
  };
}
