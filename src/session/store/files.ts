import { eq } from 'drizzle-orm';
import type { Queries, Tx } from '../../db/database.ts';
import { files, messages } from '../../db/schema/transcript.ts';
import { Entry } from '../transcript.ts';
import { addMessage } from './record.ts';

/** A file for people. Its name is the only one of its kind in the thread: platforms find it again by that. */
export type NewFile = {
  id: string;
  name: string;
  bytes: Uint8Array;
  /** What a picture shows, for those who can't see it. */
  alt?: string;
};

/** A name that no other file of a thread has: `loss.png` as `loss-1a2b3c4d.png`. */
export function uniqueName(name: string, id: string): string {
  const dot = name.lastIndexOf('.');
  const at = dot > 0 ? dot : name.length;
  return `${name.slice(0, at)}-${id.slice(-8)}${name.slice(at)}`;
}

/** Larger ones are not kept in the record. */
export const MAX_FILE_BYTES = 8_000_000;

/**
 * Puts a file into a thread, with `text` said about it; it calls whoever is in `mentions` (platform ids), and
 * tells how `job` has ended.
 */
export async function addFile(
  tx: Tx,
  sessionId: string,
  exchange: number,
  { id, name, bytes, alt }: NewFile,
  text: string,
  told: { mentions?: string[]; job?: { watchId: string } } = {},
): Promise<void> {
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`${name} has ${bytes.length} bytes, more than are kept`);
  await keepFile(tx, sessionId, { id, name, bytes });
  const file = { id, name, ...(alt === undefined ? {} : { alt }) };
  await addMessage(tx, sessionId, exchange, { role: 'notice', text, ...told, file });
}

/** Keeps a file that no message of the thread shows; with a path, one that people attached. */
export async function keepFile(
  tx: Tx,
  sessionId: string,
  { id, name, bytes, path }: NewFile & { path?: string },
): Promise<void> {
  await tx.insert(files).values({ id, sessionId, name, bytes, path: path ?? null });
}

/** What is in a file; undefined once its time is over. */
export async function bytesOf(db: Queries, fileId: string): Promise<Uint8Array | undefined> {
  const [row] = await db.select({ bytes: files.bytes }).from(files).where(eq(files.id, fileId));
  return row?.bytes;
}

/** What an assistant entry says, as a file. */
export async function answerText(db: Queries, messageId: number): Promise<Uint8Array | undefined> {
  const [row] = await db.select({ entry: messages.entry }).from(messages).where(eq(messages.id, messageId));
  const entry = row && Entry.parse(row.entry);
  return entry?.role === 'assistant' ? Buffer.from(entry.text) : undefined;
}
