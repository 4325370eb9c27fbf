/*
 * The first message of a TLS client, which names the host that it wants to speak to: RFC 8446 (4.1.2), with
 * the name of RFC 6066 (3). Whoever sends it may be hostile: every length is checked, and what is not exactly
 * that message is none.
 */

export type ClientHello =
  /** The beginning of one, so far. */
  { kind: 'incomplete' } | { kind: 'hello'; serverName: string | undefined } | { kind: 'other' };

const INCOMPLETE: ClientHello = { kind: 'incomplete' };
const OTHER: ClientHello = { kind: 'other' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** The largest record, and more than any client sends. */
const MAX_HELLO_BYTES = 16_384;

/** What the first bytes of a connection are. Takes time that grows with them. */
export function readClientHello(bytes: Buffer): ClientHello {
  const parts: Buffer[] = [];
  let record = recordAt(bytes, 0);
  for (let at = 0; record.kind === 'record'; record = recordAt(bytes, at)) {
    parts.push(record.part);
    at += RECORD_HEAD + record.part.length;
  }
  const message = messageIn(Buffer.concat(parts));
  return message.kind === 'incomplete' ? record : message;
}

const RECORD_HEAD = 5;

/** What a record has of a handshake, as far as it has come; else whether something else begins there. */
function recordAt(bytes: Buffer, at: number): ClientHello | { kind: 'record'; part: Buffer } {
  const [type = HANDSHAKE_RECORD, version = 3] = bytes.subarray(at, at + 2);
  if (type !== HANDSHAKE_RECORD || version !== 3) return OTHER;
  if (at + RECORD_HEAD > bytes.length) return INCOMPLETE;
  const length = bytes.readUInt16BE(at + 3);
  if (length === 0 || length > MAX_HELLO_BYTES) return OTHER;
  return { kind: 'record', part: bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length) };
}

function messageIn(bytes: Buffer): ClientHello {
  const [type = CLIENT_HELLO] = bytes;
  if (type !== CLIENT_HELLO) return OTHER;
  if (bytes.length < 4) return INCOMPLETE;
  const length = bytes.readUIntBE(1, 3);
  if (length > MAX_HELLO_BYTES) return OTHER;
  return bytes.length < 4 + length ? INCOMPLETE : helloIn(new Reader(bytes.subarray(4, 4 + length)));
}

function helloIn(hello: Reader): ClientHello {
  hello.take(2 + 32); // its version, and random bytes
  hello.vector(1); // the session
  hello.vector(2); // ciphers
  hello.vector(1); // compressions
  const extensions = new Reader(hello.isAtEnd ? NOTHING : hello.vector(2));
  let serverName: string | undefined;
  while (!extensions.isAtEnd && !extensions.isBroken) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type !== SERVER_NAME) continue;
    const name = nameIn(new Reader(content));
    if (name === undefined || serverName !== undefined) return OTHER; // which of two a server goes by, who knows
    serverName = name;
  }
  return hello.isBroken || extensions.isBroken || !hello.isAtEnd ? OTHER : { kind: 'hello', serverName };
}

function nameIn(content: Reader): string | undefined {
  const list = new Reader(content.vector(2));
  const type = list.number(1);
  const name = list.vector(2).toString('latin1');
  const isWhole = content.isAtEnd && list.isAtEnd && !content.isBroken && !list.isBroken;
  return isWhole && type === HOST_NAME && name !== '' ? name : undefined;
}

const NOTHING = Buffer.alloc(0);

/** Reads on; what would go beyond the end is broken, and empty. */
class Reader {
  isBroken = false;
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (this.isBroken || end > this.#bytes.length) {
      this.isBroken = true;
      return NOTHING;
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  number(bytes: number): number {
    const taken = this.take(bytes);
    return taken.length === 0 ? 0 : taken.readUIntBE(0, bytes);
  }

  /** Bytes with their count before them, which has `bytes` bytes. */
  vector(bytes: number): Buffer {
    return this.take(this.number(bytes));
  }
}
