import type { SyntaxNode, Tree } from '@lezer/common';
import { wholeBeginning } from '../../../lib/cut.ts';
import { type Bindings, type Imported, importsOf } from './imports.ts';
import { childrenOf, dottedOf, isWithin, stringOf, textOf } from './tree.ts';

/** What is passed by name: a literal's text, or how it is written where it is none. */
export type Value =
  | { kind: 'text'; text: string }
  | { kind: 'constant'; text: string }
  | { kind: 'computed'; text: string };

type Keyword = { name: string; line: number; value: Value };

/** A call, by the name of what is called as its imports say it: `trl.SFTConfig`. */
export type Call = {
  callee: string;
  line: number;
  keywords: Keyword[];
  /** The first argument without a name. */
  first: Value | undefined;
  hasSpread: boolean;
};

/** A variable of the environment; `isNeeded` where the script fails without it. */
type ReadVariable = { name: string; line: number; isNeeded: boolean; hasDefault: boolean };

export type ScriptFacts = {
  imports: Imported[];
  calls: Call[];
  reads: ReadVariable[];
  /** Variables of the environment that it sets itself. */
  sets: string[];
  /** Keys of dictionaries that are arguments elsewhere: `{"push_to_hub": True}`. */
  keys: Keyword[];
};

/** More are not looked at. */
const MOST_CALLS = 5_000;

/** What a script imports, calls and reads. */
export function scriptFacts(tree: Tree, source: string): ScriptFacts {
  const { imports, bindings } = importsOf(tree, source);
  const scope: Scope = { source, bindings, texts: constantsOf(tree, source), lineAt: lines(source) };
  const facts: ScriptFacts = { imports, calls: [], reads: [], sets: [], keys: [] };
  tree.iterate({
    enter: ({ node }) => {
      if (node.name === 'CallExpression' && facts.calls.length < MOST_CALLS) takeCall(scope, facts, node);
      if (node.name === 'MemberExpression') takeSubscript(scope, facts, node);
      if (node.name === 'DictionaryExpression') takeKeys(scope, facts, node);
    },
  });
  return facts;
}

type Scope = {
  source: string;
  bindings: Bindings;
  /** Names that hold one text in all of the script. */
  texts: ReadonlyMap<string, string>;
  lineAt(offset: number): number;
};

function takeCall(scope: Scope, facts: ScriptFacts, node: SyntaxNode): void {
  const { lineAt } = scope;
  const [called, list] = childrenOf(node);
  if (called === undefined || list?.name !== 'ArgList') return;
  const name = calleeOf(scope, called);
  const { keywords, positional, hasSpread } = argumentsOf(scope, list);
  const line = lineAt(node.from);
  const [first] = positional;
  if (name === 'os.getenv' || name === 'os.environ.get') {
    if (first?.kind === 'text') {
      const hasDefault = positional.length > 1 || keywords.length > 0;
      facts.reads.push({ name: first.text, line, isNeeded: false, hasDefault });
    }
  } else if (/^os\.(?:environ\.setdefault|putenv)$/.test(name) && first?.kind === 'text') {
    facts.sets.push(first.text);
  } else if (name === 'os.environ.update') facts.sets.push(...keywords.map((keyword) => keyword.name));
  facts.calls.push({ callee: name, line, keywords, first, hasSpread });
}

/** What is called, with what its imports make of its first name; `?.name` of what is computed. */
function calleeOf({ source, bindings }: Scope, called: SyntaxNode): string {
  const dotted = dottedOf(called, source);
  if (dotted === undefined) {
    const last = called.name === 'MemberExpression' ? called.lastChild : undefined;
    return last?.name === 'PropertyName' ? `?.${textOf(last, source)}` : '?';
  }
  const [head = '', ...rest] = dotted.split('.');
  return [bindings.get(head) ?? head, ...rest].join('.');
}

function argumentsOf(scope: Scope, list: SyntaxNode) {
  const parts = childrenOf(list).filter(({ name }) => name !== 'Comment');
  const keywords: Keyword[] = [];
  const positional: Value[] = [];
  let hasSpread = false;
  let at: SyntaxNode[] = [];
  const take = () => {
    const [first, second, third] = at;
    if (first?.name === '*' || first?.name === '**') hasSpread = true;
    else if (first?.name === 'VariableName' && second?.name === 'AssignOp' && third !== undefined) {
      const name = textOf(first, scope.source);
      keywords.push({ name, line: scope.lineAt(first.from), value: valueFrom(scope, third) });
    } else if (first !== undefined) positional.push(valueFrom(scope, first));
    at = [];
  };
  for (const part of parts) {
    if (part.name === '(' || part.name === ')') continue;
    if (part.name === ',') take();
    else at.push(part);
  }
  take();
  return { keywords, positional, hasSpread };
}

function valueFrom({ source, texts }: Scope, node: SyntaxNode): Value {
  const literal = stringOf(node, source);
  if (literal !== undefined) return { kind: 'text', text: literal };
  const text = wholeBeginning(textOf(node, source), 200);
  if (node.name === 'VariableName') {
    const known = texts.get(text);
    if (known !== undefined) return { kind: 'text', text: known };
  }
  const isLiteral = ['Boolean', 'None', 'Number'].includes(node.name);
  return isLiteral ? { kind: 'constant', text } : { kind: 'computed', text };
}

/** `os.environ["NAME"]`, read, set or deleted. */
function takeSubscript(scope: Scope, facts: ScriptFacts, node: SyntaxNode): void {
  const { source, bindings, lineAt } = scope;
  const [object, bracket, index] = childrenOf(node);
  if (object === undefined || bracket?.name !== '[' || index === undefined) return;
  const dotted = dottedOf(object, source);
  const [head = '', ...rest] = dotted?.split('.') ?? [];
  if ([bindings.get(head) ?? head, ...rest].join('.') !== 'os.environ') return;
  const value = valueFrom(scope, index);
  if (value.kind !== 'text') return;
  const { parent } = node;
  const isSet =
    parent?.name === 'AssignStatement' && parent.firstChild?.from === node.from && !isAfterSign(parent, node);
  if (isSet || parent?.name === 'DeleteStatement') facts.sets.push(value.text);
  else {
    const isNeeded = !isWithin(node, isOptional);
    facts.reads.push({ name: value.text, line: lineAt(node.from), isNeeded, hasDefault: false });
  }
}

const isAfterSign = (statement: SyntaxNode, node: SyntaxNode): boolean => {
  const sign = childrenOf(statement).find(({ name }) => name === 'AssignOp');
  return sign !== undefined && node.from > sign.from;
};

/** What need not happen as a script runs: something tried, something on a condition, a function. */
const isOptional = (parent: SyntaxNode, child: SyntaxNode): boolean =>
  parent.name === 'FunctionDefinition' ||
  parent.name === 'LambdaExpression' ||
  ((parent.name === 'IfStatement' || parent.name === 'TryStatement') && child.name === 'Body') ||
  parent.name === 'ConditionalExpression' ||
  parent.name === 'BinaryExpression';

function takeKeys(scope: Scope, facts: ScriptFacts, node: SyntaxNode): void {
  const parts = childrenOf(node);
  for (const [i, part] of parts.entries()) {
    const value = parts[i + 2];
    if (parts[i + 1]?.name !== ':' || value === undefined) continue;
    const name = stringOf(part, scope.source);
    if (name === undefined || !/^[a-z_]\w*$/i.test(name)) continue;
    facts.keys.push({ name, line: scope.lineAt(part.from), value: valueFrom(scope, value) });
  }
}

/** Names that are given one text at the top of a script, and nothing else anywhere. */
function constantsOf(tree: Tree, source: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const changed = new Set<string>();
  tree.iterate({
    enter: ({ node }) => {
      if (node.name !== 'AssignStatement' && node.name !== 'UpdateStatement') return;
      const [target, ...rest] = childrenOf(node);
      if (target?.name !== 'VariableName') return;
      const name = textOf(target, source);
      const value = rest.at(-1);
      const text = value && stringOf(value, source);
      if (text === undefined || texts.has(name)) changed.add(name);
      else texts.set(name, text);
    },
  });
  for (const name of changed) texts.delete(name);
  return texts;
}

/** The line of an offset, by halving. */
function lines(source: string): (offset: number) => number {
  const begins = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let low = 0;
    let high = begins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((begins[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
