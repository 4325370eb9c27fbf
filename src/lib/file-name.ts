/** The longest name that Linux takes in a folder, in bytes. */
export const NAME_BYTES = 255;

/** What is kept as the end of a name, such as `.tar.gz`; what is longer names no kind of file. */
const ENDING = /\.[\p{L}\p{N}]{1,12}(\.[\p{L}\p{N}]{1,4})?$/u;

/**
 * A name that Linux can keep, cut between characters that people see, with its ending left. `mark` is put
 * before the ending, and is always there.
 */
export function fittingName(name: string, mark = ''): string {
  const ending = ENDING.exec(name)?.[0] ?? '';
  const stem = ending.length < name.length ? name.slice(0, name.length - ending.length) : name;
  const tail = `${mark}${stem === name ? '' : ending}`;
  return beginningInBytes(stem, NAME_BYTES - Buffer.byteLength(tail)) + tail;
}

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
