import type { Hardware } from '../../hub/hardware.ts';
import { dollarsAtMost } from '../../lib/dollars.ts';
import type { Choice } from '../../session/tool-calls.ts';

/** How many are offered that are cheaper, and how many that are dearer. */
const EACH = 2;

type Facts = readonly { label: string; value: string }[];

/** What a request for a run is said to be about on some hardware. */
type Said = (flavor: string) => { title: string; brief?: string };

/**
 * Cheaper and faster hardware for a run, each with what it can cost: of the same kind, with as many GPUs, and
 * of each kind of GPU the cheapest. Undefined where there is no other. `also` are other facts that depend on
 * it.
 */
export function hardwareChoice(
  current: Hardware | undefined,
  all: readonly Hardware[],
  { seconds, said, also = () => [] }: { seconds: number; said: Said; also?: (one: Hardware) => Facts },
): Choice | undefined {
  if (current === undefined) return undefined;
  const others = alike(current, all).toSorted((a, b) => a.hourlyUsd - b.hourlyUsd);
  const cheaper = others.filter(({ hourlyUsd }) => hourlyUsd < current.hourlyUsd).slice(-EACH);
  const faster = others.filter(({ hourlyUsd }) => hourlyUsd > current.hourlyUsd).slice(0, EACH);
  const offered = [...cheaper, current, ...faster];
  if (offered.length === 1) return undefined;
  const most = ({ hourlyUsd }: Hardware) => (hourlyUsd * seconds) / 3600;
  const each = <Made>(make: (one: Hardware) => Made): Record<string, Made> =>
    Object.fromEntries(offered.map((one) => [one.name, make(one)]));
  return {
    argument: 'hardware_flavor',
    label: HARDWARE,
    options: offered.map(({ name }) => name),
    value: current.name,
    names: each((one) => `${nameOf(one)} · at most ${dollarsAtMost(most(one))}`),
    follows: [
      { label: HARDWARE, values: each(hardwareText) },
      ...also(current).map(({ label }, i) => ({ label, values: each((one) => also(one)[i]?.value ?? '') })),
    ],
    becomes: each((one) => ({ ...said(one.name), usd: most(one), hourlyUsd: one.hourlyUsd })),
  };
}

/** The label of the fact that says what a job runs on. */
export const HARDWARE = 'Hardware';

export const hardwareText = ({ name, description }: Hardware): string => `${name} (${description})`;

const nameOf = ({ name, gpu, ramGb }: Hardware): string => {
  if (gpu !== undefined) return `${name}: ${gpu.count > 1 ? `${gpu.count}× ` : ''}${gpu.model} ${gpu.gb} GB`;
  return ramGb === undefined ? name : `${name}: ${ramGb} GB`;
};

/** Hardware that a script may run on as it is; of several with one kind of GPU the cheapest. */
function alike(current: Hardware, all: readonly Hardware[]): Hardware[] {
  const same = all.filter(
    ({ name, isCpu, gpu }) =>
      name !== current.name && isCpu === current.isCpu && (isCpu || gpu?.count === current.gpu?.count),
  );
  if (current.isCpu) return same;
  const byModel = Map.groupBy(same, ({ gpu }) => gpu?.model);
  return [...byModel].flatMap(([model, some]) =>
    model === undefined || model === current.gpu?.model
      ? []
      : some.toSorted((a, b) => a.hourlyUsd - b.hourlyUsd).slice(0, 1),
  );
}
