import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/load.ts';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createLocalSandboxes } from '../../src/sandbox/local.ts';
import type { LocalSettings } from '../../src/sandbox/local-machine.ts';
import type { RunEnd, Sandbox } from '../../src/sandbox/sandbox.ts';

/**
 * Whether code can be confined on this machine; tests that need it say that they did not run where it can't.
 */
export const hasBubblewrap = spawnSync('bwrap', ['--version']).status === 0;

/** A folder that another user may pass through, as a root process's sandboxes need. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-sandboxes-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** Where a bot that runs as this user may keep sandboxes. */
export function folderFor(uid: number | undefined): string {
  const folder = join(openFolder(), 'sandboxes');
  mkdirSync(folder);
  if (uid !== undefined) chownSync(folder, uid, uid);
  return folder;
}

export const LIMITS = { cpuSeconds: 20, memoryMb: 256, processes: 64, diskMb: 64, files: 20_000 };

export const localSandboxes = (parts: Partial<LocalSettings> = {}) =>
  createLocalSandboxes({
    directory: join(openFolder(), 'sandboxes'),
    limits: LIMITS,
    commands: 8,
    allowedHosts: [],
    hidden: [],
    ids: randomIds,
    log: createLogger('silent', (text) => text),
    ...parts,
  });

/** Gives the bot local sandboxes, in a folder that a root process's can reach, and no hosts. */
export function withLocalSandboxes(config: Config): void {
  config.sandbox.directory = join(openFolder(), 'sandboxes');
  config.sandbox.allowed_hosts = [];
}

/** Runs a shell command and gives what it printed and how it ended. */
export async function shell(
  sandbox: Sandbox,
  command: string,
  {
    timeoutMs = 20_000,
    signal = new AbortController().signal,
    stdin,
  }: { timeoutMs?: number; signal?: AbortSignal; stdin?: string | undefined } = {},
): Promise<{ text: string; end: RunEnd }> {
  let text = '';
  const onOutput = (chunk: Uint8Array) => {
    text += Buffer.from(chunk).toString();
  };
  const end = await sandbox.run(['bash', '-c', command], {
    timeoutMs,
    signal,
    onOutput,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
  });
  return { text: text.trim(), end };
}
