import type { SyntaxNode, Tree } from '@lezer/common';
import { childrenOf, isWithin, textOf } from './tree.ts';

/** A module that a script imports; `isOptional` where it may not be reached, or its lack is dealt with. */
export type Imported = { module: string; line: number; isOptional: boolean };

/** What names of a script stand for: `SFTConfig` for `trl.SFTConfig`. */
export type Bindings = ReadonlyMap<string, string>;

/** The modules that a script imports, whole names, and what it calls them and their parts. */
export function importsOf(tree: Tree, source: string): { imports: Imported[]; bindings: Bindings } {
  const imports: Imported[] = [];
  const bindings = new Map<string, string>();
  let line = 1;
  let at = 0;
  tree.iterate({
    enter: ({ node }) => {
      if (node.name !== 'ImportStatement') return;
      for (; at < node.from; at++) if (source.charCodeAt(at) === 10) line++;
      const words = childrenOf(node)
        .filter(({ name }) => name !== 'Comment')
        .map((child) => textOf(child, source));
      const isOptional = isWithin(node, isUnsure);
      const modules = words[0] === 'from' ? fromImport(words, bindings) : plainImport(words, bindings);
      imports.push(...modules.map((module) => ({ module, line, isOptional })));
    },
  });
  return { imports, bindings };
}

/** Something tried or on a condition, or in a function that nobody may call. */
const isUnsure = (parent: SyntaxNode, child: SyntaxNode): boolean =>
  parent.name === 'FunctionDefinition' ||
  ((parent.name === 'TryStatement' || parent.name === 'IfStatement') && child.name === 'Body');

/** import a.b as c, d */
function plainImport(words: readonly string[], bindings: Map<string, string>): string[] {
  return groups(words.slice(1)).map((group) => {
    const as = group.indexOf('as');
    const module = (as === -1 ? group : group.slice(0, as)).join('');
    const [root = ''] = module.split('.');
    if (as === -1) bindings.set(root, root);
    else bindings.set(group[as + 1] ?? root, module);
    return module;
  });
}

/** from a.b import c as d, e: relative ones begin with a dot. */
function fromImport(words: readonly string[], bindings: Map<string, string>): string[] {
  const at = words.lastIndexOf('import');
  const module = words.slice(1, at).join('');
  for (const group of groups(words.slice(at + 1).filter((word) => word !== '(' && word !== ')'))) {
    const as = group.indexOf('as');
    const [name = ''] = group;
    bindings.set(as === -1 ? name : (group[as + 1] ?? name), `${module}.${name}`);
  }
  return [module];
}

/** What stands between commas. */
function groups(words: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const word of words) {
    if (word === ',') found.push([]);
    else found.at(-1)?.push(word);
  }
  return found.filter((group) => group.length > 0);
}
