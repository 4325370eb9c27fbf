import { byId, element } from './elements.js';

/** The list is asked for again so often, while somebody looks at the page. */
const LIST_MS = 60_000;

const STANDINGS = { working: 'Working', waiting: 'Waiting', idle: '', closed: 'Closed' };

/**
 * Threads of other platforms, which are read here and answered there.
 *
 * @param {{ messages: { clear(): void, show(news: object[]): void }, opened(): string | undefined,
 *   changed(): void }} page
 */
export function createElsewhere({ messages, opened, changed }) {
  let source;
  /** The thread that is open, as far as it is known. */
  let open;

  function take({ isGone, thread, url, messages: news }) {
    open = isGone ? { title: 'Not here' } : thread;
    if (isGone) {
      source.close();
      messages.clear();
      note('You can’t read this thread, or it is no longer there.');
    } else {
      messages.show(news);
      const there = url ? [' ', element('a', { href: url }, 'Open it there')] : [];
      note(`This thread is in ${thread.platform}: answer and approve there.`, ...there);
    }
    changed();
  }

  function show(session) {
    source?.close();
    open = session === undefined ? undefined : {};
    note();
    void list(opened());
    if (session === undefined) return;
    source = new EventSource(`/page/elsewhere/events?session=${encodeURIComponent(session)}`);
    const own = source;
    let isFirst = true;
    // Told anew, all of it stands where it did.
    own.onopen = () => {
      if (!isFirst) messages.clear();
      isFirst = false;
    };
    own.onmessage = ({ data }) => {
      if (own === source) take(JSON.parse(data));
    };
  }

  setInterval(() => {
    if (!document.hidden) void list(opened());
  }, LIST_MS);

  return { show, shown: () => open };
}

const note = (...said) => byId('read-only').replaceChildren(...said);

/** Lists what can be read; `opened` is the session that is. */
async function list(opened) {
  const response = await fetch('/page/elsewhere').catch(() => undefined);
  if (!response?.ok) return;
  const threads = await response.json();
  byId('elsewhere').hidden = threads.length === 0;
  byId('elsewhere-list').replaceChildren(...threads.map((thread) => listed(thread, opened)));
}

function listed({ session, platform, title, standing }, opened) {
  const said = [platform, STANDINGS[standing]].filter(Boolean).join(' · ');
  const attributes = {
    href: `/#~${encodeURIComponent(session)}`,
    'aria-current': session === opened ? 'page' : undefined,
  };
  const name = element('span', { class: 'title' }, title ?? 'Untitled');
  return element('li', {}, element('a', attributes, name, element('span', { class: 'standing' }, said)));
}
