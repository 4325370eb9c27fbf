import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { readClientHello } from './client-hello.ts';
import type { Way } from './way-out.ts';

/** Real clients send the whole message at once, or in two or three pieces. */
const MAX_PIECES = 64;
const MAX_BYTES = 20_000;

/**
 * What a client sends on its way, held back until its first message has named the host that it was let
 * through to: behind one address there are many hosts, and which of them answers is decided by that name. A
 * service that the config names need not speak TLS; where a client does, it has to name the service.
 */
export function nameGate({ kind, host }: Pick<Way, 'kind' | 'host'>, opened: () => void): Transform {
  const name = isIP(host) === 0 ? host : undefined; // addresses have no place in it: RFC 6066, 3
  const pieces: Buffer[] = [];
  let size = 0;
  let isOpen = false;

  function judge(): 'open' | 'hold' | 'cut' {
    const hello = readClientHello(Buffer.concat(pieces));
    switch (hello.kind) {
      case 'incomplete':
        return size > MAX_BYTES || pieces.length > MAX_PIECES ? 'cut' : 'hold';
      case 'other':
        return kind === 'service' ? 'open' : 'cut';
      case 'hello':
        return hello.serverName?.toLowerCase() === name ? 'open' : 'cut';
      default:
        return hello satisfies never;
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isOpen) return done(null, chunk);
      pieces.push(chunk);
      size += chunk.length;
      const verdict = judge();
      if (verdict === 'hold') return done();
      if (verdict === 'cut') return done(new Error(`the client does not name ${host}`));
      isOpen = true;
      opened();
      done(null, Buffer.concat(pieces.splice(0)));
    },
  });
}
