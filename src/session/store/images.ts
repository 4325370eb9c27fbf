import { inArray } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { files } from '../../db/schema/transcript.ts';
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

/** How files begin, whatever they are called: providers refuse a request with a picture of another type. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
];

/** The media type of a picture that models take, by its first bytes; undefined for anything else. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (beginning.startsWith('RIFF') && beginning.slice(8) === 'WEBP') return 'image/webp';
  return BEGINNINGS.find(([, begins]) => beginning.startsWith(begins))?.[0];
}

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
