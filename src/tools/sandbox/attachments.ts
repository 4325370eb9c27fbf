import { messageOf } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import type { ChosenSandboxes } from '../../sandbox/choose.ts';
import { readFile, writeFile } from '../../sandbox/files.ts';
import { openLargeFile } from '../../sandbox/large-file.ts';
import type { Sandbox, Sandboxes } from '../../sandbox/sandbox.ts';
import type { PushParts } from '../hf-dataset-push.ts';
import type { RepoFileParts } from '../hf-repo-files.ts';

/** What people attached in a session: where it belongs, and its bytes as long as they are kept. */
export type Attached = {
  list(sessionId: string): Promise<readonly { id: string; path: string }[]>;
  bytesOf(id: string): Promise<Uint8Array | undefined>;
};

/**
 * Sandboxes in which what people attached is there before anything is done in them. A file that can't be put
 * there keeps no tool from working: the model is told of it once.
 */
function withAttachments<Kind extends Sandboxes>(sandboxes: Kind, attached: Attached): Kind {
  const told = new Set<string>();
  return {
    ...sandboxes,
    async open(sessionId, signal, show) {
      const sandbox = await sandboxes.open(sessionId, signal, show);
      const failed = await put(sandbox, attached, sessionId, signal);
      const fresh = failed.filter(({ id }) => !told.has(id));
      for (const { id } of fresh) told.add(id);
      const notices = [sandbox.notice, ...fresh.map(({ reason }) => `An attachment is missing: ${reason}.`)];
      const notice = notices.filter((line) => line !== undefined).join('\n');
      return notice === '' ? sandbox : { ...sandbox, notice };
    },
  };
}

/** Puts what is not there yet into a sandbox; gives what could not be put there, and why. */
async function put(
  sandbox: Sandbox,
  { list, bytesOf }: Attached,
  sessionId: string,
  signal: AbortSignal,
): Promise<{ id: string; reason: string }[]> {
  const wanted = await list(sessionId);
  if (wanted.length === 0) return [];
  const paths = wanted.map(({ path }) => path);
  const missing = await missingOf(sandbox, paths, signal);
  const failed: { id: string; reason: string }[] = [];
  for (const { id, path } of wanted.filter((file) => missing.has(file.path))) {
    const bytes = await bytesOf(id);
    if (bytes === undefined) continue;
    try {
      await writeFile(sandbox, path, bytes, signal);
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ id, reason: messageOf(error) });
    }
  }
  return failed;
}

const LOOK = 'for path; do [ -e "$path" ] || printf "%s\\n" "$path"; done';

async function missingOf(sandbox: Sandbox, paths: string[], signal: AbortSignal): Promise<Set<string>> {
  const chunks: Uint8Array[] = [];
  await sandbox.run(['sh', '-c', LOOK, 'sh', ...paths], {
    signal,
    timeoutMs: 30_000,
    isOnlyStdout: true,
    isReading: true,
    onOutput: (chunk) => void chunks.push(chunk),
  });
  return new Set(Buffer.concat(chunks).toString().split('\n').filter(Boolean));
}

/** The same kind of sandboxes, in which what people attached is there. */
export function chosenWithAttachments(chosen: ChosenSandboxes, attached: Attached): ChosenSandboxes {
  switch (chosen?.kind) {
    case 'local':
      return { kind: 'local', sandboxes: withAttachments(chosen.sandboxes, attached) };
    case 'space':
      return { kind: 'space', sandboxes: withAttachments(chosen.sandboxes, attached) };
    default:
      return undefined;
  }
}

/** Larger files are not checked row by row: they are uploaded as they are. */
const FILE_BYTES = 50_000_000;

/**
 * A file of a session: as it is in the sandbox now, or, where there are no sandboxes, as people attached it.
 */
export function fileReaderIn(sandboxes: Sandboxes | undefined, attached: Attached): PushParts['fileAt'] {
  return async (path, { sessionId, signal, show }) => {
    if (sandboxes === undefined) return bytesAttached(attached, sessionId, path);
    const sandbox = await sandboxes.open(sessionId, signal, show);
    const content = await readFile(sandbox, path, FILE_BYTES, signal);
    switch (content.kind) {
      case 'file':
        return { ok: true, bytes: content.bytes };
      case 'too_large':
        return {
          ok: false,
          reason: `${path} is larger than ${FILE_BYTES / 1e6} MB: upload it with hf_repo_files.`,
        };
      default:
        return { ok: false, reason: `There is no file ${path}.` };
    }
  };
}

async function bytesAttached({ list, bytesOf }: Attached, sessionId: string, path: string) {
  const found = (await list(sessionId)).find((file) => file.path === path);
  const bytes = found && (await bytesOf(found.id));
  return bytes
    ? { ok: true as const, bytes }
    : { ok: false as const, reason: `There is no ${path} among what people attached.` };
}

/** Nobody waits for more to go over the line. */
const LARGE_FILE_BYTES = 5_000_000_000;

/** The same for files that are sent on as they are: of the sandbox they are never read as a whole. */
export function fileOpenerIn(
  sandboxes: Sandboxes | undefined,
  attached: Attached,
): RepoFileParts['openFile'] {
  return async (path, { sessionId, signal, show }) => {
    if (sandboxes !== undefined) {
      const sandbox = await sandboxes.open(sessionId, signal, show);
      return openLargeFile(sandbox, path, LARGE_FILE_BYTES, signal);
    }
    const file = await bytesAttached(attached, sessionId, path);
    if (!file.ok) return file;
    const bytes = Buffer.from(file.bytes);
    return { ok: true, content: new Blob([bytes]), sha256: sha256Of(bytes) };
  };
}
