import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { SyntaxFault } from '../../parse-apart/parsers/python/syntax.ts';
import type { PythonFile } from '../../parse-apart/parsers/python.ts';
import type { Finding, Findings, Setting } from './findings.ts';
import { importFindings } from './imports.ts';
import { argumentFindings } from './keyword-arguments.ts';
import { variableFindings } from './variables.ts';

/** Judges a Python file by what it says and by where it is to run. Runs nothing, and asks nobody. */
export function checkPython(file: PythonFile, setting: Setting): Findings {
  if (file.kind === 'unread') {
    const text = `this script was not looked at before it runs: ${file.reason}`;
    return { errors: [], doubts: [{ line: undefined, text }], facts: undefined };
  }
  const { faults, undefinedNames, metadata, facts } = file;
  if (faults.length > 0) return { errors: firstOfLines(faults).map(faultFinding), doubts: [], facts };
  const dependencies =
    setting.dependencies === undefined && !metadata.hasBlock
      ? undefined
      : [...(setting.dependencies ?? []), ...metadata.dependencies];
  const known = { ...setting, dependencies };
  const parts = [
    importFindings(facts, known),
    argumentFindings(facts, known),
    variableFindings(facts, known),
  ];
  const once = [...new Map(undefinedNames.toReversed().map((one) => [one.name, one])).values()].toReversed();
  const names = isInteractive(facts) ? [] : once.slice(0, 5);
  return {
    errors: parts.flatMap(({ errors }) => errors),
    doubts: [
      ...parts.flatMap(({ doubts }) => doubts),
      ...names.map(({ name, line }) => ({ line, text: `\`${name}\` is not defined anywhere` })),
    ],
    facts,
  };
}

/** Names may come from somewhere that nobody sees. */
const isInteractive = ({ calls }: ScriptFacts): boolean =>
  calls.some(({ callee }) => callee === 'exec' || callee === 'globals' || callee.endsWith('get_ipython'));

/** What follows in the same line is mostly what the first one leads to. */
const firstOfLines = (faults: readonly SyntaxFault[]): SyntaxFault[] =>
  faults.filter(({ line }, i) => faults.findIndex((other) => other.line === line) === i);

function faultFinding({ line, column, message, source }: SyntaxFault): Finding {
  const isMagic = /^\s*[!%]{1,2}\s*\w/.test(source);
  const what = isMagic
    ? 'a command of notebooks, which is no Python: install packages by `dependencies`, run programs with subprocess'
    : message;
  return { line, text: `column ${column}: ${what} — \`${source.trim()}\`` };
}
