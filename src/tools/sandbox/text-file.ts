/** How a file's characters are kept, so that an edit writes them back the same way. */
type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le';

export type TextFile = { text: string; encoding: Encoding };

const BOM = '\uFEFF';

/** A file's text; undefined where its bytes are none. */
export function textOf(bytes: Buffer): TextFile | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return { text: bytes.subarray(2).toString('utf16le'), encoding: 'utf-16le' };
  }
  if (bytes.includes(0)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith(BOM)
      ? { text: text.slice(1), encoding: 'utf-8-bom' }
      : { text, encoding: 'utf-8' };
  } catch {
    return undefined;
  }
}

export function bytesOf({ text, encoding }: TextFile): Buffer {
  return encoding === 'utf-8'
    ? Buffer.from(text)
    : Buffer.from(BOM + text, encoding === 'utf-16le' ? 'utf16le' : 'utf8');
}
