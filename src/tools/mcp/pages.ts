const PAGES = 20;
const ITEMS = 2_000;

/** All items of a list that comes in pages, up to a bound. A page that was there before is the end. */
export async function allPages<Item>(
  page: (
    at: { cursor: string } | Record<string, never>,
  ) => Promise<{ items: Item[]; nextCursor?: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  const seen = new Set<string>();
  for (let count = 0; count < PAGES; count++) {
    const { items, nextCursor } = await page(cursor ? { cursor } : {});
    for (const item of items.slice(0, ITEMS - all.length)) all.push(item);
    cursor = nextCursor;
    if (!cursor || seen.has(cursor) || all.length >= ITEMS) break;
    seen.add(cursor);
  }
  return all;
}
