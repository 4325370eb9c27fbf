import { connect } from 'node:net';
import { withoutBrackets } from '../../db/server-url.ts';

/** What a server that was named by mistake speaks instead, in people's words. */
export type Speaker = 'a web server' | 'a Redis' | 'a Postgres' | 'an SSH server' | 'a MySQL';

/** How long a server may take to say something. */
const HEARD_MS = 1_500;

/** Asks for TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html, SSLRequest. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Finds out what listens at a place, as far as it is something that people confuse with what they meant;
 * undefined where it does not answer, or as nothing that is known.
 */
export async function whoAnswers(host: string, port: number): Promise<Speaker | undefined> {
  const [toText, toRequest] = await Promise.all([
    heard(host, port, 'PING\r\n\r\n'),
    heard(host, port, SSL_REQUEST),
  ]);
  const text = toText.toString('latin1');
  if (/^HTTP\/|^<(!doctype|html)/i.test(text)) return 'a web server';
  if (text.startsWith('SSH-')) return 'an SSH server';
  // A packet of MySQL: three bytes of length, its number (0), the version of the protocol (10).
  if (toText[3] === 0 && toText[4] === 10) return 'a MySQL';
  if (/^(\+PONG|-(NOAUTH|DENIED|LOADING|MASTERDOWN|ERR))/.test(text)) return 'a Redis';
  return /^[SN]$/.test(toRequest.toString('latin1')) ? 'a Postgres' : undefined;
}

/** The first that a server says to something, or by itself. */
function heard(host: string, port: number, said: string | Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect({ host: withoutBrackets(host), port, timeout: HEARD_MS });
    const end = (data: Buffer = Buffer.alloc(0)) => {
      socket.destroy();
      resolve(data);
    };
    socket.once('connect', () => socket.write(said));
    socket.once('data', end);
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end());
  });
}
