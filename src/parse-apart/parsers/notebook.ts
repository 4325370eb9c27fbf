import { load } from 'cheerio';
import { z } from 'zod';
import { wholeBeginning, wholeEnding } from '../../lib/cut.ts';
import { fileKind } from '../../lib/file-kinds.ts';
import { parsedJson } from '../../lib/json.ts';
import { printedParts, withoutAnsi } from '../../lib/output.ts';
import { decodedText } from '../../lib/text-encoding.ts';
import { blockText } from '../latexml/render.ts';

/** Texts among whatever a list holds. */
const Texts = z.array(z.unknown()).transform((parts) => parts.filter((part) => typeof part === 'string'));

/** A text, as one or as its lines; what is neither is none. */
const lines = z
  .union([z.string(), Texts.transform((parts) => parts.join(''))])
  .optional()
  .catch(undefined);

/** Of version 4 what is shown is in `data`, by its kind; before, beside it, by a short name. */
const Output = z.looseObject({
  output_type: z.string().catch(''),
  text: lines,
  ename: lines,
  evalue: lines,
  traceback: Texts.optional().catch(undefined),
  data: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type Output = z.infer<typeof Output>;

/** Before version 4 a cell's code was its `input` (`code` at first), and headings were cells with a level. */
const Cell = z.object({
  cell_type: z.string().catch('raw'),
  level: z.int().min(1).max(6).catch(1),
  source: lines,
  input: lines,
  code: lines,
  outputs: z
    .array(Output.optional().catch(undefined))
    .transform((outputs) => outputs.filter((output) => output !== undefined))
    .catch([]),
});
type Cell = z.infer<typeof Cell>;

/** One that is none keeps its place, so that the others keep their numbers. */
const CellOrNot = Cell.or(
  z.unknown().transform(
    (value): Cell => ({
      ...{ cell_type: 'unreadable', level: 1, input: undefined, code: undefined, outputs: [] },
      source: `(no cell: ${JSON.stringify(value)?.slice(0, NOT_A_CELL)})`,
    }),
  ),
);
const NOT_A_CELL = 200;
const Cells = z.array(CellOrNot).catch([]);

const Metadata = z
  .object({
    language_info: z.object({ name: z.string() }).optional().catch(undefined),
    kernelspec: z.object({ language: z.string() }).optional().catch(undefined),
  })
  .optional()
  .catch(undefined);

/**
 * Version 4: https://nbformat.readthedocs.io/en/latest/format_description.html. Versions 2 and 3, which are
 * still published, have their cells in worksheets:
 * https://github.com/jupyter/nbformat/blob/main/nbformat/v3/nbformat.v3.schema.json.
 */
const Notebook = z
  .object({
    nbformat: z.number().optional().catch(undefined),
    cells: Cells,
    worksheets: z.array(z.object({ cells: Cells }).catch({ cells: [] })).catch([]),
    metadata: Metadata,
  })
  .transform(({ cells, worksheets, metadata }) => ({
    cells: [...cells, ...worksheets.flatMap((sheet) => sheet.cells)],
    metadata,
  }));

/** An object that says that it is a notebook, or holds cells as one does. */
const isNotebook = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (('nbformat' in value && typeof value.nbformat === 'number') ||
    ('cells' in value && Array.isArray(value.cells)) ||
    ('worksheets' in value && Array.isArray(value.worksheets)));

/**
 * Before version 4 lines were written with or without their ends, which their first tells: so do
 * `_join_lines` and `rejoin_lines` of https://github.com/jupyter/nbformat/blob/main/nbformat/v3/rwbase.py and
 * v2/rwbase.py. Those of a traceback have none in any version.
 */
function withLineEnds(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [first = '', ...others] = value;
    const areTexts = typeof first === 'string' && others.every((part) => typeof part === 'string');
    return areTexts && !/[\n\r]$/.test(first) ? value.join('\n') : value.map(withLineEnds);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, name === 'traceback' ? part : withLineEnds(part)]),
  );
}

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
  return wholeBeginning(textOf(decoded.text), CHARACTERS);
}

function textOf(json: string): string {
  const value = parsedJson(json);
  if (!isNotebook(value)) return json;
  const { nbformat = 'worksheets' in value ? 3 : 4 } = value;
  const isOld = nbformat === 2 || nbformat === 3;
  const notebook = Notebook.safeParse(isOld ? withLineEnds(value) : value).data;
  if (notebook === undefined) return json;
  if (notebook.cells.length === 0) return '(a notebook without cells)';
  const { kernelspec, language_info } = notebook.metadata ?? {};
  const language = language_info?.name ?? kernelspec?.language ?? 'python';
  const cells = notebook.cells.map((cell, i) => {
    const shown = cell.outputs.map(shownOf).filter((output) => output.shown !== '');
    const kind =
      cell.cell_type === 'code' && !/^i?python\d?$/i.test(language) ? `code, ${language}` : cell.cell_type;
    return [`# --- cell ${i + 1} (${kind}) ---`, sourceOf(cell), ...joined(shown)].join('\n');
  });
  return cells.join('\n\n');
}

/** Pieces of a stream go on in one line; what else is shown begins a line. */
const under = (text: string, { isStream, shown }: Shown): string =>
  `${text}${isStream || text === '' || text.endsWith('\n') ? '' : '\n'}${shown}`;

function joined(shown: readonly Shown[]): string[] {
  const text = printedOf(withoutAnsi(shown.reduce(under, ''))).trimEnd();
  if (text === '') return [];
  const cut =
    text.length > OUTPUT
      ? `${wholeBeginning(text, OUTPUT)}… (${text.length - OUTPUT} characters more)`
      : text;
  return [`# printed: ${cut.replaceAll('\n', '\n# ')}`];
}

/** What stays of lines that were printed over each other, such as bars. */
const printedOf = (text: string): string =>
  text
    .split('\n')
    .map((line) => (/[\r\b]/.test(line) ? (printedParts(line, 1, LINE).at(-1) ?? '') : line))
    .join('\n');

const LINE = 2_000;

/** Pictures within texts are data in addresses. */
const withoutData = (text: string): string =>
  text.replace(
    /data:([\w.+-]{1,60}\/[\w.+-]{1,60})?(?:;[\w=.-]{1,60}){0,4},[A-Za-z0-9+/=%_-]{100,}/g,
    'data:$1,…',
  );

function sourceOf({ cell_type, level, source, input, code }: Cell): string {
  const text = withoutData(source ?? input ?? code ?? '');
  return cell_type === 'heading' ? `${'#'.repeat(level)} ${text}` : text;
}

type Shown = { isStream: boolean; shown: string };

const shownOf = (output: Output): Shown => {
  const isStream = output.output_type === 'stream';
  return { isStream, shown: isStream ? (output.text ?? '') : outputText(output) };
};

function outputText(output: Output): string {
  if (output.ename !== undefined || output.traceback !== undefined) return errorText(output);
  const shown = new Map<string, unknown>(Object.entries(output.data ?? {}));
  if (output.text !== undefined) shown.set('text/plain', output.text);
  for (const [name, kind] of OLD) if (name in output) shown.set(kind, output[name]);
  const plain = lines.parse(shown.get('text/plain'));
  const kinds = [...shown.keys()];
  const picture = kinds.find((kind) => kind.startsWith('image/'));
  if (picture !== undefined)
    return `${plain ? `${plain}\n` : ''}[a picture (${picture}), which is not shown]\n`;
  const isNamed =
    plain === undefined || /^<[\w.]{1,100}(?: object| at 0x|[ .(>]).{0,200}>$/s.test(plain.trim());
  const told = (isNamed ? textIn(shown) : undefined) ?? plain;
  if (told !== undefined) return told.endsWith('\n') ? told : `${told}\n`;
  const other = kinds.find((kind) => kind !== 'text/plain');
  return other === undefined ? '' : `[something that is shown as ${other}]\n`;
}

/** What is shown otherwise than as plain text, as text: more than objects say that only give their name. */
function textIn(shown: ReadonlyMap<string, unknown>): string | undefined {
  const said = lines.parse(shown.get('text/markdown') ?? shown.get('text/latex'));
  if (said !== undefined) return withoutData(said);
  const html = lines.parse(shown.get('text/html'));
  const text = html === undefined ? '' : htmlText(html);
  if (text !== '') return text;
  const json = shown.get('application/json');
  return json === undefined ? undefined : wholeBeginning(JSON.stringify(json), 2 * OUTPUT);
}

/** Tables have their cells between bars. */
function htmlText(html: string): string {
  const page = load(wholeBeginning(html, HTML_CHARACTERS));
  return blockText(page('body').get(0)?.children ?? []);
}

const HTML_CHARACTERS = 200_000;

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
  const said = wholeBeginning([ename, evalue].filter(Boolean).join(': '), 200);
  const end = trace.length > TRACEBACK ? `…${wholeEnding(trace, TRACEBACK)}` : trace;
  return end === '' ? `error ${said}\n` : `error ${said}\n${end}\n`;
}
