import { createChunker, finalize, hashToHex, nextBlock, xorbHash } from '@huggingface/xetchunk-wasm';
import { lz4Decompressed } from './lz4.ts';

export type XetChunk = { hash: Uint8Array; length: number; bytes: Buffer };

/**
 * The chunks of a xorb, whose hash has to be theirs: https://huggingface.co/docs/xet/xorb. Throws where it is
 * none.
 */
export function chunksOf(xorb: Buffer, hash: string): XetChunk[] {
  const chunks: XetChunk[] = [];
  for (let at = 0; at < xorb.length; ) {
    if (xorb.readUInt8(at) !== 0) throw new Error('a chunk of a version that is not known');
    const packed = xorb.readUIntLE(at + 1, 3);
    const scheme = xorb.readUInt8(at + 4);
    const length = xorb.readUIntLE(at + 5, 3);
    at += HEADER;
    const bytes = unpacked(xorb.subarray(at, at + packed), scheme, length);
    if (bytes.length !== length) throw new Error('a chunk has another length than it says');
    at += packed;
    chunks.push(hashed(bytes));
  }
  const found = hashToHex(xorbHash(chunks));
  if (found !== hash) throw new Error(`the xorb is ${found}, not ${hash}`);
  return chunks;
}

const HEADER = 8;

function unpacked(packed: Buffer, scheme: number, length: number): Buffer {
  if (scheme === 0) return packed;
  const bytes = lz4Decompressed(packed, length);
  if (scheme === 1) return bytes;
  if (scheme !== 2) throw new Error(`compression ${scheme} is not known`);
  return regrouped(bytes);
}

/** Bytes that were put together by their place in words of four, in their order again. */
function regrouped(bytes: Buffer): Buffer {
  const out = Buffer.alloc(bytes.length);
  let at = 0;
  for (let place = 0; place < 4; place++) {
    for (let i = place; i < bytes.length; i += 4) out.writeUInt8(bytes.readUInt8(at++), i);
  }
  return out;
}

/** A chunk is one for the chunker too, which hashes it. */
function hashed(bytes: Buffer): XetChunk {
  const chunker = createChunker();
  const found = [...nextBlock(chunker, bytes), ...[finalize(chunker)].flatMap((last) => last ?? [])];
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error('a chunk is cut where no chunk is');
  return { hash: only.hash, length: only.length, bytes };
}
