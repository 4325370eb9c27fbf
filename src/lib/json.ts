/** What is nested deeper is nobody's data: V8 takes half a second over a megabyte of brackets. */
export const JSON_DEPTH = 500;

/** As JSON.parse, but refuses at once what is nested deeper than JSON_DEPTH. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  if (isDeeper(text)) throw new SyntaxError(`it is nested deeper than ${JSON_DEPTH} levels`);
  return JSON.parse(text);
}

/** What a text is as JSON; undefined, which no JSON is, where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

function isDeeper(text: string): boolean {
  if (text.length <= JSON_DEPTH) return false;
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (isInText) at += code === BACKSLASH ? 1 : 0;
    else if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code)) depth--;
    if (depth > JSON_DEPTH) return true;
  }
  return false;
}
