import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';

/** What Node's TLS client sends first. */
export function clientHello(options: Pick<ConnectionOptions, 'servername' | 'maxVersion'>): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    connect({ socket: wire, ...options }).on('error', () => {});
  });
}
