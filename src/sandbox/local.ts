import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Ids } from '../ops/clock.ts';
import { sha256Of } from '../ops/hash.ts';
import { type Confined, confined, type Limits, type Mounts, OWN_FOLDER } from './bubblewrap.ts';
import { startProxy } from './proxy.ts';
import {
  type Background,
  type RunEnd,
  type RunOptions,
  type Sandbox,
  type Sandboxes,
  SandboxUnavailable,
} from './sandbox.ts';
import { watchLimits } from './watchdog.ts';

export type LocalSettings = {
  /** Where workspaces live, one folder a session. */
  directory: string;
  limits: Limits;
  /** Hosts that may be reached over HTTPS; none is no network. */
  allowedHosts: readonly string[];
  /** Folders of the bot, never to be seen. */
  hidden: readonly string[];
  ids: Ids;
};

/** What the newest output of a background command is kept to. */
const TAIL_BYTES = 64_000;
const BACKGROUND_LIMIT = 8;
/** Whoever prints without end is ended: others wait for this process, too. */
const OUTPUT_BYTES = 100e6;

/**
 * Sandboxes on this machine, confined with bubblewrap (https://github.com/containers/bubblewrap). Refuses, and says why,
 * where that can't be done; never runs anything unconfined.
 */
export function createLocalSandboxes(settings: LocalSettings): Sandboxes {
  const directory = resolve(settings.directory);
  const running = new Map<string, Map<string, Background & { stop: AbortController }>>();
  let ready: Promise<Machine> | undefined;

  function prepared(): Promise<Machine> {
    ready ??= prepare(settings, directory).catch((error: unknown) => {
      ready = undefined; // it may be mended while we run
      throw error;
    });
    return ready;
  }

  async function open(sessionId: string): Promise<Sandbox> {
    const machine = await prepared();
    const own = join(directory, folderOf(sessionId));
    const workspace = join(own, 'work');
    await makeFolders(own, workspace, uidOf(sessionId));
    const mounts: Mounts = {
      workspace,
      etc: own,
      hidden: [...settings.hidden.map((path) => resolve(path)), directory, OWN_FOLDER],
      proxy: machine.proxy,
      programs: machine.programs,
    };
    const ownProcesses = running.get(sessionId) ?? new Map<string, Background & { stop: AbortController }>();
    running.set(sessionId, ownProcesses);

    const run = (argv: readonly string[], options: RunOptions) =>
      runConfined(confined(mounts, settings.limits, argv), uidOf(sessionId), options, (pid, exceeded) =>
        watchLimits(pid, workspace, settings.limits, exceeded),
      );

    async function start(command: string): Promise<Background> {
      const open = [...ownProcesses.values()].filter(({ end }) => end === undefined);
      if (open.length >= BACKGROUND_LIMIT) {
        throw new Error(`${BACKGROUND_LIMIT} commands run in the background already; kill one first`);
      }
      const stop = new AbortController();
      const made = { id: settings.ids.next('p'), command, end: undefined, output: '', stop };
      const process: Background & { stop: AbortController } = made;
      ownProcesses.set(process.id, process);
      const options = {
        timeoutMs: 24 * 3_600_000,
        signal: stop.signal,
        onOutput: (chunk: Uint8Array) => {
          process.output = (process.output + Buffer.from(chunk).toString()).slice(-TAIL_BYTES);
        },
      };
      run(['bash', '-c', command], options).then(
        (end) => {
          process.end = end;
        },
        (error: unknown) => {
          process.end = { kind: 'killed', reason: error instanceof Error ? error.message : 'it was stopped' };
        },
      );
      return process;
    }

    return {
      run,
      start,
      background: async () => [...ownProcesses.values()],
      async kill(id) {
        const process = ownProcesses.get(id);
        if (process === undefined || process.end !== undefined) return false;
        process.stop.abort(new Error('it was killed'));
        return true;
      },
    };
  }

  async function stopAll(sessionId: string): Promise<void> {
    for (const { stop } of running.get(sessionId)?.values() ?? []) stop.abort(new Error('it was stopped'));
    running.delete(sessionId);
  }

  return {
    open,
    async remove(sessionId) {
      await stopAll(sessionId);
      const own = join(directory, folderOf(sessionId));
      // The agent may have made folders that nobody may enter.
      await run('chmod', ['-R', 'u+rwX', own]).catch(() => {});
      await rm(own, { recursive: true, force: true, maxRetries: 3 });
    },
    async sessions() {
      const names = await readdir(directory).catch(() => []);
      return names.filter((name) => name.startsWith('s_'));
    },
    async stop() {
      for (const sessionId of [...running.keys()]) await stopAll(sessionId);
      await (await ready?.catch(() => undefined))?.close();
    },
    rules: rulesOf(settings),
  };
}

const run = promisify(execFile);

type Machine = { proxy: Mounts['proxy']; programs: Record<string, string>; close(): Promise<void> };

const isRoot = () => process.getuid?.() === 0;

/** Finds out, once, whether commands can be confined here. Throws SandboxUnavailable with what to do. */
async function prepare(settings: LocalSettings, directory: string): Promise<Machine> {
  if (process.platform !== 'linux') {
    throw new SandboxUnavailable(
      'Code can be confined on Linux only. Set sandbox.kind to "space" to run it in a Hugging Face Space instead.',
    );
  }
  await mkdir(directory, { recursive: true });
  if (isRoot()) await openWay(directory);
  const probe = join(directory, 'probe');
  await makeFolders(probe, join(probe, 'work'), uidOf('probe'));
  const mounts = { workspace: join(probe, 'work'), etc: probe, hidden: [], proxy: undefined, programs: {} };
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
  const proxy =
    settings.allowedHosts.length === 0
      ? undefined
      : await startProxy(join(directory, `proxy-${process.pid}.sock`), settings.allowedHosts);
  const uv = programPath('uv');
  return {
    proxy: proxy && { socket: proxy.socket, node: process.execPath },
    programs: uv ? { uv } : {},
    close: async () => proxy?.close(),
  };
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

/** A root process gives up its rights before it enters the sandbox, so the way to the workspaces has to be open. */
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

async function makeFolders(own: string, workspace: string, uid: number | undefined): Promise<void> {
  await mkdir(workspace, { recursive: true });
  await chmod(own, 0o711);
  await Promise.all([
    writeFile(join(own, 'passwd'), 'agent:x:1000:1000:agent:/work:/bin/bash\n'),
    writeFile(join(own, 'group'), 'agent:x:1000:\n'),
  ]);
  if (uid !== undefined) await chown(workspace, uid, uid);
}

/** Names of folders: what a session's id may hold is not ours to know. */
const folderOf = (sessionId: string): string =>
  /^s_[\w-]{1,60}$/.test(sessionId) ? sessionId : `s_${sha256Of(sessionId).slice(0, 40)}`;

/** Who a root process becomes: one of many users that own nothing else, so that limits count for each by itself. */
function uidOf(sessionId: string): number | undefined {
  if (!isRoot()) return undefined;
  return 2_000_000 + (createHash('sha256').update(sessionId).digest().readUInt32BE() % 1_000_000);
}

/** Runs bwrap, with nothing of our environment: the first process in there is bwrap itself, and can be looked at. */
function runConfined(
  { settings, command }: Confined,
  uid: number | undefined,
  { timeoutMs, signal, stdin, onOutput, isOnlyStdout }: RunOptions,
  watch: (pid: number, exceeded: (reason: string) => void) => { stop(): void },
): Promise<RunEnd> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(signal.reason);
    const child: ChildProcess = spawn('bwrap', ['--args', '3', ...command], {
      env: { PATH: process.env.PATH },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let forced: RunEnd | undefined;
    const force = (end: RunEnd) => {
      forced ??= end;
      child.kill('SIGKILL');
    };
    const dog =
      child.pid === undefined ? undefined : watch(child.pid, (reason) => force({ kind: 'killed', reason }));
    const timer = setTimeout(() => force({ kind: 'timed_out' }), timeoutMs);
    const onAbort = () => child.kill('SIGKILL');
    signal.addEventListener('abort', onAbort, { once: true });
    const over = () => {
      clearTimeout(timer);
      dog?.stop();
      signal.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      over();
      fail(error);
    });
    child.on('close', (code, name) => {
      over();
      if (signal.aborted) return fail(signal.reason);
      done(forced ?? { kind: 'exited', code: code ?? 128 + (name === 'SIGKILL' ? 9 : 15) });
    });
    let bytes = 0;
    const take = (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > OUTPUT_BYTES)
        force({ kind: 'killed', reason: `it printed more than ${OUTPUT_BYTES / 1e6} MB` });
      else onOutput(chunk);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', (chunk: Uint8Array) => {
      if (!isOnlyStdout) take(chunk);
    });
    const told = child.stdio[3];
    for (const pipe of [child.stdin, told]) pipe?.on('error', () => {}); // it ended before it had read all
    if (told && 'end' in told) told.end(`${settings.join('\0')}\0`);
    child.stdin?.end(stdin);
  });
}

function rulesOf({ limits, allowedHosts }: LocalSettings): string {
  const network =
    allowedHosts.length === 0
      ? 'There is no network.'
      : `Of the network only these hosts can be reached, over HTTPS: ${allowedHosts.join(', ')}.`;
  return `A Linux sandbox without a GPU: ${limits.memoryMb} MB of memory, ${limits.processes} processes, ${limits.diskMb} MB in /work, which is kept between calls; nothing else is. ${network} No secrets are in it.`;
}
