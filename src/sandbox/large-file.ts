import { createHash } from 'node:crypto';
import { sha256Of } from '../lib/hash.ts';
import { readRange, sizeOf } from './files.ts';
import type { Sandbox } from './sandbox.ts';

/** Bytes that are held at once. */
const PIECE = 8_000_000;

type Piece = (index: number) => Promise<Uint8Array>;

/** A file of a sandbox, to be sent on, of any size: it is read in pieces, as they are needed. */
type LargeFile = { content: Blob; sha256: string };

/**
 * Looks through a file once. What is read of it later is compared with what it was then: reading throws where
 * it has changed, so that nothing is sent but what people have been asked about. A reason in words where
 * there is no such file.
 */
export async function openLargeFile(
  sandbox: Sandbox,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<({ ok: true } & LargeFile) | { ok: false; reason: string }> {
  const size = await sizeOf(sandbox, path, signal);
  if (size === undefined) return { ok: false, reason: `There is no file ${path}.` };
  if (size > maxBytes) {
    return { ok: false, reason: `${path} is larger than ${maxBytes / 1e9} GB: let a job make and push it.` };
  }
  const read: Piece = (index) => readRange(sandbox, path, index * PIECE, PIECE, signal);
  const whole = createHash('sha256');
  const seen: string[] = [];
  for (let index = 0; index * PIECE < size; index++) {
    const bytes = await read(index);
    whole.update(bytes);
    seen.push(sha256Of(bytes));
  }
  const sameAsSeen: Piece = async (index) => {
    const bytes = await read(index);
    if (sha256Of(bytes) !== seen[index]) throw new Error(`${path} has changed while it was read`);
    return bytes;
  };
  return { ok: true, content: new PiecedBlob(sameAsSeen, 0, size), sha256: whole.digest('hex') };
}

/** What @huggingface/hub and fetch use of a Blob, over pieces that are read when they are needed. */
class PiecedBlob extends Blob {
  readonly #piece: Piece;
  readonly #start: number;
  readonly #end: number;
  override readonly size: number;

  constructor(piece: Piece, start: number, end: number) {
    super([]);
    this.size = end - start;
    this.#piece = piece;
    this.#start = start;
    this.#end = end;
  }

  /** Of positions from the beginning only. */
  override slice(start = 0, end = this.size): Blob {
    const from = Math.min(this.#start + start, this.#end);
    return new PiecedBlob(this.#piece, from, Math.max(from, Math.min(this.#start + end, this.#end)));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const whole = new Uint8Array(this.size);
    let at = 0;
    for await (const bytes of this.#parts()) {
      whole.set(bytes, at);
      at += bytes.length;
    }
    return whole.buffer;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  override stream(): ReturnType<Blob['stream']> {
    return ReadableStream.from(this.#parts()) as ReturnType<Blob['stream']>;
  }

  async *#parts(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = this.#start; at < this.#end; ) {
      const index = Math.floor(at / PIECE);
      const bytes = await this.#piece(index);
      const part = bytes.subarray(at - index * PIECE, Math.min(bytes.length, this.#end - index * PIECE));
      if (part.length === 0) throw new Error('the file has become shorter while it was read');
      yield new Uint8Array(part);
      at += part.length;
    }
  }
}
