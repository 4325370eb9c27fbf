import type {
  Code,
  Definition,
  Heading,
  Link,
  Parents,
  PhrasingContent,
  Root,
  RootContent,
  Table,
  TableRow,
  Text,
} from 'mdast';

/*
 * What a tree of markdown shows otherwise than its writer meant it, and is put right from its source.
 */

type Node = RootContent;

/**
 * A tree whose references are links, and whose names, fences and rules are what they are. `parse` reads what
 * turns out to be markdown of its own.
 */
export function mended(tree: Root, source: string, parse: (markdown: string) => Root): Root {
  const scene: Scene = { source, parse, definitions: new Map(), used: new Set() };
  collect(tree, scene);
  tree.children = childrenOf(tree, scene);
  return tree;
}

type Scene = {
  source: string;
  parse: (markdown: string) => Root;
  definitions: Map<string, Definition>;
  used: Set<string>;
};

/** Where links lead whose address stands elsewhere in the text. */
function collect(node: Parents, scene: Scene): void {
  for (const child of node.children) {
    if (child.type === 'definition') {
      if (!scene.definitions.has(child.identifier)) scene.definitions.set(child.identifier, child);
    } else if (child.type === 'linkReference' || child.type === 'imageReference') {
      scene.used.add(child.identifier);
    }
    if ('children' in child) collect(child, scene);
  }
}

const childrenOf = (node: Parents, scene: Scene): Node[] =>
  node.children.flatMap((child) => mendedNode(child, scene));

function mendedNode(node: Node, scene: Scene): Node[] {
  switch (node.type) {
    case 'strong':
      return isName(node, scene) ? [textOf(sliceOf(node, scene))] : [within(node, scene)];
    case 'code':
      return codeOf(node, scene);
    case 'table':
      return [tableOf(node, scene)];
    case 'heading':
      return headingOf(node, scene);
    case 'link':
      return addressOf(node, scene);
    case 'linkReference': {
      const url = scene.definitions.get(node.identifier)?.url ?? '';
      const isMark = node.referenceType !== 'full' && /^\d{1,3}$/.test(node.identifier);
      const children = isMark ? [textOf(`[${node.identifier}]`)] : node.children;
      return [within({ type: 'link', url, children }, scene)];
    }
    case 'imageReference':
      return [{ type: 'image', url: scene.definitions.get(node.identifier)?.url ?? '', alt: node.alt ?? '' }];
    case 'definition':
      return scene.used.has(node.identifier) ? [] : [definitionText(node)];
    default:
      return [within(node, scene)];
  }
}

/** A node with its children mended. */
function within<N extends Node>(node: N, scene: Scene): N {
  if ('children' in node) Object.assign(node, { children: childrenOf(node, scene) });
  return node;
}

const textOf = (value: string): Text => ({ type: 'text', value });

function sliceOf({ position }: Node, { source }: Scene): string {
  return source.slice(position?.start.offset ?? 0, position?.end.offset ?? 0);
}

/** Names such as `__init__` are not bold. */
const isName = (node: Node, scene: Scene): boolean => /^__[a-z][a-z0-9_]*__$/.test(sliceOf(node, scene));

/** An address that nobody refers to is a line of a list of sources. */
const definitionText = ({ label, identifier, url, title }: Definition): Node => ({
  type: 'paragraph',
  children: [
    textOf(`[${label ?? identifier}]: `),
    { type: 'link', url, children: [textOf(url)] },
    ...(title ? [textOf(` ${title}`)] : []),
  ],
});

const FENCE = /^\s*(`{3,}|~{3,})/;

function codeOf(node: Code, scene: Scene): Node[] {
  const source = sliceOf(node, scene);
  const [first = ''] = source.split('\n', 1);
  // Four blanks before a fence make it code of the older kind, which nobody writes on purpose.
  const isIndented =
    FENCE.test(node.value) &&
    node.value.split('\n', 1)[0]?.trim() === first.trim() &&
    node.value.split('\n').length === source.split('\n').length;
  if (isIndented) return scene.parse(node.value).children;
  const [, whole, inside = ''] = /^\s*(~{3,})([^~\n]+)\1\s*$/.exec(first) ?? [];
  if (whole === undefined) return [node];
  const rest = source.slice(first.length + 1);
  return [
    { type: 'paragraph', children: [{ type: 'inlineCode', value: inside.trim() }] },
    ...(rest.trim() === '' ? [] : scene.parse(rest).children),
  ];
}

/** A line of dashes makes a heading of a short line, and is a rule below sentences. */
function headingOf(node: Heading, scene: Scene): Node[] {
  const lines = sliceOf(node, scene).split('\n');
  const isUnderlined = node.depth === 2 && lines.length > 1;
  const title = lines[0] ?? '';
  const isTitle = lines.length === 2 && title.length <= 80 && !/[.:;,!?|…]$/.test(title.trimEnd());
  if (!isUnderlined || isTitle) return [within(node, scene)];
  return [within({ type: 'paragraph', children: node.children }, scene), { type: 'thematicBreak' }];
}

/** A bar within code ends no cell, where the row has too many otherwise. */
function tableOf(node: Table, scene: Scene): Table {
  const columns = node.children[0]?.children.length ?? 0;
  const children = node.children.map((row): TableRow => {
    if (row.children.length <= columns) return within(row, scene);
    const texts = cellsOf(sliceOf(row, scene));
    if (texts.length > columns) return within(row, scene);
    return {
      type: 'tableRow',
      children: texts.map((text) => ({ type: 'tableCell', children: inlineOf(text, scene) })),
    };
  });
  return { ...node, children };
}

/** The cells of a row; what stands between backticks is one piece. */
const cellsOf = (row: string): string[] =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .match(/(?:\\.|`[^`]*`|[^|`]|`)+/g)
    ?.map((cell) => cell.trim()) ?? [];

function inlineOf(text: string, { parse }: Scene): PhrasingContent[] {
  const [first] = parse(text).children;
  return first?.type === 'paragraph' ? first.children : [textOf(text)];
}

/** Punctuation of Chinese, Japanese and Korean ends an address that stands in the text by itself. */
function addressOf(node: Link, scene: Scene): Node[] {
  const [only] = node.children;
  const isBare = node.children.length === 1 && only?.type === 'text' && sliceOf(node, scene) === only.value;
  const at = isBare ? only.value.search(/[\u3000-\u303f\uff00-\uffef]/) : -1;
  if (!isBare || at <= 0) return [within(node, scene)];
  const url = node.url.slice(0, node.url.length - encodeURI(only.value).length);
  const shown = only.value.slice(0, at);
  return [{ type: 'link', url: `${url}${shown}`, children: [textOf(shown)] }, textOf(only.value.slice(at))];
}
