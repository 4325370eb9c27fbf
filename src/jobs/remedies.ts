import type { Hardware } from '../hub/hardware.ts';
import { costAtMost, isCutOff, type JobSnapshot, type Remedy, type Watch } from '../session/watches.ts';

/** As the tool that runs jobs has it: more would be a slip of the pen. */
const LONGEST_SECONDS = 31 * 86_400;

/**
 * What people can press once a job has failed: what its cause calls for, and no hardware that has the same
 * memory under another name.
 */
export function remediesFor(watch: Watch, seen: JobSnapshot, hardware: readonly Hardware[]): Remedy[] {
  const failed = { ...watch, snapshot: seen };
  if (seen.stage !== 'ERROR' || watch.toolCallId === undefined || watch.isSmoke) return [];
  if (isCutOff(failed)) return longer(failed);
  const { failure = '' } = seen.progress ?? {};
  const of = OUT_OF.find(({ wording }) => wording.test(failure));
  if (of === undefined) return [];
  const larger = largerThan(watch, hardware, of.memory);
  return [...(of.isBatchs ? [{ kind: 'half_batch' as const }] : []), ...larger];
}

/** What memory a failure is about, as the log's reader words it (`session/progress/causes/memory.ts`). */
const OUT_OF = [
  { wording: /^out of GPU memory/, memory: 'gpu', isBatchs: true },
  { wording: /^no GPU memory left/, memory: 'gpu', isBatchs: false },
  { wording: /^out of memory/, memory: 'ram', isBatchs: false },
] as const;

function longer(failed: Watch): Remedy[] {
  const timeoutSeconds = Math.min(2 * failed.timeoutSeconds, LONGEST_SECONDS);
  if (timeoutSeconds <= failed.timeoutSeconds) return [];
  const usd = costAtMost({ ...failed, timeoutSeconds });
  return [{ kind: 'longer', timeoutSeconds, ...(usd === undefined ? {} : { usd }) }];
}

/** The cheapest hardware with more of that memory: one GPU for what ran on one, else as many at least. */
function largerThan(
  { flavor, timeoutSeconds }: Watch,
  all: readonly Hardware[],
  memory: 'gpu' | 'ram',
): Remedy[] {
  const current = all.find(({ name }) => name === flavor);
  if (current === undefined) return [];
  const [found] = all
    .filter((other) => (memory === 'gpu' ? hasLargerGpus(other, current) : hasMoreRam(other, current)))
    .sort((a, b) => a.hourlyUsd - b.hourlyUsd || (b.gpu?.gb ?? 0) - (a.gpu?.gb ?? 0));
  if (found === undefined) return [];
  const usd = (found.hourlyUsd * timeoutSeconds) / 3600;
  return [{ kind: 'larger', flavor: found.name, about: aboutOf(found, memory), usd }];
}

function hasLargerGpus({ gpu: other }: Hardware, { gpu }: Hardware): boolean {
  if (other === undefined || gpu === undefined || other.gb <= gpu.gb) return false;
  return gpu.count === 1 ? other.count === 1 : other.count >= gpu.count;
}

/** With as many GPUs of at least the same memory, where it has any: a script may need them. */
function hasMoreRam(other: Hardware, current: Hardware): boolean {
  if (other.ramGb === undefined || current.ramGb === undefined || other.ramGb <= current.ramGb) return false;
  if (current.gpu === undefined) return other.isCpu;
  return other.gpu?.count === current.gpu.count && other.gpu.gb >= current.gpu.gb;
}

const aboutOf = ({ name, gpu, ramGb }: Hardware, memory: 'gpu' | 'ram'): string =>
  memory === 'ram' || gpu === undefined
    ? `${name} (${ramGb} GB)`
    : `${gpu.count > 1 ? `${gpu.count}× ` : ''}${gpu.model} (${gpu.gb} GB${gpu.count > 1 ? ' each' : ''})`;
