import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import type { Exchange, Frame } from './recorded.ts';

/*
 * Loaded into each process that runs tests, before them: notes what the servers in it are sent and what they
 * answer, byte for byte, in files of the folder WIRE_RECORD. Nothing in a test or a double knows of it.
 */

const folder = process.env.WIRE_RECORD;

/** What is longer is noted without its body: uploads of many megabytes. */
const MOST_BYTES = 2_000_000;

function note(line: Exchange | Frame): void {
  const during = String(Reflect.get(globalThis, '__vitest_worker__')?.filepath ?? '');
  const kept = JSON.stringify({ ...line, during: during.replace(/^.*\/test\//, '') });
  if (folder) appendFileSync(join(folder, `${process.pid}.jsonl`), `${kept}\n`);
}

/** Collects what passes, up to a bound; undefined of what was longer. */
function collector() {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take(chunk: unknown, encoding?: unknown): void {
      const bytes =
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
          : chunk instanceof Uint8Array
            ? Buffer.from(chunk)
            : undefined;
      if (bytes === undefined) return;
      size += bytes.length;
      if (size <= MOST_BYTES) chunks.push(bytes);
    },
    all: () => (size > MOST_BYTES ? undefined : Buffer.concat(chunks).toString('base64')),
  };
}

function follow(request: IncomingMessage, response: ServerResponse): void {
  const asked = collector();
  const answered = collector();
  let type = '';
  let at: string[] = [];
  const push = request.push.bind(request);
  request.push = (chunk, encoding) => {
    asked.take(chunk, encoding);
    return push(chunk, encoding);
  };
  for (const name of ['write', 'end'] as const) {
    const own = response[name];
    Object.assign(response, {
      [name](...of: unknown[]) {
        answered.take(of[0], of[1]);
        return Reflect.apply(own, response, of);
      },
    });
  }
  const head = response.writeHead;
  Object.assign(response, {
    writeHead(...of: unknown[]) {
      const headers = Object.entries(Object(of.at(-1)));
      at = headers.map(([name]) => name.toLowerCase());
      type = String(headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '');
      return Reflect.apply(head, response, of);
    },
  });
  response.once('close', () =>
    note({
      kind: 'http',
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      askedType: request.headers['content-type'] ?? '',
      asked: asked.all(),
      ...(response.headersSent ? { status: response.statusCode } : {}),
      answeredType: type || String(response.getHeader('content-type') ?? ''),
      answeredHeaders: [...at, ...response.getHeaderNames()],
      answered: answered.all(),
      isWhole: response.writableFinished,
    }),
  );
}

/** Both directions of every WebSocket that a server in this process takes. */
function followSockets(): void {
  const { handleUpgrade } = WebSocketServer.prototype;
  WebSocketServer.prototype.handleUpgrade = function (request, socket, head, done) {
    const path = new URL(request.url ?? '/', 'http://double').pathname;
    handleUpgrade.call(this, request, socket, head, (client, asked) => {
      const { send } = client;
      Object.assign(client, {
        send(...of: unknown[]) {
          note({ kind: 'frame', path, from: 'server', text: String(of[0]) });
          return Reflect.apply(send, client, of);
        },
      });
      client.on('message', (data: unknown) =>
        note({ kind: 'frame', path, from: 'client', text: String(data) }),
      );
      done(client, asked);
    });
  };
}

// Vitest names itself to the processes that it starts; those that tests start are not to be heard.
if (folder && process.env.VITEST) {
  delete process.env.NODE_OPTIONS;
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    follow(request, response);
  });
  followSockets();
}
