import { createHash } from 'node:crypto';
import { fileHash, hashToHex, verificationHash } from '@huggingface/xetchunk-wasm';
import { filesOf, type ShardFile } from './shard.ts';
import { chunksOf, type XetChunk } from './xorb.ts';

/**
 * The storage that the Hub's files are in: https://huggingface.co/docs/xet/api. What is sent is taken only
 * where every hash is right, and nothing is asked of it without a token that the Hub has given out for it.
 */
export class XetStore {
  /** Files by their Xet hash. */
  readonly files = new Map<string, Buffer>();
  readonly #xorbs = new Map<string, readonly XetChunk[]>();
  readonly #tokens = new Set<string>();
  /** Called for a file that was sent with its SHA-256. */
  readonly #onFile: (sha256: string, bytes: Buffer) => void;

  constructor(onFile: (sha256: string, bytes: Buffer) => void) {
    this.#onFile = onFile;
  }

  /** What the Hub answers a client that wants to write. */
  writeToken(hubUrl: string): { casUrl: string; exp: number; accessToken: string } {
    const accessToken = `xet_${this.#tokens.size + 1}`;
    this.#tokens.add(accessToken);
    return { casUrl: `${hubUrl}${CAS}`, exp: Math.floor(Date.now() / 1000) + 3600, accessToken };
  }

  /** Answers a request to the storage. */
  answer(
    method: string,
    path: string,
    authorization: string | undefined,
    body: Buffer,
  ): { status: number; answer: unknown } {
    if (!this.#tokens.has(authorization?.replace('Bearer ', '') ?? '')) return { status: 401, answer: {} };
    const rest = path.slice(CAS.length);
    const [, xorb] = /^\/v1\/xorbs\/default\/([0-9a-f]{64})$/.exec(rest) ?? [];
    try {
      if (method === 'POST' && xorb !== undefined) {
        const isNew = !this.#xorbs.has(xorb);
        this.#xorbs.set(xorb, chunksOf(body, xorb));
        return { status: 200, answer: { was_inserted: isNew } };
      }
      if (method === 'POST' && rest === '/v1/shards') {
        for (const file of filesOf(body)) this.#put(file);
        return { status: 200, answer: { result: 1 } };
      }
    } catch (error) {
      return { status: 400, answer: { error: String(error) } };
    }
    return { status: 404, answer: {} }; // and chunks that are known to others
  }

  #put({ hash, terms, sha256 }: ShardFile): void {
    const chunks = terms.flatMap(({ xorb, start, end, length, rangeHash }) => {
      const part = this.#xorbs.get(xorb)?.slice(start, end);
      if (part?.length !== end - start) throw new Error(`chunks of a xorb that is not there: ${xorb}`);
      if (part.reduce((sum, chunk) => sum + chunk.length, 0) !== length) throw new Error('another length');
      if (hashToHex(verificationHash(part.map((chunk) => chunk.hash))) !== rangeHash) {
        throw new Error('the verification is another');
      }
      return part;
    });
    if (hashToHex(fileHash(chunks)) !== hash) throw new Error(`what makes up ${hash} is another file`);
    const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
    if (sha256 !== undefined) {
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error('another SHA-256');
      this.#onFile(sha256, bytes);
    }
    this.files.set(hash, bytes);
  }
}

/** Where the storage is: on the Hub's own port here. */
const CAS = '/xet-cas';
