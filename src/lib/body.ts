import { BodyMeter } from './body-meter.ts';
import { JSON_DEPTH } from './json.ts';

/**
 * The bytes of an answer; undefined where it has more than `maxBytes`, or is JSON of more than `maxValues`
 * or nested too deeply: those are not read on.
 */
export async function bytesUpTo(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  maxValues?: number,
): Promise<Buffer | undefined> {
  const form = maxValues === undefined ? 'bytes' : 'json';
  const meter = new BodyMeter(form, { bytes: maxBytes, values: maxValues ?? Infinity, depth: JSON_DEPTH });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) {
    if (meter.add(chunk) !== undefined) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
