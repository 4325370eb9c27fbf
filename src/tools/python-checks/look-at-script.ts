import { wholeBeginning } from '../../lib/cut.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import type { ScriptFacts } from '../../parse-apart/parsers/python/script-facts.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { checkPython } from './check.ts';
import type { Finding, Findings, Setting } from './findings.ts';
import { type Asked, type Interpreted, interpreted } from './interpreter.ts';
import { requirementOf } from './packages.ts';

/** Where a script is read, and where there may be a Python that is asked too. */
export type Looking = {
  apart: ParseApart;
  /** The sandbox that the script lies in, with the name of its Python. */
  sandbox: { sandbox: Sandbox; python: string } | undefined;
  /** Whether signatures are looked up among that Python's packages, which takes a while. */
  asksForSignatures: boolean;
  /** Whether the script is about to run there, with those packages. */
  runsThere: boolean;
};

/** All that can be said of a Python script before any of it runs. */
export async function lookAtScript(
  { apart, sandbox, asksForSignatures, runsThere }: Looking,
  text: string,
  setting: Setting,
  signal: AbortSignal,
): Promise<Findings> {
  const parsed = await apart.parse('python', text, signal);
  const file = parsed.ok ? parsed.value : { kind: 'unread' as const, reason: parsed.reason };
  const findings = checkPython(file, { ...setting, isBare: setting.isBare && !ADDS_MODULES.test(text) });
  const hasFaults = file.kind === 'read' && file.faults.length > 0;
  const calls = asksForSignatures && findings.facts ? callsOf(findings.facts) : [];
  if (sandbox === undefined || file.kind === 'unread' || (!hasFaults && calls.length === 0)) return findings;
  const answer = await interpreted(sandbox, text, hasFaults ? [] : calls, signal);
  if (answer === undefined) return findings;
  if (hasFaults) return withFault(findings, answer, text);
  return withSignatures(findings, answer, { setting, runsThere });
}

/** A script that installs packages, writes modules or looks for them elsewhere has what nobody here knows. */
const ADDS_MODULES =
  /\b(?:pip3?|uv|conda|mamba)\b\W{1,12}(?:pip\W{1,6})?install\b|\bsys\.path\b|\baddsitedir\b|\bgit\W{1,6}clone\b|[\w/]\.py["']/;

/** An error takes both to say so; its words are Python's own. */
function withFault(findings: Findings, { fault, version }: Interpreted, text: string): Findings {
  if (fault === null) return { ...findings, errors: [] };
  const { line, column, message } = fault;
  const source = wholeBeginning(text.split(/\r\n|[\n\r]/)[line - 1]?.trim() ?? '', 300);
  const told = { line, text: `column ${column}: ${message} (Python ${version}) — \`${source}\`` };
  const isMagic = findings.errors.some((error) => error.line === line && error.text.includes('notebooks'));
  return { ...findings, errors: isMagic ? findings.errors : [told] };
}

function withSignatures(
  findings: Findings,
  { fault, version, unknown }: Interpreted,
  { setting, runsThere }: { setting: Setting; runsThere: boolean },
): Findings {
  const { errors, doubts } = findings;
  const told = new Set([...errors, ...doubts].map(({ line }) => line));
  const own = unknown.flatMap((one) => (told.has(one.line) ? [] : [{ one, finding: unknownFinding(one) }]));
  const isSure = (of: string) => runsThere || isPinnedTo(setting, of);
  const sure = own.filter(({ one }) => isSure(one.package)).map(({ finding }) => finding);
  const unsure = own.filter(({ one }) => !isSure(one.package)).map(({ finding }) => finding);
  const refused: Finding[] =
    fault === null
      ? []
      : [{ line: fault.line, text: `the sandbox's Python ${version} does not take this: ${fault.message}` }];
  return { ...findings, errors: [...errors, ...sure], doubts: [...doubts, ...unsure, ...refused] };
}

function unknownFinding({
  callee,
  line,
  keyword,
  package: of,
  takes,
}: Interpreted['unknown'][number]): Finding {
  const near = takes.length > 0 ? `; it has ${takes.map((name) => `\`${name}\``).join(', ')}` : '';
  return { line, text: `${callee} has no argument \`${keyword}\` in ${of}${near}` };
}

/** Whether a script gets the very version of a package, `name 1.2.3`, that was looked at. */
function isPinnedTo({ dependencies = [] }: Setting, of: string): boolean {
  const [name = '', version = ''] = of.split(' ');
  const pinned = requirementOf(name)?.name;
  return dependencies.some((text) => {
    const requirement = requirementOf(text);
    return requirement?.name === pinned && requirement?.specifier.replace(/\s/g, '') === `==${version}`;
  });
}

/** Calls of what was imported, by the whole name of it, with keywords that could be wrong. */
function callsOf({ calls, imports }: ScriptFacts): Asked[] {
  const roots = new Set(imports.map(({ module }) => module.split('.')[0]));
  return calls.flatMap(({ callee, line, keywords }) =>
    keywords.length > 0 && callee.includes('.') && roots.has(callee.split('.')[0])
      ? [{ callee, line, keywords: keywords.map(({ name }) => name) }]
      : [],
  );
}
