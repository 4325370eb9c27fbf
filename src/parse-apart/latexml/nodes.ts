import type { AnyNode, Element } from 'domhandler';

export const isElement = (node: AnyNode): node is Element =>
  node.type === 'tag' || node.type === 'script' || node.type === 'style';

export const classesOf = (node: Element): string[] => (node.attribs.class ?? '').split(/\s+/);

export const hasClass = (node: Element, ...names: readonly string[]): boolean => {
  const classes = classesOf(node);
  return names.some((name) => classes.includes(name));
};

/** The first element below one that fits, in the order of the page. */
export function findBelow(node: Element, fits: (element: Element) => boolean): Element | undefined {
  for (const child of node.children) {
    if (!isElement(child)) continue;
    if (fits(child)) return child;
    const found = findBelow(child, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text of a node as it stands in the page, but for what is no text of it. */
export function plainText(node: AnyNode): string {
  if (node.type === 'text') return node.data;
  if (!isElement(node) || /^(?:annotation|annotation-xml|script|style)$/.test(node.name)) return '';
  return node.children.map(plainText).join('');
}
