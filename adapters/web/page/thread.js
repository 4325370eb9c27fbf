import { byId } from './elements.js';
import { roughHeight } from './heights.js';
import { changedElement, messageElement } from './messages.js';
import { createPlaced } from './placed.js';

/**
 * Messages that are made at once, and how long at most: more would hold up who scrolls or writes meanwhile.
 * A frame of 16 ms has room for this and for what the browser makes of it.
 */
const AT_ONCE = 12;
const AT_ONCE_MS = 6;

/** The messages of the thread that the page shows, in their order. */
export function createThread({ act }) {
  const log = byId('messages');
  const placed = createPlaced(log);
  /** What is told of and not shown yet, by id. */
  const waiting = new Map();
  let hasMore = false;
  const frame = createFrame(showSome);

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;

  /** Shows the newest that wait; where somebody reads further up, the page stays there. */
  function showSome() {
    const until = performance.now() + AT_ONCE_MS;
    const wasAtEnd = isAtEnd() || placed.size() === 0;
    const end = placed.end();
    const columns = log.clientWidth / 9;
    const shown = [];
    for (const message of newest(waiting)) {
      waiting.delete(message.id);
      put({ log, placed, act, columns }, message);
      shown.push(message);
      if (performance.now() > until) break;
    }
    log.setAttribute('aria-busy', String(hasMore || waiting.size > 0));
    if (waiting.size > 0) frame.ask();
    if (wasAtEnd && shown.length > 0) followEnd(log, placed, shown, end);
  }

  return {
    clear() {
      frame.cancel();
      waiting.clear();
      placed.clear();
    },
    /**
     * Shows what has changed, as much as there is room for at once, and the rest after that. `isGoingOn`:
     * more is told in a moment.
     */
    show(messages, isGoingOn = false) {
      for (const message of messages) waiting.set(message.id, message);
      hasMore = isGoingOn;
      frame.ask();
    },
  };
}

/** The newest that wait, and what is gone before them, which has no place. */
function newest(waiting) {
  const placeOf = ({ place }) => place ?? Number.MAX_SAFE_INTEGER;
  return [...waiting.values()].sort((a, b) => placeOf(b) - placeOf(a)).slice(0, AT_ONCE);
}

/**
 * Does something once a frame, however often it is asked for meanwhile. A page that is out of sight has no
 * frames.
 */
function createFrame(work) {
  let next;
  return {
    ask() {
      if (next !== undefined) return;
      const own = () => {
        if (own !== next) return;
        next = undefined;
        work();
      };
      next = own;
      if (document.hidden) setTimeout(own);
      else requestAnimationFrame(own);
    },
    cancel() {
      next = undefined;
    },
  };
}

function put({ log, placed, act, columns }, message) {
  const { id, place, isRemoved } = message;
  if (isRemoved) return placed.remove(id);
  const old = placed.nodeOf(id);
  const focused = old?.contains(document.activeElement) ? document.activeElement : undefined;
  const node = old ? changedElement(old, message, act) : messageElement(message, act);
  placed.put(id, place, node, node === old ? undefined : roughHeight(message, columns));
  if (focused && !focused.isConnected) focusLike(log, node, focused);
}

/** What changes is another element: the keyboard stays where it was. */
function focusLike(log, node, { tagName, textContent }) {
  const same = [...node.querySelectorAll(tagName)].find((one) => one.textContent === textContent);
  (same ?? log).focus({ preventScroll: true });
}

/** Goes on to what is shown behind the end; what waits for somebody is read from its beginning. */
function followEnd(log, placed, shown, end) {
  log.scrollTop = log.scrollHeight;
  const calling = shown.find(({ id, isCalling, place }) => isCalling && place > end && placed.nodeOf(id));
  if (calling === undefined) return;
  const above = placed.nodeOf(calling.id).getBoundingClientRect().top - log.getBoundingClientRect().top;
  if (above < 0) log.scrollTop += above - 8;
}
