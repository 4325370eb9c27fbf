import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { DoubleJob } from './job.ts';
import type { HubRepos } from './repos/repos.ts';

/**
 * Runs a job's command as a process of this machine, as the Hub does in a container: with no shell around
 * it, and with its variables and secrets. What it prints is the job's log, and how it ends the job's end. A
 * job with volumes runs in a root of its own, where they are mounted.
 */
export function runAsProcess(job: DoubleJob, home: string, lines: string[], repos: HubRepos): void {
  const { command = [], environment, secrets, volumes } = job.spec;
  const end = (stage: string, message?: string) => {
    job.ended ??= { stage, at: Date.now(), ...(message ? { message } : {}) };
  };
  const folder = mkdtempSync(join(tmpdir(), 'hub-job-'));
  try {
    const mounts = Volumes.parse(volumes ?? []).map((volume, i) =>
      mountOf(volume, join(folder, `${i}`), repos),
    );
    const root =
      mounts.length === 0 ? [] : ['bwrap', ...ROOT, '--bind', home, home, ...mounts.flat(), '--chdir', home];
    const [program = '', ...args] = [...root, ...command];
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, HOME: home, ...Object(environment), ...Object(secrets) },
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) readLines(stream, (line) => lines.push(line));
    child.once('error', (error) => end('ERROR', error.message));
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      end(code === 0 ? 'COMPLETED' : 'ERROR', code ? `exit code ${code}` : '');
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    end('ERROR', String(error)); // such as E2BIG: more than Linux takes
  }
}

/** Tells of each line once it is whole, however it comes in; empty ones are left out. */
function readLines(stream: Readable, tell: (line: string) => void): void {
  let begun = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const all = `${begun}${text}`.split('\n');
    begun = all.pop() ?? '';
    for (const line of all.filter(Boolean)) tell(line);
  });
  stream.once('end', () => {
    if (begun !== '') tell(begun);
  });
}

/** Writes the files of a volume into a folder; returns how it is mounted. Throws where there is nothing. */
function mountOf({ source, path, mountPath, readOnly }: Volume, folder: string, repos: HubRepos): string[] {
  const files = [...(repos.find('bucket', source)?.files ?? [])];
  const prefix = path === undefined ? '' : `${path}/`;
  const mounted = files.filter(([name]) => name.startsWith(prefix));
  if (mounted.length === 0) throw new Error(`Nothing to mount: ${source}/${prefix}`);
  for (const [name, bytes] of mounted) {
    const file = join(folder, name.slice(prefix.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, 0o644);
  }
  return [readOnly ? '--ro-bind' : '--bind', folder, mountPath];
}

const Volumes = z.array(
  z.object({
    type: z.literal('bucket'),
    source: z.string(),
    path: z.string().optional(),
    mountPath: z.string(),
    readOnly: z.boolean().default(false),
  }),
);
type Volume = z.infer<typeof Volumes>[number];

/** The programs of this machine, and nothing else of it. */
const ROOT = [
  ...['--ro-bind', '/usr', '/usr', '--ro-bind', '/etc', '/etc', '--symlink', 'usr/bin', '/bin'],
  ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
  ...['--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
];
