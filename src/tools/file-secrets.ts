import type { Finding } from '../lib/redaction/finding.ts';
import type { Redaction } from '../lib/redaction.ts';

/** Of a larger file the rest is not looked through: reading it takes longer than people wait. */
const LOOKED_AT = 64_000_000;

/** Others get their turn after so many characters. */
const PIECE = 250_000;

/** No secret is longer: so much of a piece is looked at again with the next one. */
const OVERLAP = 8_192;

/** Rows of data: what they say of passwords is what somebody wrote, and no setting of anything. */
const DATA = /\.(?:csv|tsv|jsonl|ndjson|parquet|arrow|txt)$/i;

/**
 * What is secret in a file that is about to go where others see it, in words; undefined where nothing is.
 * Text is looked through for exact values and tokens, and, unless it is data, for what stands behind names;
 * anything else for exact values.
 */
export async function secretInFile(
  path: string,
  content: Blob,
  redaction: Redaction,
): Promise<string | undefined> {
  const text = new TextDecoder();
  let carried = '';
  let before = 0;
  let isText: boolean | undefined;
  const find = (part: string): readonly Pick<Finding, 'start' | 'what'>[] => {
    if (!isText) return redaction.findKnown(part);
    return DATA.test(path) ? redaction.findTokens(part) : redaction.findAll(part);
  };
  for await (const bytes of content.slice(0, LOOKED_AT).stream()) {
    isText ??= !bytes.subarray(0, 8_000).includes(0);
    const read = text.decode(bytes, { stream: true });
    for (let at = 0; at < read.length; at += PIECE) {
      const part = carried + read.slice(at, at + PIECE);
      const [found] = find(part);
      if (found !== undefined) {
        const lines = before + part.slice(0, found.start).split('\n').length;
        return isText ? `${path}, line ${lines}, holds ${found.what}` : `${path} holds ${found.what}`;
      }
      const kept = part.slice(-OVERLAP);
      before += part.slice(0, part.length - kept.length).split('\n').length - 1;
      carried = kept;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return undefined;
}
