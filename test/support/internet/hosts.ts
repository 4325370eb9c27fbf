import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { answerLines } from './lines.ts';
import { type Answers, Names } from './names.ts';
import { wheel } from './packages.ts';

/*
 * All the hosts of a small internet, in a network of their own: a name server, and one server behind every
 * address of it, public and private, that notes at which one it was asked. Run by `internet.ts`.
 */

/** A request as it arrived. */
export type Hit = {
  at: string;
  servername: string;
  host: string;
  url: string;
  authorization?: string;
  /** Another header that is secret. */
  key?: string;
};

const [folder = ''] = process.argv.slice(2);
const names = new Names();
const hits: Hit[] = [];
let pages: Record<string, { status?: number; headers?: Record<string, string>; body?: string }> = {};
const tiny = wheel('tiny', 'print("tiny is installed")\n');

function handle(request: IncomingMessage, response: ServerResponse): void {
  const { socket, headers, url = '/' } = request;
  const servername = socket instanceof TLSSocket ? String(socket.servername || '') : '';
  const { authorization, 'x-key': key } = headers;
  const at = (socket.localAddress ?? '').replace(/^::ffff:/, '');
  hits.push({
    at,
    servername,
    host: headers.host ?? '',
    url,
    ...(authorization ? { authorization } : {}),
    ...(key ? { key: String(key) } : {}),
  });
  if (url === '/simple/tiny/') {
    const link = `https://files.pythonhosted.org/packages/${tiny.file}#sha256=${tiny.sha256}`;
    return void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!DOCTYPE html><html><body><a href="${link}">${tiny.file}</a></body></html>`);
  }
  if (url === `/packages/${tiny.file}`) {
    return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tiny.bytes);
  }
  const place = `${headers.host}${url}`;
  const page = pages[`${request.method} ${place}`] ?? pages[place] ?? pages[url];
  for (const [name, value] of Object.entries(page?.headers ?? {})) {
    response.setHeader(name, Buffer.from(value).toString('latin1')); // the bytes of UTF-8, one by one
  }
  response.writeHead(page?.status ?? 200, { 'content-type': 'text/plain' });
  response.end(page?.body ?? `${headers.host} says hello`);
}

await names.listen(53, '127.0.0.53');
const secrets = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };
for (const [server, port] of [
  [createServer(handle), 80],
  [createServer(handle), 8080],
  [createSecureServer(secrets, handle), 443],
] as const) {
  server.listen(port, '::');
  await once(server, 'listening');
  if ((server.address() as AddressInfo).port !== port) throw new Error(`${port} is taken`);
}

await answerLines({
  name: ({ name, answers }: { name: string; answers: Answers }) => names.set(name, answers),
  asked: (name: string) => names.asked(name),
  pages: (wanted: typeof pages) => {
    pages = wanted;
  },
  hits: () => hits.splice(0),
});
process.exit(0);
