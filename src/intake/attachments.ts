import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { files } from '../db/schema/transcript.ts';
import { fileKind } from '../lib/file-kinds.ts';
import { fittingName, plainName } from '../lib/file-name.ts';
import { otherThanText } from '../lib/readable-text.ts';
import type { NewFile } from '../session/store/files.ts';
import { pictureType } from '../session/store/images.ts';

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
    const name = plainName(file.name);
    let path = `${ATTACHMENTS}/${fittingName(name)}`;
    for (let n = 2; used.has(path); n++) path = `${ATTACHMENTS}/${fittingName(name, `-${n}`)}`;
    used.add(path);
    return { ...file, path };
  });
}

/** Where an attachment is, how large, and its beginning, which tells what it is. */
export type Placed = { path: string; size: number; begins: Uint8Array };

/** So much of a file tells what it is. */
const BEGINNING_BYTES = 4_000;

export const placedOf = ({ path, bytes }: Attachment): Placed => ({
  path,
  size: bytes.length,
  begins: bytes.subarray(0, BEGINNING_BYTES),
});

/** What a message says of its attachments, for the model: what their names do not tell, too. */
export function attachedNote(attached: readonly Placed[]): string {
  const lines = attached.map(({ path, size, begins }) => {
    const other = size === 0 ? 'is empty' : isAsNamed(path, begins) ? undefined : otherThanText(path, begins);
    return `\`${path}\` (${size.toLocaleString('en')} bytes${other === undefined ? '' : `; it ${other}`})`;
  });
  return `[Attached, and in the sandbox: ${lines.join(', ')}]`;
}

/** Pictures that models are shown, and tables that tools read, need no word. */
const isAsNamed = (path: string, begins: Uint8Array): boolean =>
  pictureType(begins) !== undefined ||
  (fileKind(begins)?.form === 'table' && /\.(?:parquet|pq)$/i.test(path));

/** Some attachments of a session, in the order in which they are named. */
export async function placedIn(db: Queries, ids: readonly string[]): Promise<Placed[]> {
  if (ids.length === 0) return [];
  const size = sql<number>`octet_length(${files.bytes})`.mapWith(Number);
  const begins =
    sql<Uint8Array>`substring(${files.bytes} from 1 for ${sql.raw(String(BEGINNING_BYTES))})`.mapWith(
      files.bytes,
    );
  const rows = await db
    .select({ id: files.id, path: files.path, size, begins })
    .from(files)
    .where(inArray(files.id, [...ids]));
  return ids.flatMap((id) => {
    const row = rows.find((found) => found.id === id);
    return row?.path ? [{ path: row.path, size: row.size, begins: row.begins }] : [];
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
