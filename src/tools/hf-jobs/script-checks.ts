import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import { type Findings, findingsText } from '../python-checks/findings.ts';
import { lookAtScript } from '../python-checks/look-at-script.ts';
import type { ToolContext } from '../tool.ts';
import type { ScriptSources } from './script.ts';
import type { ScriptType } from './script-command.ts';

/** A script as it would run, and what it would run in. */
type Asked = {
  script: string | undefined;
  type: ScriptType;
  /** Where it was read, where it was. */
  isFromSandbox: boolean;
  image: string;
  dependencies: readonly string[];
  /** Names of the variables that the job is given. */
  variables: readonly string[];
};

/** Images that have Python and no packages. */
const BARE = /^(?:ghcr\.io\/astral-sh\/uv|(?:docker\.io\/library\/)?python)(?:[:@]|$)/;

/**
 * Looks at a Python script before people are asked about it; undefined of other scripts. Throws an Error for
 * the model where it would fail for sure.
 */
export async function checkedScript(
  { apart, sandboxes }: ScriptSources & { apart: ParseApart },
  { script, type, isFromSandbox, image, dependencies, variables }: Asked,
  { sessionId, signal }: ToolContext,
): Promise<Findings | undefined> {
  if (script === undefined || type !== 'python') return undefined;
  const sandbox = isFromSandbox ? await sandboxes?.open(sessionId, signal) : undefined;
  const findings = await lookAtScript(
    {
      apart,
      sandbox: sandbox && { sandbox, python: 'python3' },
      asksForSignatures: true,
      runsThere: false,
    },
    script,
    { dependencies, isBare: BARE.test(image), local: NONE, variables: new Set(variables) },
    signal,
  );
  if (findings.errors.length > 0) throw new Error(`${WOULD_FAIL}\n${findingsText(findings)}`);
  return findings;
}

/** A job gets its script alone, and nothing that lies beside it. */
const NONE: ReadonlySet<string> = new Set();

const WOULD_FAIL = 'the script would fail, so people were not asked. Mend this, and propose the call again:';
