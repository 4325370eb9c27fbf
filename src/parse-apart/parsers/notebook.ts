import { z } from 'zod';
import { parsedJson } from '../../lib/json.ts';

const lines = z.union([z.string(), z.array(z.string()).transform((parts) => parts.join(''))]);

/** Before version 4 a cell's code was its `input`, and headings were cells with a level. */
const Cell = z.object({
  cell_type: z.string(),
  level: z.int().min(1).max(6).optional(),
  source: lines.optional(),
  input: lines.optional(),
  outputs: z.array(z.looseObject({ text: lines.optional() })).optional(),
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
 * A notebook as its texts and code, with the beginning of what was printed; what is no notebook stays as it
 * is.
 */
export const notebookText = (bytes: Uint8Array): string =>
  textOf(Buffer.from(bytes).toString('utf8')).slice(0, CHARACTERS);

function textOf(json: string): string {
  const notebook = Notebook.safeParse(parsedJson(json)).data;
  if (notebook === undefined) return json;
  if (notebook.cells.length === 0) return '(a notebook without cells)';
  return notebook.cells
    .map((cell, i) => {
      const printed = (cell.outputs ?? []).map(({ text }) => text ?? '').join('');
      const shown =
        printed === '' ? '' : `\n# printed: ${printed.slice(0, OUTPUT).trimEnd().replace(/\n/g, '\n# ')}`;
      return `# --- cell ${i + 1} (${cell.cell_type}) ---\n${sourceOf(cell)}${shown}`;
    })
    .join('\n\n');
}

function sourceOf({ cell_type, level = 1, source, input }: Cell): string {
  const text = source ?? input ?? '';
  return cell_type === 'heading' ? `${'#'.repeat(level)} ${text}` : text;
}
