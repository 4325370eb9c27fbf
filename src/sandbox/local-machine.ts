import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Ids } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { confined, type Limits } from './bubblewrap.ts';
import { type FoundGroups, findGroups, type Groups } from './limits/cgroups.ts';
import { tryCounting } from './limits/countable.ts';
import type { MountedFolder } from './mounted-folder.ts';
import { createProxies, type Proxies } from './proxy.ts';
import { runConfined } from './run-confined.ts';
import { SandboxUnavailable } from './sandbox.ts';

export type LocalSettings = {
  /** Where workspaces live, one folder a session. */
  directory: string;
  limits: Limits;
  /** Commands that run at once, of all sessions. */
  commands: number;
  /** Hosts that may be reached over HTTPS; none is no network. */
  allowedHosts: readonly string[];
  /** Folders of the bot, never to be seen. */
  hidden: readonly string[];
  /** A folder of whoever runs the bot, in every sandbox. */
  mounted?: MountedFolder | undefined;
  /** Finds out whether the kernel can hold limits itself; a test has groups of its own. */
  groups?: () => Promise<FoundGroups>;
  ids: Ids;
  log: Pick<Logger, 'info' | 'warn'>;
};

/** What commands on this machine are confined with. */
export type Machine = {
  proxies: Proxies | undefined;
  programs: Record<string, string>;
  /** Groups of the kernel that commands run in, where there can be any. */
  groups: Groups | undefined;
};

/** Finds out, once, whether commands can be confined here. Throws SandboxUnavailable with what to do. */
export async function prepare(settings: LocalSettings, directory: string): Promise<Machine> {
  if (process.platform !== 'linux') {
    throw new SandboxUnavailable(
      'Code can be confined on Linux only. Set sandbox.kind to "space" to run it in a Hugging Face Space instead.',
    );
  }
  await mkdir(directory, { recursive: true });
  if (isRoot()) await openWay(directory);
  const probe = join(directory, 'probe');
  await makeFolders(probe, join(probe, 'work'), uidOf('probe'));
  const mounts = {
    workspace: join(probe, 'work'),
    etc: probe,
    isReadOnly: true,
    hidden: [],
    mounted: undefined,
    proxy: undefined,
    programs: {},
  };
  const said: string[] = [];
  const end = await runConfined(
    confined(mounts, settings.limits, ['true']),
    uidOf('probe'),
    {
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      onOutput: (chunk) => void said.push(Buffer.from(chunk).toString()),
    },
    () => ({ stop() {} }),
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new SandboxUnavailable(
      'There is no sandbox on this machine: bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap). Code is never run without one.',
    );
  });
  if (end.kind !== 'exited' || end.code !== 0) {
    throw new SandboxUnavailable(
      `bubblewrap can't confine code on this machine (${said.join('').trim() || end.kind}). In a container it needs user namespaces and its own /proc (docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or a VM); or set sandbox.kind to "space". Code is never run without a sandbox.`,
    );
  }
  const uncounted = await tryCounting((argv, options, watch) =>
    runConfined(confined(mounts, settings.limits, argv), uidOf('probe'), options, watch),
  );
  const groups = await (settings.groups ?? findGroups)();
  sayLimits(settings.log, uncounted, groups);
  const uv = programPath('uv');
  return {
    proxies: settings.allowedHosts.length === 0 ? undefined : createProxies(settings.allowedHosts),
    programs: uv ? { uv } : {},
    groups: groups.ok ? groups.groups : undefined,
  };
}

function sayLimits(log: LocalSettings['log'], uncounted: string | undefined, groups: FoundGroups): void {
  const kernel = groups.ok ? { memory: 'counted, and held by the kernel' } : { noGroups: groups.reason };
  const how = { memory: 'counted', disk: 'counted', ...kernel };
  if (uncounted === undefined) log.info(how, 'how limits of sandboxes are held');
  else log.warn({ ...how, uncounted }, 'limits of sandboxes hold in part: not all of it can be counted here');
}

/** A program that is installed for this user only, where others may run it. */
function programPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return !path.startsWith('/usr/') && !isRoot();
      } catch {
        return false;
      }
    });
}

/**
 * A root process gives up its rights before it enters the sandbox, so the way to the workspaces has to be
 * open.
 */
async function openWay(directory: string): Promise<void> {
  await chmod(directory, 0o711);
  for (let path = dirname(directory); path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) {
      throw new SandboxUnavailable(
        `The bot runs as root, and sandboxes run as nobody, who can't enter ${path}. Run the bot as another user, or set sandbox.directory to a folder that everybody may pass through.`,
      );
    }
  }
}

/** The folder of a session's sandbox, with the workspace in it. */
export async function makeFolders(own: string, workspace: string, uid: number | undefined): Promise<void> {
  await mkdir(workspace, { recursive: true });
  await chmod(own, 0o711);
  await Promise.all([
    writeFile(join(own, 'passwd'), 'agent:x:1000:1000:agent:/work:/bin/bash\n'),
    writeFile(join(own, 'group'), 'agent:x:1000:\n'),
  ]);
  if (uid !== undefined) await chown(workspace, uid, uid);
  await chmod(workspace, 0o755); // a command may have closed it, and could not be run there again
}

const isRoot = () => process.getuid?.() === 0;

/**
 * Who a root process becomes: one of many users that own nothing else, so that limits count for each by
 * itself.
 */
export function uidOf(sessionId: string): number | undefined {
  if (!isRoot()) return undefined;
  return 2_000_000 + (createHash('sha256').update(sessionId).digest().readUInt32BE() % 1_000_000);
}
