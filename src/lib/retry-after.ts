/**
 * `fetch`, with a header `retry-after` on every 429: clients of chat platforms give up for good, or ask again
 * at once and without end, where it is missing. A platform may leave it out, and what stands before one (a
 * proxy) mostly does.
 */
export const withRetryAfter =
  (send: typeof fetch, seconds: number): typeof fetch =>
  async (input, init) => {
    const response = await send(input, init);
    const isNamed = Number.parseFloat(response.headers.get('retry-after') ?? '') >= 0;
    if (response.status !== 429 || isNamed) return response;
    const headers = new Headers(response.headers);
    headers.set('retry-after', String(seconds));
    return new Response(response.body, { status: 429, statusText: response.statusText, headers });
  };
