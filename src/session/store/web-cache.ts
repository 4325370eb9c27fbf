import { eq } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { webPages } from '../../db/schema/tools.ts';
import type { CachedPage, WebCache } from '../../web/fetcher.ts';

/** Larger pages are fetched each time. */
const PAGE_CHARACTERS = 4_000_000;

/** Pages of the web, in the record: what one process has fetched, none fetches again while it holds. */
export function createWebCache(db: Db): WebCache {
  return {
    async find(key) {
      const [row] = await db
        .update(webPages)
        .set({ usedAt: db.clock.now() })
        .where(eq(webPages.key, key))
        .returning();
      if (row === undefined) return undefined;
      const { url, contentType, text, etag, lastModified, freshUntil } = row;
      return {
        url,
        contentType,
        text,
        etag: etag ?? undefined,
        lastModified: lastModified ?? undefined,
        freshUntil,
      } satisfies CachedPage;
    },
    async keep(key, { url, contentType, text, etag, lastModified, freshUntil }) {
      if (text.length > PAGE_CHARACTERS || text.includes('\0')) return; // Postgres keeps no NUL
      if ((await db.redaction.long(text)) !== text) return; // what is read of it has to be what it says
      const set = {
        url,
        contentType,
        text,
        etag: etag ?? null,
        lastModified: lastModified ?? null,
        freshUntil,
        usedAt: db.clock.now(),
      };
      await db
        .insert(webPages)
        .values({ key, ...set })
        .onConflictDoUpdate({ target: webPages.key, set });
    },
  };
}
