const PAGES = 20;

/** All items of a list that comes in pages, up to a bound. */
export async function allPages<Item>(
  page: (
    at: { cursor: string } | Record<string, never>,
  ) => Promise<{ items: Item[]; nextCursor?: string | undefined }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < PAGES; count++) {
    const { items, nextCursor } = await page(cursor ? { cursor } : {});
    all.push(...items);
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return all;
}
