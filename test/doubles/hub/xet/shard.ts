/** A part of a file: chunks of a xorb, from `start` up to `end`. */
type Term = { xorb: string; length: number; start: number; end: number; rangeHash: string };

export type ShardFile = { hash: string; terms: Term[]; sha256: string | undefined };

/** The files that a shard tells of: https://huggingface.co/docs/xet/shard. Throws where it is none. */
export function filesOf(shard: Buffer): ShardFile[] {
  if (!shard.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('no shard');
  if (shard.readBigUInt64LE(MAGIC.length) !== 2n) throw new Error('a shard of another version');
  const files: ShardFile[] = [];
  let at = HEADER;
  for (;;) {
    const hash = hashAt(shard, at);
    if (hash === END) return files;
    const flags = shard.readUInt32LE(at + 32);
    const count = shard.readUInt32LE(at + 36);
    at += ENTRY;
    const terms: Term[] = [];
    for (let i = 0; i < count; i++, at += ENTRY) {
      const [length, start, end] = [36, 40, 44].map((offset) => shard.readUInt32LE(at + offset));
      terms.push({
        xorb: hashAt(shard, at),
        length: length ?? 0,
        start: start ?? 0,
        end: end ?? 0,
        rangeHash: '',
      });
    }
    if ((flags & 0x80000000) === 0) throw new Error('a file without its verification');
    for (const term of terms) {
      term.rangeHash = hashAt(shard, at);
      at += ENTRY;
    }
    const hasSha256 = (flags & 0x40000000) !== 0;
    files.push({ hash, terms, sha256: hasSha256 ? hashAt(shard, at) : undefined });
    if (hasSha256) at += ENTRY;
  }
}

/** A hash as text: each of its four words is kept from its last byte to its first. */
function hashAt(bytes: Buffer, at: number): string {
  return [0, 8, 16, 24]
    .map((word) => Buffer.from(bytes.subarray(at + word, at + word + 8)).reverse())
    .map((word) => word.toString('hex'))
    .join('');
}

const MAGIC = Buffer.from([
  ...Buffer.from('HFRepoMetaData\0'),
  ...[85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169],
]);
const HEADER = 48;
const ENTRY = 48;
const END = 'ff'.repeat(32);
