/** A list whose pages lead on and on: it is not read to its end. */
class TooManyPages extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'TooManyPages';
  }
}

/** The Hub gives some hundred entries a page, of files a thousand. */
const PAGES = 100;

/** What a call of @huggingface/hub is made with, for one list that comes in pages. */
export const paged = <Access extends { fetch: typeof fetch }>(access: Access): Access => ({
  ...access,
  fetch: pagedFetch(access.fetch),
});

/**
 * A fetch for one list that comes in pages (https://huggingface.co/docs/hub/api: `Link`, `rel="next"`), as
 * the calls of @huggingface/hub follow them. Throws TooManyPages where a page leads to one that was read
 * before, or to another host, which would be shown the token, and after 100 of them.
 */
function pagedFetch(send: typeof fetch): typeof fetch {
  const read = new Set<string>();
  let origin: string | undefined;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    origin ??= url.origin;
    if (url.origin !== origin) throw new TooManyPages(`the list goes on at ${url.host}, which is not asked`);
    if (read.has(url.href)) throw new TooManyPages('the list leads back to a page that was read before');
    if (read.size >= PAGES) throw new TooManyPages(`the list has more than ${PAGES} pages: ask for a part`);
    read.add(url.href);
    return send(input, init);
  };
}
