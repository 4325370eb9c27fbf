import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { wholeEnding } from '../lib/cut.ts';
import { messageOf } from '../lib/errors.ts';
import { sha256Of } from '../lib/hash.ts';
import { createPlaces } from '../lib/places.ts';
import { confined, type Limits, type Mounts, OWN_FOLDER } from './bubblewrap.ts';
import { watchLimits } from './limits/watch.ts';
import { overLimit, type Use, workspaceUse } from './limits/workspace-use.ts';
import { type LocalSettings, type Machine, makeFolders, prepare, uidOf } from './local-machine.ts';
import { mountedText } from './mounted-folder.ts';
import { removeFolders } from './remove-folders.ts';
import { runConfined } from './run-confined.ts';
import {
  type Background,
  CPU_WHEELS,
  NO_SECRETS,
  type RunEnd,
  type RunOptions,
  type Sandbox,
  type Sandboxes,
} from './sandbox.ts';

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
    uses: new Map(),
    ready: undefined,
  };
  return {
    prepare: () => prepareEarly(local),
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
    places: createPlaces(settings.commands),
  };
}

/** A command that runs by itself, and how it is ended. */
type Started = Background & { stop: AbortController };

type Local = {
  settings: LocalSettings;
  directory: string;
  /** By session, then by their ids. */
  running: Map<string, Map<string, Started>>;
  /** What each session's workspace had after the newest command that could write there. */
  uses: Map<string, Promise<Use | undefined>>;
  ready: Promise<Machine> | undefined;
};

function prepared(local: Local): Promise<Machine> {
  local.ready ??= prepare(local.settings, local.directory).catch((error: unknown) => {
    local.ready = undefined; // it may be mended while we run
    throw error;
  });
  return local.ready;
}

async function prepareEarly(local: Local): Promise<void> {
  await prepared(local).catch((error: unknown) => {
    local.settings.log.warn(
      { why: messageOf(error) },
      'code can’t be confined on this machine; tools of the sandbox fail until it can',
    );
  });
}

async function open(local: Local, sessionId: string): Promise<Sandbox> {
  const { settings, directory, running } = local;
  const machine = await prepared(local);
  const own = join(directory, folderOf(sessionId));
  const workspace = join(own, 'work');
  await makeFolders(own, workspace, uidOf(sessionId));
  const mounts: Fixed = {
    workspace,
    etc: own,
    hidden: [...settings.hidden.map((path) => resolve(path)), directory, OWN_FOLDER],
    mounted: settings.mounted,
    programs: machine.programs,
  };
  const processes = running.get(sessionId) ?? new Map<string, Started>();
  running.set(sessionId, processes);
  const run = (argv: readonly string[], options: RunOptions) =>
    runIn(local, machine, { sessionId, own, mounts }, argv, options);
  const use = await local.uses.get(sessionId);
  const isFull = use !== undefined && overLimit(use, settings.limits) !== undefined;
  return {
    ...(isFull ? { notice: fullNotice(use, settings.limits) } : {}),
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

type Fixed = Omit<Mounts, 'proxy' | 'isReadOnly'>;

/** Runs a command, with a way into the network where hosts are allowed. */
async function runIn(
  local: Local,
  { proxies, groups }: Machine,
  { sessionId, own, mounts }: { sessionId: string; own: string; mounts: Fixed },
  argv: readonly string[],
  options: RunOptions,
): Promise<RunEnd> {
  const { limits } = local.settings;
  const { workspace } = mounts;
  const { isReading = false } = options;
  const uid = uidOf(sessionId);
  const before = isReading ? undefined : await useBefore(local, sessionId, workspace);
  const isFull = before !== undefined && overLimit(before, limits) !== undefined;
  const way = await proxies?.use(own, uid);
  const proxy = way && { socket: way.socket, node: process.execPath };
  const group = await groups?.create(limits).catch(() => undefined); // all is counted besides
  try {
    const end = await runConfined(
      confined({ ...mounts, proxy, isReadOnly: isReading }, isFull ? { ...limits, diskMb: 0 } : limits, argv),
      uid,
      options,
      (init, exceeded) => watchLimits({ init, workspace, uid, before }, limits, exceeded),
      group?.add,
    );
    const reason = await group?.exceeded();
    return reason === undefined ? end : { kind: 'killed', reason };
  } finally {
    await way?.leave();
    await group?.remove().catch(() => {}); // what is left of it goes with the next start
    if (!isReading) noteUse(local, sessionId, workspace);
  }
}

/** Counts what a command has left, while nobody waits for it: the next one does. */
function noteUse({ uses }: Local, sessionId: string, workspace: string): void {
  uses.set(
    sessionId,
    workspaceUse(workspace, uidOf(sessionId)).catch(() => undefined),
  ); // it is asked again
}

/**
 * What a workspace has before a command begins: it is what tells one that has filled it from one that finds
 * it full, however short either is.
 */
async function useBefore(local: Local, sessionId: string, workspace: string): Promise<Use> {
  const known = await local.uses.get(sessionId);
  return known ?? (await workspaceUse(workspace, uidOf(sessionId)));
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
      started.output = wholeEnding(started.output + Buffer.from(chunk).toString(), TAIL_BYTES);
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
  local.uses.delete(sessionId);
  await removeFolders(join(local.directory, folderOf(sessionId)), uidOf(sessionId));
}

/** Names of folders: what a session's id may hold is not ours to know. */
const folderOf = (sessionId: string): string =>
  /^s_[\w-]{1,60}$/.test(sessionId) ? sessionId : `s_${sha256Of(sessionId).slice(0, 40)}`;

function fullNotice({ bytes, files }: Use, { diskMb, files: most }: Limits): string {
  const has = `${Math.ceil(bytes / 1024 / 1024)} MB in ${files} files and folders`;
  return `/work is full: it has ${has}, and may have ${diskMb} MB and ${most}. Nothing can be written until you remove some.`;
}

function rulesOf({ limits, allowedHosts, mounted }: LocalSettings): string {
  const network =
    allowedHosts.length === 0
      ? 'There is no network.'
      : `Of the network only these hosts can be reached, over HTTPS: ${allowedHosts.join(', ')}.`;
  return `A Linux sandbox without a GPU: ${limits.memoryMb} MB of memory, ${limits.processes} processes, ${limits.diskMb} MB and ${limits.files} files in /work, which is kept between calls; nothing else is. ${mounted === undefined ? '' : `${mountedText(mounted)} `}${network} ${allowedHosts.length === 0 ? '' : `${CPU_WHEELS} `}${NO_SECRETS}`;
}
