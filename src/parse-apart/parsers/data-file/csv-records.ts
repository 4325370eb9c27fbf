/** One record: its fields, the line it begins in, and whether it is a line of blanks. */
export type CsvRecord = { fields: string[]; line: number; isBlank: boolean };

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Goes over the records of a text as pandas reads it: quotes count where a field begins with one, what
 * follows a closing quote belongs to the field, doubled quotes are one, and lines end with \n, \r\n or \r.
 * Gives the line in which a quote is opened that nobody closes; the record with it is not told of. `isLast`:
 * nothing follows, so that the record may be cut. Ends where the callback gives false.
 */
export function eachRecord(
  text: string,
  delimiter: string,
  onRecord: (record: CsvRecord, isLast: boolean) => boolean | undefined,
): { unclosed: number | undefined } {
  const separator = delimiter.charCodeAt(0);
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const fields: string[] = [];
    const begins = { at, line };
    let isQuoted = false;
    for (;;) {
      let value = '';
      if (text.charCodeAt(at) === QUOTE) {
        isQuoted = true;
        const quoted = quotedFrom(text, at + 1);
        if (quoted === undefined) return { unclosed: line };
        value = quoted.value;
        line += quoted.lines;
        at = quoted.end;
      }
      const end = endOfField(text, at, separator);
      fields.push(at === end ? value : value + text.slice(at, end));
      at = end;
      if (text.charCodeAt(at) !== separator) break;
      at++;
    }
    const isLast = at >= text.length;
    at += text.charCodeAt(at) === RETURN && text.charCodeAt(at + 1) === NEWLINE ? 2 : 1;
    line++;
    const isBlank = !isQuoted && fields.length === 1 && fields[0]?.trim() === '';
    if (onRecord({ fields, line: begins.line, isBlank }, isLast) === false) break;
  }
  return { unclosed: undefined };
}

/** What stands in quotes, where it ends, and how many lines end within. */
function quotedFrom(text: string, from: number): { value: string; end: number; lines: number } | undefined {
  let value = '';
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return undefined;
    value += text.slice(at, quote);
    if (text.charCodeAt(quote + 1) !== QUOTE) return { value, end: quote + 1, lines: linesIn(value) };
    value += '"';
    at = quote + 2;
  }
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE || (code === RETURN && text.charCodeAt(at + 1) !== NEWLINE)) lines++;
  }
  return lines;
}

function endOfField(text: string, from: number, separator: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === separator || code === NEWLINE || code === RETURN) break;
  }
  return at;
}
