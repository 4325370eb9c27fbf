import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/*
 * Run in a sandbox: opens a tunnel to pypi.org and speaks TLS in it, naming whatever it is told, in pieces of
 * so many bytes; or sends bytes as they are. Prints what it is answered.
 */

const { name, bytes, pieces = Number.POSITIVE_INFINITY } = JSON.parse(process.argv[2]);
const socket = connect(3128, '127.0.0.1');
socket.on('error', () => {}).on('close', () => process.exit());
socket.write('CONNECT pypi.org:443 HTTP/1.1\r\n\r\n');
socket.once('data', (head) => {
  if (!String(head).includes(' 200 ')) return socket.destroy();
  const way = inPieces();
  if (bytes !== undefined) {
    way.write(bytes);
    return way.on('data', (chunk) => console.log(String(chunk)));
  }
  const client = connectTls({ socket: way, servername: name, rejectUnauthorized: false });
  client.on('error', () => {}).on('data', (chunk) => console.log(String(chunk)));
  client.write('GET /named HTTP/1.1\r\nHost: pypi.org\r\nConnection: close\r\n\r\n');
});

function inPieces() {
  const way = new Duplex({
    read() {},
    async write(chunk, _encoding, done) {
      for (let at = 0; at < chunk.length; at += pieces) {
        socket.write(chunk.subarray(at, at + pieces));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      done();
    },
  });
  socket.on('data', (chunk) => way.push(chunk)).on('end', () => way.push(null));
  return way;
}
