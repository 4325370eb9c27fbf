import { and, asc, eq, isNotNull } from 'drizzle-orm';
import { files } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { NewFile } from './files.ts';

/** A file that people gave to the agent; it sees it as `path`. */
export type Attachment = NewFile & { path: string };

/** Where the agent finds what people attached. */
const ATTACHMENTS = 'attachments';

/** Where files of one message go, so that two with one name don't meet. Names become plain ones. */
export function placed(given: readonly NewFile[], taken: ReadonlySet<string>): Attachment[] {
  const used = new Set(taken);
  return given.map((file) => {
    const name = file.name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_') || 'file';
    let path = `${ATTACHMENTS}/${name}`;
    for (let n = 2; used.has(path); n++) path = `${ATTACHMENTS}/${numbered(name, n)}`;
    used.add(path);
    return { ...file, path };
  });
}

function numbered(name: string, n: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)}-${n}${name.slice(dot)}` : `${name}-${n}`;
}

/** What a message says of its attachments, for the model. */
export function attachedNote(attached: readonly Attachment[]): string {
  const lines = attached.map(({ path, bytes }) => `\`${path}\` (${bytes.length.toLocaleString('en')} bytes)`);
  return `[Attached, and in the sandbox: ${lines.join(', ')}]`;
}

/** Paths and ids of what people have attached in a session, in order. */
export async function attachmentsIn(db: Db, sessionId: string): Promise<{ id: string; path: string }[]> {
  const rows = await db
    .select({ id: files.id, path: files.path })
    .from(files)
    .where(and(eq(files.sessionId, sessionId), isNotNull(files.path)))
    .orderBy(asc(files.createdAt), asc(files.id));
  return rows.flatMap(({ id, path }) => (path === null ? [] : [{ id, path }]));
}
