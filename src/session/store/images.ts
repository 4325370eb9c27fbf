import { inArray } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { files } from '../../db/schema/transcript.ts';
import { fileKind, SEEN_PICTURES } from '../../lib/file-kinds.ts';
import { context, type Snapshot } from '../snapshot.ts';

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** Only the newest pictures are sent again with every request. */
const MAX_IMAGES = 8;

/** The media type of a picture that models take, by its file's name; undefined for anything else. */
export const imageType = (name: string): string | undefined =>
  TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''];

/** The media type of a picture that models take, by its first bytes; undefined for anything else. */
export const pictureType = (bytes: Uint8Array): string | undefined =>
  SEEN_PICTURES.get(fileKind(bytes)?.what ?? '');

/** The newest pictures of a conversation, by the id of their file, as data URLs. */
export async function imagesOf(db: Db, snapshot: Snapshot): Promise<ReadonlyMap<string, string>> {
  const ofPeople = context(snapshot).flatMap(({ entry }) =>
    entry.role === 'user' ? (entry.images ?? []) : [],
  );
  const ofTools = snapshot.toolCalls.flatMap(({ state }) =>
    state.kind === 'done' ? (state.images ?? []) : [],
  );
  const ids = [...ofPeople, ...ofTools].slice(-MAX_IMAGES);
  if (ids.length === 0) return new Map();
  const rows = await db.select().from(files).where(inArray(files.id, ids));
  return new Map(
    rows.flatMap(({ id, bytes }) => {
      const type = pictureType(bytes);
      return type ? [[id, `data:${type};base64,${Buffer.from(bytes).toString('base64')}`] as const] : [];
    }),
  );
}
