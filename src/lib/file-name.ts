/** The longest name that Linux takes in a folder, in bytes. */
export const NAME_BYTES = 255;

/** What is kept as the end of a name, such as `.tar.gz`; what is longer names no kind of file. */
const ENDING = /\.[\p{L}\p{N}]{1,12}(\.[\p{L}\p{N}]{1,4})?$/u;

/**
 * A name that Linux can keep, cut between characters that people see, with its ending left. `mark` is put
 * before the ending, and is always there.
 */
export function fittingName(name: string, mark = '', bytes = NAME_BYTES): string {
  const ending = ENDING.exec(name)?.[0] ?? '';
  const stem = ending.length < name.length ? name.slice(0, name.length - ending.length) : name;
  const tail = `${mark}${stem === name ? '' : ending}`;
  return beginningInBytes(stem, bytes - Buffer.byteLength(tail)) + tail;
}

/**
 * A name without what a shell or a path would take for more: letters of all scripts with their marks, digits
 * and emoji stay, what else there is becomes `_`. Never empty, and never hidden.
 */
export function plainName(name: string): string {
  const plain = name.replace(PARTS, (_part, kept: string | undefined) => kept ?? '_');
  return plain.replace(/^\.+/, '_') || 'file';
}

/** What a name keeps, and runs of what it does not. */
const PARTS =
  /((?:\p{RGI_Emoji}|[\p{L}\p{M}\p{N}._\-])+)|(?:(?!\p{RGI_Emoji}|[\p{L}\p{M}\p{N}._\-])[\s\S])+/gv;

/** The first name in a path that Linux can't keep, if there is one. */
export const tooLongName = (path: string): string | undefined =>
  path.split('/').find((name) => Buffer.byteLength(name) > NAME_BYTES);

/** As much of a text as fits into so many bytes of UTF-8, cut between characters that people see. */
function beginningInBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let kept = '';
  let size = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    kept += segment;
  }
  return kept;
}
