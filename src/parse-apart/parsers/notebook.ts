import { z } from 'zod';
import { wholeBeginning } from '../../lib/cut.ts';
import { fileKind } from '../../lib/file-kinds.ts';
import { parsedJson } from '../../lib/json.ts';
import { withoutAnsi } from '../../lib/output.ts';
import { decodedText } from '../../lib/text-encoding.ts';

/** A text, as one or as its lines; what is neither is none. */
const lines = z
  .union([z.string(), z.array(z.string()).transform((parts) => parts.join(''))])
  .optional()
  .catch(undefined);

/** Of version 4 what is shown is in `data`, by its kind; before, beside it, by a short name. */
const Output = z.looseObject({
  output_type: z.string().catch(''),
  text: lines,
  ename: lines,
  evalue: lines,
  traceback: z.array(z.string()).optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type Output = z.infer<typeof Output>;

/** Before version 4 a cell's code was its `input`, and headings were cells with a level. */
const Cell = z.object({
  cell_type: z.string().catch('raw'),
  level: z.int().min(1).max(6).catch(1),
  source: lines,
  input: lines,
  outputs: z.array(Output).catch([]),
});
type Cell = z.infer<typeof Cell>;

const Cells = z.object({ cells: z.array(Cell) });

/** Before version 4 the cells stood in worksheets. */
const Worksheets = z
  .object({ worksheets: z.array(z.object({ cells: z.array(Cell).default([]) })) })
  .transform(({ worksheets }) => ({ cells: worksheets.flatMap(({ cells }) => cells) }));

/**
 * Version 4: https://nbformat.readthedocs.io/en/latest/format_description.html. Versions 2 and 3, which are
 * still published: https://github.com/jupyter/nbformat/blob/main/nbformat/v3/nbformat.v3.schema.json.
 */
const Notebook = z.union([Cells, Worksheets]);

const OUTPUT = 600;

/** More of a notebook nobody reads. */
const CHARACTERS = 2_000_000;

/**
 * A notebook as its texts and code, with the beginning of what was printed and the end of what went wrong;
 * what is no notebook stays as it is. Throws where it is no text at all, or stands in a notebook's place.
 */
export function notebookText(bytes: Uint8Array): string {
  const kind = fileKind(bytes);
  if (kind !== undefined) throw new Error(`it is ${kind.what}${kind.mend ? ` (${kind.mend})` : ''}`);
  const decoded = decodedText(bytes);
  if (!decoded.ok) throw new Error(`it ${decoded.reason}`);
  return textOf(decoded.text).slice(0, CHARACTERS);
}

function textOf(json: string): string {
  const notebook = Notebook.safeParse(parsedJson(json)).data;
  if (notebook === undefined) return json;
  if (notebook.cells.length === 0) return '(a notebook without cells)';
  return notebook.cells
    .map((cell, i) => {
      const shown = cell.outputs.map(shownOf).filter((output) => output.shown !== '');
      return [`# --- cell ${i + 1} (${cell.cell_type}) ---`, sourceOf(cell), ...joined(shown)].join('\n');
    })
    .join('\n\n');
}

/** Pieces of a stream go on in one line; what else is shown begins a line. */
const under = (text: string, { isStream, shown }: Shown): string =>
  `${text}${isStream || text === '' || text.endsWith('\n') ? '' : '\n'}${shown}`;

function joined(shown: readonly Shown[]): string[] {
  const text = withoutAnsi(shown.reduce(under, '')).trimEnd();
  if (text === '') return [];
  const cut =
    text.length > OUTPUT
      ? `${wholeBeginning(text, OUTPUT)}… (${text.length - OUTPUT} characters more)`
      : text;
  return [`# printed: ${cut.replaceAll('\n', '\n# ')}`];
}

function sourceOf({ cell_type, level, source, input }: Cell): string {
  const text = source ?? input ?? '';
  return cell_type === 'heading' ? `${'#'.repeat(level)} ${text}` : text;
}

type Shown = { isStream: boolean; shown: string };

const shownOf = (output: Output): Shown => {
  const isStream = output.output_type === 'stream';
  return { isStream, shown: isStream ? (output.text ?? '') : outputText(output) };
};

function outputText(output: Output): string {
  if (output.ename !== undefined || output.traceback !== undefined) return errorText(output);
  const plain = output.text ?? lines.parse(output.data?.['text/plain']);
  const kinds = [
    ...Object.keys(output.data ?? {}),
    ...OLD.filter(([name]) => name in output).map(([, kind]) => kind),
  ];
  const picture = kinds.find((kind) => kind.startsWith('image/'));
  const other = kinds.find((kind) => kind !== 'text/plain');
  if (picture !== undefined)
    return `${plain ? `${plain}\n` : ''}[a picture (${picture}), which is not shown]\n`;
  if (plain !== undefined) return plain.endsWith('\n') ? plain : `${plain}\n`;
  return other === undefined ? '' : `[something that is shown as ${other}]\n`;
}

/** Names of kinds before version 4. */
const OLD = [
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['svg', 'image/svg+xml'],
  ['html', 'text/html'],
  ['latex', 'text/latex'],
] as const;

/** The last lines of a traceback tell what went wrong. */
const TRACEBACK = 400;

function errorText({ ename = '', evalue = '', traceback = [] }: Output): string {
  const trace = withoutAnsi(traceback.join('\n')).trim();
  const said = [ename, evalue].filter(Boolean).join(': ').slice(0, 200);
  const end = trace.length > TRACEBACK ? `…${trace.slice(-TRACEBACK)}` : trace;
  return end === '' ? `error ${said}\n` : `error ${said}\n${end}\n`;
}
