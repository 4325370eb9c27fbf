import type { JobCourse } from '../doubles/hub/job.ts';
import { isOn, isSmall, numbersOf, textsOf } from './python.ts';
import type { SentJob } from './ran.ts';

/* How jobs go in these worlds: as their scripts, hardware and time-outs would have them go. */

/** A job that ended some seconds ago by the clock of its world, and has run for so long. */
function over(seconds: number, lines: readonly string[], end: Partial<JobCourse>): JobCourse {
  return { queueMs: 0, runMs: seconds * 1000, agoMs: seconds * 1000 + 1, lines, stage: 'COMPLETED', ...end };
}

export const completes = (job: SentJob, seconds: number, lines: readonly string[]): JobCourse =>
  over(seconds, [...lines, ...pushLines(job)], { pushes: pushesOf(job) });

export const fails = (seconds: number, lines: readonly string[], message = 'exit code 1'): JobCourse =>
  over(seconds, lines, { stage: 'ERROR', message });

/** The Hub ends a job whose limit is up, whatever it has done. */
const timesOut = (job: SentJob, lines: readonly string[]): JobCourse =>
  over(job.seconds, lines, { stage: 'ERROR', message: 'Job timeout' });

/** A run that takes so long where it does all of its work, and little where it tries a few rows. */
export function takes(
  job: SentJob,
  seconds: number,
  lines: readonly string[],
  tried: readonly string[],
): JobCourse {
  if (isSmall(job.script)) return completes(job, 90, tried);
  if (job.seconds >= seconds) return completes(job, seconds, lines);
  const share = Math.floor((lines.length * job.seconds) / seconds);
  return timesOut(job, lines.slice(0, Math.max(1, share)));
}

/** Where a script pushes its model to: the name that it gives, in the account of the token. */
function pushesOf({ script }: SentJob): string[] {
  const isPushing = isOn(script, 'push_to_hub') || /\.push_to_hub\(|upload_folder\(/.test(script);
  if (!isPushing) return [];
  const named = [
    ...textsOf(script, 'hub_model_id'),
    ...textsOf(script, 'repo_id'),
    ...[...script.matchAll(/\.push_to_hub\(\s*["']([^"']+)["']/g)].map(([, name = '']) => name),
  ];
  return [named.at(-1) ?? 'ada/output'].map((name) => (name.includes('/') ? name : `ada/${name}`));
}

const pushLines = (job: SentJob): string[] =>
  pushesOf(job).map((name) => `Pushed to https://huggingface.co/${name}`);

/** Lines of the Trainer: a falling loss, `steps` in all. */
export function losses(from: number, to: number, count = 8): string[] {
  return Array.from({ length: count }, (_, i) => {
    const loss = from + ((to - from) * i) / (count - 1);
    const epoch = Number(((i + 1) / count).toFixed(3));
    return `{'loss': ${loss.toFixed(4)}, 'grad_norm': 1.8, 'learning_rate': 2e-05, 'epoch': ${epoch}}`;
  });
}

export const learningRateOf = ({ script }: SentJob, otherwise = 5e-5): number =>
  numbersOf(script, 'learning_rate')[0] ?? numbersOf(script, 'lr')[0] ?? otherwise;
