import { type FileKind, fileKind } from './file-kinds.ts';
import { decodedText } from './text-encoding.ts';

/** The text of a file, or what it is instead, in words that fit after its name. */
export type ReadableText =
  /** `note`: a sentence on how its characters are kept, where that is not UTF-8. */
  { ok: true; text: string; note: string | undefined } | { ok: false; reason: string };

/**
 * The text of a file as people and models read it. What it is is told by its bytes, whatever it is called: no
 * pointer, picture or packed file is shown as text, and no web page in the place of a table. `isPart`: only
 * the beginning of the file is given.
 */
export function readableText(name: string, bytes: Uint8Array, { isPart = false } = {}): ReadableText {
  const other = otherThanText(name, bytes);
  if (other !== undefined) return { ok: false, reason: other };
  const decoded = decodedText(bytes, { isPart });
  if (!decoded.ok) {
    const isText = !decoded.reason.startsWith('is no text');
    return { ok: false, reason: isText ? decoded.reason : decoded.reason.replace('no text', 'no text file') };
  }
  const { text, encoding, isGuessed } = decoded;
  const seems = isGuessed ? ', as it seems' : '';
  const note = encoding.startsWith('UTF-8')
    ? undefined
    : `its text is in ${encoding}${seems}, not in UTF-8: iconv -f ${encoding} -t UTF-8 makes UTF-8 of it`;
  return { ok: true, text, note };
}

/**
 * What a file is where it is no text, or none that its name promises, and how to get at what is meant; as
 * much of its beginning as `fileKind` looks at is enough.
 */
export function otherThanText(name: string, bytes: Uint8Array): string | undefined {
  const kind = fileKind(bytes);
  if (kind === undefined || isTextHere(name, kind)) return undefined;
  return `is ${kind.what}${kind.mend === undefined ? '' : `: ${kind.mend}`}`;
}

/** Markup may be what is meant; in the place of rows or of code it is what a server said instead. */
function isTextHere(name: string, { form, what }: FileKind): boolean {
  if (what === 'an SVG picture') return true;
  return form === 'page' && !(what === 'XML' ? TABLE : NO_MARKUP).test(name);
}

const TABLE = /\.(?:csv|tsv|tab|psv|jsonl?|ndjson|parquet|pq|ipynb)(?:\.\w{1,4})?$/i;
const NO_MARKUP =
  /\.(?:csv|tsv|tab|psv|jsonl?|ndjson|parquet|pq|ipynb|ya?ml|toml|py|sh|safetensors|bin|gguf)(?:\.\w{1,4})?$/i;
