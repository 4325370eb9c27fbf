/** What a frame holds: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, without checksums. */
export function lz4Decompressed(frame: Buffer, size: number): Buffer {
  if (frame.readUInt32LE(0) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = frame.readUInt8(4);
  const hasBlockChecksums = (flags & 0x10) !== 0;
  let at = 6 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  const out = Buffer.alloc(size);
  let written = 0;
  for (;;) {
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    const block = frame.subarray(at, at + length);
    if (block.length !== length) throw new Error('the LZ4 frame is cut');
    written = word >>> 31 === 1 ? written + block.copy(out, written) : unpack(block, out, written);
    at += length + (hasBlockChecksums ? 4 : 0);
  }
  if (written !== size) throw new Error(`the LZ4 frame holds ${written} bytes, not ${size}`);
  return out;
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md; returns where the output ends. */
function unpack(block: Buffer, out: Buffer, from: number): number {
  let at = 0;
  let end = from;
  const more = (length: number) => {
    let whole = length;
    if (length === 15) {
      for (let byte = 255; byte === 255; whole += byte) byte = block.readUInt8(at++);
    }
    return whole;
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = more(token >> 4);
    end += block.copy(out, end, at, at + literals);
    at += literals;
    if (at >= block.length) break; // the last sequence has literals alone
    const offset = block.readUInt16LE(at);
    at += 2;
    const length = more(token & 15) + 4;
    if (offset === 0 || offset > end) throw new Error('an LZ4 match begins before the data');
    for (let i = 0; i < length; i++, end++) out.writeUInt8(out.readUInt8(end - offset), end);
  }
  return end;
}

const MAGIC = 0x184d2204;
