import { z } from 'zod';
import { parsedJson } from '../../lib/json.ts';

const lines = z.union([z.string(), z.array(z.string()).transform((parts) => parts.join(''))]);

/** https://nbformat.readthedocs.io/en/latest/format_description.html */
const Notebook = z.object({
  cells: z.array(
    z.object({
      cell_type: z.string(),
      source: lines,
      outputs: z.array(z.looseObject({ text: lines.optional() })).optional(),
    }),
  ),
});

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
  return notebook.cells
    .map(({ cell_type, source, outputs = [] }, i) => {
      const printed = outputs.map(({ text }) => text ?? '').join('');
      const shown =
        printed === '' ? '' : `\n# printed: ${printed.slice(0, OUTPUT).trimEnd().replace(/\n/g, '\n# ')}`;
      return `# --- cell ${i + 1} (${cell_type}) ---\n${source}${shown}`;
    })
    .join('\n\n');
}
