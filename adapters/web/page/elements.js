/**
 * Makes an element. What is given as a child is a node, or text that is text and nothing else: nothing on the
 * page is ever made of markup.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `on…` listens, `class` and others are set; false and
 *   undefined are left out
 * @param {...(Node | string | undefined | (Node | string)[])} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined));
  return made;
}

/** The element with an id, which the page has. */
export const byId = (id) => document.getElementById(id);

/** An id for what is sent: the same however often that is tried. */
export const freshId = () => crypto.randomUUID();

export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Made once, beside the first messages: making it takes longer than making all of them. */
let moments;
requestAnimationFrame(() => setTimeout(() => timeText(0)));

/** A moment as people say it. */
export function timeText(at) {
  if (at === undefined) return '';
  moments ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return moments.format(new Date(at));
}
