import type { SyntaxNode, Tree } from '@lezer/common';

/** How deep a tree goes, in time that grows with its size alone. */
export function depthOf(tree: Tree): number {
  let depth = 0;
  let deepest = 0;
  tree.iterate({
    enter: () => {
      depth++;
      deepest = Math.max(deepest, depth);
    },
    leave: () => {
      depth--;
    },
  });
  return deepest;
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

export const textOf = (node: SyntaxNode, source: string): string => source.slice(node.from, node.to);

/** Whether a node stands in one that satisfies something. */
export function isWithin(
  node: SyntaxNode,
  holds: (parent: SyntaxNode, child: SyntaxNode) => boolean,
): boolean {
  for (let at = node; at.parent !== null; at = at.parent) if (holds(at.parent, at)) return true;
  return false;
}

/**
 * The text of a string literal, or of several that stand side by side; undefined of what is none, or is
 * filled in as the script runs.
 */
export function stringOf(node: SyntaxNode, source: string): string | undefined {
  if (node.name === 'ContinuedString') {
    const parts = childrenOf(node).map((child) => stringOf(child, source));
    return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
  }
  if (node.name !== 'String') return undefined;
  const [, prefix = '', quote = '', text] =
    /^([A-Za-z]*)("""|'''|"|')([\s\S]*)\2$/.exec(textOf(node, source)) ?? [];
  if (text === undefined || quote === '') return undefined;
  return /r/i.test(prefix) ? text : text.replaceAll(/\\([\\'"])/g, '$1');
}

/** `a.b.c` of names alone; undefined of anything else. */
export function dottedOf(node: SyntaxNode, source: string): string | undefined {
  if (node.name === 'VariableName') return textOf(node, source);
  if (node.name !== 'MemberExpression') return undefined;
  const names: string[] = [];
  let at: SyntaxNode = node;
  while (at.name === 'MemberExpression') {
    const property = at.lastChild;
    const object = at.firstChild;
    if (property?.name !== 'PropertyName' || object === null) return undefined;
    names.unshift(textOf(property, source));
    at = object;
  }
  return at.name === 'VariableName' ? [textOf(at, source), ...names].join('.') : undefined;
}
