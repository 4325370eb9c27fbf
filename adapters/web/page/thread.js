import { byId } from './elements.js';
import { messageElement } from './messages.js';

/** The messages of the thread that the page shows, in their order. */
export function createThread({ act }) {
  const log = byId('messages');
  const shown = new Map();

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;

  function put(message) {
    const old = shown.get(message.id)?.node;
    if (message.isRemoved) {
      old?.remove();
      shown.delete(message.id);
      return;
    }
    const node = messageElement(message, act);
    const isFocused = old?.contains(document.activeElement);
    const focused = isFocused ? document.activeElement : undefined;
    if (old !== undefined && shown.get(message.id).place === message.place) old.replaceWith(node);
    else {
      old?.remove();
      insert(node, message.place);
    }
    shown.set(message.id, { node, place: message.place });
    if (focused) focusLike(node, focused);
  }

  function insert(node, place) {
    const later = [...shown.values()].filter((one) => one.place > place && one.node.isConnected);
    later.sort((a, b) => a.place - b.place);
    log.insertBefore(node, later[0]?.node ?? null);
  }

  /** A message that changes is another element: the keyboard stays where it was. */
  function focusLike(node, { tagName, textContent }) {
    const same = [...node.querySelectorAll(tagName)].find((one) => one.textContent === textContent);
    (same ?? log).focus({ preventScroll: true });
  }

  return {
    clear() {
      shown.clear();
      log.replaceChildren();
    },
    /** Shows what has changed; where somebody reads further up, the page stays there. */
    show(messages) {
      const wasAtEnd = isAtEnd() || shown.size === 0;
      for (const message of messages) put(message);
      if (!wasAtEnd) return;
      log.scrollTop = log.scrollHeight;
      // What waits for somebody is read from its beginning.
      const calling = messages.findLast((one) => one.isCalling && shown.has(one.id));
      const top = calling && shown.get(calling.id).node.offsetTop - log.offsetTop;
      if (top !== undefined && top < log.scrollTop) log.scrollTop = top - 8;
    },
  };
}
