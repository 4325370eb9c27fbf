import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';

/**
 * A forward proxy as companies have them: it opens tunnels (CONNECT) and passes plain requests on. Names that
 * nobody else can look up lead to ports of this machine, so whoever does not come by here does not get there.
 */
export class ForwardProxy {
  /** `host:port` of every tunnel and request, in order. */
  readonly targets: string[] = [];
  /** What stands for a host of this machine. */
  readonly names = new Map<string, number>();
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  url = '';
  readonly #open = new Set<Socket>();
  readonly #server = createServer();

  static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy();
    const server = proxy.#server;
    server.on('connection', (socket: Socket) => proxy.#keep(socket));
    server.on('connect', (request, socket: Socket, head: Buffer) => {
      const [host = '', port = ''] = (request.url ?? '').split(/:(?=\d+$)/);
      if (!proxy.#admits(request.headers['proxy-authorization'])) {
        return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      }
      proxy.targets.push(`${host}:${port}`);
      const target = connect(proxy.#portOf(host, port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.write(head);
        target.pipe(socket).pipe(target);
      });
      proxy.#keep(target);
      target.on('error', () => socket.destroy());
      socket.on('error', () => target.destroy());
    });
    server.on('request', (request, response) => {
      const url = URL.parse(request.url ?? '');
      if (url === null) return void response.writeHead(400).end();
      if (!proxy.#admits(request.headers['proxy-authorization'])) return void response.writeHead(407).end();
      proxy.targets.push(`${url.hostname}:${url.port || '80'}`);
      const { method, headers } = request;
      const options = { host: '127.0.0.1', port: proxy.#portOf(url.hostname, url.port), method, headers };
      const passed = httpRequest({ ...options, path: url.pathname + url.search }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => response.destroy());
      request.pipe(passed);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    proxy.url = `http://127.0.0.1:${address instanceof Object ? address.port : 0}`;
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  #admits(header: string | undefined): boolean {
    const wanted = this.credentials && `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    return wanted === undefined || header === wanted;
  }

  #portOf(host: string, port: string): number {
    return this.names.get(host) ?? Number(port || 80);
  }
}
