import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JobCourse } from '../doubles/hub/job.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import { localSandboxes, shell } from '../support/sandboxes.ts';
import type { Ground } from './bot.ts';
import type { SentJob } from './ran.ts';

/**
 * A job whose script is run for real: in a sandbox of its own, since whatever a model wrote is in it, without
 * a network. What it prints is its log, and how it ends the job's end.
 */
export function runConfined(
  { folder }: Pick<Ground, 'folder'>,
  hub: HubDouble,
  { source }: SentJob,
): JobCourse {
  const lines: string[] = [];
  const course = { queueMs: 0, runMs: 0, lines };
  const end = (stage: 'COMPLETED' | 'ERROR', message?: string) => {
    const job = hub.jobs.find((item) => item.course === course);
    if (job !== undefined) hub.finish(job, stage, message);
  };
  run(folder, source, lines).then(
    (code) => (code === 0 ? end('COMPLETED') : end('ERROR', `exit code ${code}`)),
    (error: unknown) => end('ERROR', String(error)),
  );
  return course;
}

/** Its exit code; -1 where it did not come to an end by itself. */
async function run(folder: string, script: string, lines: string[]): Promise<number> {
  const directory = join(folder, 'jobs');
  mkdirSync(directory, { recursive: true });
  const sandbox = await localSandboxes({ directory }).open(`job-${jobs++}`, new AbortController().signal);
  const { text, end } = await shell(sandbox, 'cat > script.py && python3 script.py', { stdin: script });
  lines.push(...text.split('\n'));
  return end.kind === 'exited' ? end.code : -1;
}

let jobs = 0;
