import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { files } from '../db/schema/transcript.ts';
import { fittingName } from '../lib/file-name.ts';
import type { NewFile } from '../session/store/files.ts';

/** A file that people gave to the agent; it sees it as `path`. */
export type Attachment = NewFile & { path: string };

/** Where the agent finds what people attached. */
const ATTACHMENTS = 'attachments';

/**
 * Where files of one message go, so that two with one name don't meet. Names become plain ones, of no more
 * bytes than a folder takes.
 */
export function placed(given: readonly NewFile[], taken: ReadonlySet<string>): Attachment[] {
  const used = new Set(taken);
  return given.map((file) => {
    const name = file.name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_') || 'file';
    let path = `${ATTACHMENTS}/${fittingName(name)}`;
    for (let n = 2; used.has(path); n++) path = `${ATTACHMENTS}/${fittingName(name, `-${n}`)}`;
    used.add(path);
    return { ...file, path };
  });
}

/** What a message says of its attachments, for the model. */
export function attachedNote(attached: readonly { path: string; size: number }[]): string {
  const lines = attached.map(({ path, size }) => `\`${path}\` (${size.toLocaleString('en')} bytes)`);
  return `[Attached, and in the sandbox: ${lines.join(', ')}]`;
}

/** Where some attachments are, and how large, in the order in which they are named. */
export async function sizesOf(
  db: Queries,
  ids: readonly string[],
): Promise<{ path: string; size: number }[]> {
  if (ids.length === 0) return [];
  const size = sql<number>`octet_length(${files.bytes})`.mapWith(Number);
  const rows = await db
    .select({ id: files.id, path: files.path, size })
    .from(files)
    .where(inArray(files.id, [...ids]));
  return ids.flatMap((id) => {
    const row = rows.find((found) => found.id === id);
    return row?.path ? [{ path: row.path, size: row.size }] : [];
  });
}

/** Paths and ids of what people have attached in a session, in order. */
export async function attachmentsIn(db: Queries, sessionId: string): Promise<{ id: string; path: string }[]> {
  const rows = await db
    .select({ id: files.id, path: files.path })
    .from(files)
    .where(and(eq(files.sessionId, sessionId), isNotNull(files.path)))
    .orderBy(asc(files.createdAt), asc(files.id));
  return rows.flatMap(({ id, path }) => (path === null ? [] : [{ id, path }]));
}
