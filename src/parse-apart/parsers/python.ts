import { parser } from '@lezer/python';
import { inlineMetadata, type Metadata } from './python/inline-metadata.ts';
import { type ScriptFacts, scriptFacts } from './python/script-facts.ts';
import { type Named, type SyntaxFault, syntaxFaults } from './python/syntax.ts';
import { depthOf } from './python/tree.ts';

/** What a Python file says, without running any of it. Lines count from 1, columns too. */
export type PythonFile =
  | { kind: 'read'; faults: SyntaxFault[]; undefinedNames: Named[]; metadata: Metadata; facts: ScriptFacts }
  /** It is larger, or nested deeper, than can be looked at: nothing is known of it. */
  | { kind: 'unread'; reason: string };

/** Many times what people write. */
const MOST_CHARACTERS = 1_000_000;

/** CPython itself gives up at 200 brackets; the parser of faults has a stack for more than this. */
const DEEPEST = 600;

/** Reads a Python file. Throws nothing for whatever it holds, but what the stack or the memory end. */
export function readPython(text: string): PythonFile {
  const source = text.replace(/^\uFEFF/, '');
  if (source.length > MOST_CHARACTERS) return { kind: 'unread', reason: 'it is longer than a script' };
  const tree = parser.parse(source);
  if (depthOf(tree) > DEEPEST) return { kind: 'unread', reason: 'it is nested deeper than can be read' };
  const { faults, undefinedNames } = syntaxFaults(source);
  return {
    kind: 'read',
    faults,
    undefinedNames,
    metadata: inlineMetadata(source),
    facts: scriptFacts(tree, source),
  };
}
