import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sha256Of } from '../lib/hash.ts';
import { confined, type Mounts, OWN_FOLDER } from './bubblewrap.ts';
import { type LocalSettings, type Machine, makeFolders, prepare, uidOf } from './local-machine.ts';
import { removeFolders } from './remove-folders.ts';
import { runConfined } from './run-confined.ts';
import type { Background, RunEnd, RunOptions, Sandbox, Sandboxes } from './sandbox.ts';
import { watchLimits } from './watchdog.ts';

/** What the newest output of a background command is kept to. */
const TAIL_BYTES = 64_000;
const BACKGROUND_LIMIT = 8;
const BACKGROUND_MS = 24 * 3_600_000;

/**
 * Sandboxes on this machine, confined with bubblewrap (https://github.com/containers/bubblewrap). Refuses,
 * and says why, where that can't be done; never runs anything unconfined.
 */
export function createLocalSandboxes(settings: LocalSettings): Sandboxes {
  const local: Local = {
    settings,
    directory: resolve(settings.directory),
    running: new Map(),
    ready: undefined,
  };
  return {
    open: (sessionId) => open(local, sessionId),
    remove: (sessionId) => remove(local, sessionId),
    async sessions() {
      const names = await readdir(local.directory).catch(() => []);
      return names.filter((name) => name.startsWith('s_'));
    },
    async stop() {
      for (const sessionId of [...local.running.keys()]) stopAll(local, sessionId);
      await (await local.ready?.catch(() => undefined))?.proxies?.close();
    },
    rules: rulesOf(settings),
  };
}

/** A command that runs by itself, and how it is ended. */
type Started = Background & { stop: AbortController };

type Local = {
  settings: LocalSettings;
  directory: string;
  /** By session, then by their ids. */
  running: Map<string, Map<string, Started>>;
  ready: Promise<Machine> | undefined;
};

function prepared(local: Local): Promise<Machine> {
  local.ready ??= prepare(local.settings, local.directory).catch((error: unknown) => {
    local.ready = undefined; // it may be mended while we run
    throw error;
  });
  return local.ready;
}

async function open(local: Local, sessionId: string): Promise<Sandbox> {
  const { settings, directory, running } = local;
  const machine = await prepared(local);
  const own = join(directory, folderOf(sessionId));
  const workspace = join(own, 'work');
  await makeFolders(own, workspace, uidOf(sessionId));
  const mounts: Omit<Mounts, 'proxy'> = {
    workspace,
    etc: own,
    hidden: [...settings.hidden.map((path) => resolve(path)), directory, OWN_FOLDER],
    programs: machine.programs,
  };
  const processes = running.get(sessionId) ?? new Map<string, Started>();
  running.set(sessionId, processes);
  const run = (argv: readonly string[], options: RunOptions) =>
    runIn(local, machine, { sessionId, own, mounts }, argv, options);
  return {
    run,
    start: async (command) => start(settings, processes, command, run),
    background: async () => [...processes.values()],
    async kill(id) {
      const process = processes.get(id);
      if (process === undefined || process.end !== undefined) return false;
      process.stop.abort(new Error('it was killed'));
      return true;
    },
  };
}

/** Runs a command, with a way into the network where hosts are allowed. */
async function runIn(
  { settings }: Local,
  { proxies }: Machine,
  { sessionId, own, mounts }: { sessionId: string; own: string; mounts: Omit<Mounts, 'proxy'> },
  argv: readonly string[],
  options: RunOptions,
): Promise<RunEnd> {
  const uid = uidOf(sessionId);
  const way = await proxies?.use(own, uid);
  const proxy = way && { socket: way.socket, node: process.execPath };
  try {
    return await runConfined(
      confined({ ...mounts, proxy }, settings.limits, argv),
      uid,
      options,
      (pid, exceeded) => watchLimits(pid, mounts.workspace, settings.limits, exceeded),
    );
  } finally {
    await way?.leave();
  }
}

function start(
  { ids }: LocalSettings,
  processes: Map<string, Started>,
  command: string,
  run: Sandbox['run'],
): Background {
  const open = [...processes.values()].filter(({ end }) => end === undefined);
  if (open.length >= BACKGROUND_LIMIT) {
    throw new Error(`${BACKGROUND_LIMIT} commands run in the background already; kill one first`);
  }
  const stop = new AbortController();
  const started: Started = { id: ids.next('p'), command, end: undefined, output: '', stop };
  processes.set(started.id, started);
  const options = {
    timeoutMs: BACKGROUND_MS,
    signal: stop.signal,
    onOutput: (chunk: Uint8Array) => {
      started.output = (started.output + Buffer.from(chunk).toString()).slice(-TAIL_BYTES);
    },
  };
  run(['bash', '-c', command], options).then(
    (end) => {
      started.end = end;
    },
    (error: unknown) => {
      started.end = { kind: 'killed', reason: error instanceof Error ? error.message : 'it was stopped' };
    },
  );
  return started;
}

function stopAll({ running }: Local, sessionId: string): void {
  for (const { stop } of running.get(sessionId)?.values() ?? []) stop.abort(new Error('it was stopped'));
  running.delete(sessionId);
}

async function remove(local: Local, sessionId: string): Promise<void> {
  stopAll(local, sessionId);
  await removeFolders(join(local.directory, folderOf(sessionId)), uidOf(sessionId));
}

/** Names of folders: what a session's id may hold is not ours to know. */
const folderOf = (sessionId: string): string =>
  /^s_[\w-]{1,60}$/.test(sessionId) ? sessionId : `s_${sha256Of(sessionId).slice(0, 40)}`;

function rulesOf({ limits, allowedHosts }: LocalSettings): string {
  const network =
    allowedHosts.length === 0
      ? 'There is no network.'
      : `Of the network only these hosts can be reached, over HTTPS: ${allowedHosts.join(', ')}.`;
  return `A Linux sandbox without a GPU: ${limits.memoryMb} MB of memory, ${limits.processes} processes, ${limits.diskMb} MB in /work, which is kept between calls; nothing else is. ${network} No secrets are in it.`;
}
