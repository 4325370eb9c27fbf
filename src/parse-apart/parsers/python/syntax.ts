import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';
import { z } from 'zod';
import { cut } from '../../../lib/cut.ts';

/** A name, and where it stands. */
export type Named = { name: string; line: number };

/** Something that keeps Python from reading a file at all; `source` is its line. */
export type SyntaxFault = { line: number; column: number; message: string; source: string };

const Diagnostics = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    start_location: z.object({ row: z.number().int(), column: z.number().int() }),
  }),
);

/**
 * Ruff's names for what `compile()` refuses although it parses: `return`, `yield`, `await`, `break` and
 * `continue` where they can't stand, `nonlocal` and `global` that come too late, two stars in an assignment.
 * https://docs.astral.sh/ruff/rules/
 */
const NEVER_COMPILES = new Set([
  'invalid-syntax',
  ...['F701', 'F702', 'F704', 'F706', 'F707', 'F622', 'F404', 'F407'],
  ...['PLE0115', 'PLE0116', 'PLE0117', 'PLE0118'],
]);

const UNDEFINED = 'F821';

/** One of each process: it is used for one text after another. */
let workspace: Workspace | undefined;

/** The newest Python that ruff knows: what an older one refuses is no fault of the file. */
const NEWEST = 'py314';

/** Few are worth telling: the later ones mostly follow from the first. */
const MOST_FAULTS = 5;

/** What no Python could compile in a text, in order, and names that nothing in it defines. */
export function syntaxFaults(text: string): { faults: SyntaxFault[]; undefinedNames: Named[] } {
  const select = [...NEVER_COMPILES, UNDEFINED].filter((code) => code !== 'invalid-syntax');
  workspace ??= new Workspace(
    { 'target-version': NEWEST, lint: { select, preview: false } },
    PositionEncoding.Utf32,
  );
  // What the file says about linters (`# noqa`, `# ruff:`) is not meant for us.
  const told = Diagnostics.parse(workspace.check(text.replaceAll(/#(?=\s*(?:noqa|ruff|flake8)\b)/gi, '# ')));
  const lines = text.split(/\r\n|[\n\r]/);
  const named = (name: string) =>
    told.flatMap(({ code, message, start_location: { row } }) => {
      const [, what = ''] = /`([^`]+)`/.exec(message) ?? [];
      return code === name && what !== '' ? [{ name: what, line: row }] : [];
    });
  const faults = told
    .filter(({ code }) => code !== null && NEVER_COMPILES.has(code))
    .slice(0, MOST_FAULTS)
    .map(({ message, start_location: { row, column } }) => ({
      line: row,
      column,
      message: cut(message, 300),
      source: cut(lines[row - 1] ?? '', 300),
    }));
  return { faults, undefinedNames: named(UNDEFINED).slice(0, 50) };
}
