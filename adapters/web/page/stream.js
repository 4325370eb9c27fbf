/**
 * Follows the board over server-sent events, of the list and of one thread. Every event says how far it goes,
 * but for those that have more to follow (`hasMore`); a connection that breaks is begun again from there, so
 * nothing is missed, and a message that is told again is the same message. What follows those is `isRest`.
 *
 * @param {{ news(news: object): void, state(state: 'live' | 'away' | 'out'): void }} told
 */
export function follow(told) {
  let source;
  let retry;
  let known = 0;
  let thread;

  function open() {
    source?.close();
    clearTimeout(retry);
    const query = new URLSearchParams({ after: String(known), ...(thread ? { thread } : {}) });
    source = new EventSource(`/page/events?${query}`);
    const own = source;
    let isRest = false;
    own.onopen = () => {
      isRest = false;
      told.state('live');
    };
    own.onmessage = ({ data, lastEventId }) => {
      if (own !== source) return;
      if (lastEventId !== '') known = Number(lastEventId);
      const news = JSON.parse(data);
      told.news({ ...news, isRest });
      isRest = news.hasMore;
    };
    own.onerror = async () => {
      if (own !== source) return;
      told.state('away');
      // A browser gives up where it is refused, and else goes on by itself from the last event.
      if (own.readyState !== EventSource.CLOSED) return;
      const isOut = await fetch('/page/state').then(
        ({ status }) => status === 401,
        () => false,
      );
      told.state(isOut ? 'out' : 'away');
      if (own === source) retry = setTimeout(open, isOut ? 5_000 : 1_000);
    };
  }

  return {
    /** Shows another thread: what is known of it is nothing. */
    show(other) {
      thread = other;
      known = 0;
      open();
    },
  };
}

/**
 * Sends something that changes what is there. What nobody has answered is sent again as it is, with its id,
 * so it counts once. Throws an Error with words for people where it is refused.
 */
export async function post(path, body, tries = 20) {
  for (let tried = 1; ; tried++) {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (response?.ok) return response.json();
    const isAway = response === undefined || response.status >= 500;
    if (!isAway || tried >= tries) {
      throw new Error((await response?.text())?.trim() || 'The program does not answer. Is it running?');
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 300 * tried)));
  }
}
