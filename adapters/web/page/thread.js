import { byId } from './elements.js';
import { messageElement } from './messages.js';

/** Messages that are made at once: more would hold up who scrolls or writes meanwhile. */
const AT_ONCE = 25;

/** The messages of the thread that the page shows, in their order. */
export function createThread({ act }) {
  const log = byId('messages');
  const placed = createPlaced(log);
  /** What is told of and not shown yet, by id. */
  let waiting = new Map();
  let next;

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;

  function put(message) {
    const old = placed.nodeOf(message.id);
    if (message.isRemoved) return placed.remove(message.id);
    const node = messageElement(message, act);
    const focused = old?.contains(document.activeElement) ? document.activeElement : undefined;
    placed.put(message.id, message.place, node);
    if (focused) focusLike(node, focused);
  }

  /** A message that changes is another element: the keyboard stays where it was. */
  function focusLike(node, { tagName, textContent }) {
    const same = [...node.querySelectorAll(tagName)].find((one) => one.textContent === textContent);
    (same ?? log).focus({ preventScroll: true });
  }

  /** Shows the newest that wait; where somebody reads further up, the page stays there. */
  function showSome() {
    next = undefined;
    const wasAtEnd = isAtEnd() || placed.size() === 0;
    const messages = [...waiting.values()].sort((a, b) => a.place - b.place).slice(-AT_ONCE);
    for (const message of messages) {
      waiting.delete(message.id);
      put(message);
    }
    log.setAttribute('aria-busy', String(waiting.size > 0));
    if (waiting.size > 0) next = setTimeout(showSome);
    if (!wasAtEnd) return;
    log.scrollTop = log.scrollHeight;
    // What waits for somebody is read from its beginning.
    const calling = messages.findLast((one) => one.isCalling && placed.nodeOf(one.id));
    const top = calling && placed.nodeOf(calling.id).offsetTop - log.offsetTop;
    if (top !== undefined && top < log.scrollTop) log.scrollTop = top - 8;
  }

  return {
    clear() {
      clearTimeout(next);
      next = undefined;
      waiting = new Map();
      placed.clear();
    },
    /** Shows what has changed, as much as there is room for at once, and the rest after that. */
    show(messages) {
      for (const message of messages) waiting.set(message.id, message);
      if (next === undefined) showSome();
    },
  };
}

/** Elements of a list by their places, each found without going through all. */
function createPlaced(list) {
  const shown = new Map();
  /** All that are shown, in order. */
  const order = [];

  /** Where the first one stands that is not before a place. */
  function indexAt(place) {
    let from = 0;
    let to = order.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (order[middle].place < place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function remove(id) {
    const old = shown.get(id);
    if (old === undefined) return;
    old.node.remove();
    order.splice(order.indexOf(old, indexAt(old.place)), 1);
    shown.delete(id);
  }

  return {
    remove,
    size: () => shown.size,
    nodeOf: (id) => shown.get(id)?.node,
    clear() {
      shown.clear();
      order.length = 0;
      list.replaceChildren();
    },
    put(id, place, node) {
      const old = shown.get(id);
      if (old?.place === place) {
        old.node.replaceWith(node);
        old.node = node;
        return;
      }
      remove(id);
      const one = { place, node };
      const at = indexAt(place);
      list.insertBefore(node, order[at]?.node ?? null);
      order.splice(at, 0, one);
      shown.set(id, one);
    },
  };
}
