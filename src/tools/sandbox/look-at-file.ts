import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import { readFile } from '../../sandbox/files.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { findingsText, type Setting } from '../python-checks/findings.ts';
import { lookAtScript } from '../python-checks/look-at-script.ts';
import { isTraining } from '../python-checks/training.ts';
import { scriptOf } from '../script-run.ts';

type Where = { sandbox: Sandbox; apart: ParseApart };

/** In a sandbox anything may be installed, lie beside a script, or be set before it runs. */
const ANYTHING: Setting = {
  dependencies: undefined,
  isBare: false,
  local: new Set(),
  variables: undefined,
};

/** What a model is told of a file that it has just written, behind that; '' of what is no Python. */
export async function lookAtFile(
  { sandbox, apart }: Where,
  path: string,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  if (!path.endsWith('.py')) return '';
  const looking = {
    apart,
    sandbox: { sandbox, python: 'python3' },
    asksForSignatures: false,
    runsThere: false,
  };
  const { errors, doubts } = await lookAtScript(looking, text, ANYTHING, signal);
  if (errors.length === 0 && doubts.length === 0) return '';
  const said = errors.length > 0 ? 'Python can’t run it as it is' : 'Something in it may be wrong';
  return `\n${said} (it was read, not run):\n${findingsText({ errors, doubts })}`;
}

/** Larger files are no scripts. */
const SCRIPT_BYTES = 200_000;

/**
 * Why a command that begins a training script is not begun: it would fail, if often only after minutes of
 * loading. Undefined of every other command.
 */
export async function lookAtRun(
  { sandbox, apart }: Where,
  command: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const run = scriptOf(command);
  const content = run && (await readFile(sandbox, run.path, SCRIPT_BYTES, signal).catch(() => undefined));
  if (run === undefined || content?.kind !== 'file') return undefined;
  const text = content.bytes.toString();
  const isOwnPython = /^python[\d.]*$/.test(run.program);
  const looking = {
    apart,
    sandbox: isOwnPython ? { sandbox, python: run.program } : undefined,
    asksForSignatures: /Trainer|backward/.test(text),
    runsThere: true,
  };
  const findings = await lookAtScript(looking, text, ANYTHING, signal);
  const isLong = findings.facts !== undefined && isTraining(findings.facts);
  if (findings.errors.length === 0 || !(isLong || /Trainer\(|\.backward\(/.test(text))) return undefined;
  return `Nothing was run: ${run.path} would fail.\n${findingsText(findings)}`;
}
