import { eq, sql } from 'drizzle-orm';
import { webPages } from '../db/schema.ts';
import type { CachedPage, WebCache } from '../web/fetcher.ts';
import type { Tx } from './lease.ts';

/** Larger pages are fetched each time. */
const PAGE_CHARACTERS = 4_000_000;

/** Pages of the web, in the record: what one process has fetched, none fetches again while it holds. */
export function createWebCache(db: Tx): WebCache {
  return {
    async find(key) {
      const [row] = await db
        .update(webPages)
        .set({ usedAt: sql`now()` })
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
      const set = {
        url,
        contentType,
        text,
        etag: etag ?? null,
        lastModified: lastModified ?? null,
        freshUntil,
        usedAt: sql`now()`,
      };
      await db
        .insert(webPages)
        .values({ key, ...set })
        .onConflictDoUpdate({ target: webPages.key, set });
    },
  };
}

/** Forgets the pages that have not been used for longest, until the rest has no more than `maxCharacters`. */
export async function pruneWebPages(db: Tx, maxCharacters: number): Promise<void> {
  await db.execute(sql`
    delete from ml_intern.web_pages where key in (
      select key from (
        select key, sum(length(text)) over (order by used_at desc, key) as total from ml_intern.web_pages
      ) pages where total > ${maxCharacters})`);
}
