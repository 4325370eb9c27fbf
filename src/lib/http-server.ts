import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from './log.ts';

/** A port to listen on, and at which of the machine's addresses. */
export type Address = { port: number; host: string };

/** What is answered at a path. A page (GET) is found with a slash at its end, too. */
export type Route = {
  method: 'GET' | 'POST';
  path: string;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
};

/** The type of what is answered as words. */
export const PLAIN_TEXT = 'text/plain; charset=utf-8';

/** One server for all that is asked of the program over HTTP, but for its health. */
export type HttpServer = {
  /**
   * Answers routes from now on; with the first ones it begins to listen, so that nothing is taken before
   * somebody is there for it. Rejects where it can't listen.
   */
  serve(routes: readonly Route[]): Promise<void>;
  /**
   * Takes nothing more, also over connections that are kept alive; resolves once what has been taken is
   * answered, and nobody is connected any more.
   */
  stop(): Promise<void>;
};

/** A server that listens once it has something to serve, and answers `own` besides. */
export function createHttpServer({ port, host }: Address, own: readonly Route[], log: Logger): HttpServer {
  const routes = [...own];
  const open = new Set<ServerResponse>();
  let isStopping = false;
  /** A browser would go on asking over a connection that it has, and others never ask anything on theirs. */
  const hangUp = () => {
    if (isStopping && open.size === 0) server.closeAllConnections();
  };
  const server = createServer((request, response) => {
    if (isStopping) return void response.writeHead(503, { connection: 'close' }).end();
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      hangUp();
    });
    const route = routes.find((one) => isFor(one, request));
    if (route === undefined) return void response.writeHead(404).end();
    answer(route, request, response).catch((error: unknown) => {
      log.error({ err: error, path: route.path }, 'a request over HTTP could not be answered');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return {
    async serve(more) {
      routes.push(...more);
      if (server.listening) return;
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host }, () => {
          server.off('error', reject);
          resolve();
        });
      });
    },
    async stop() {
      if (!server.listening) return;
      isStopping = true;
      const closed = new Promise<void>((resolve, reject) =>
        server.close((error) => (error ? reject(error) : resolve())),
      );
      hangUp();
      await closed;
    },
  };
}

function isFor({ method, path }: Route, request: IncomingMessage): boolean {
  const asked = URL.parse(request.url ?? '', 'http://localhost')?.pathname;
  return request.method === method && (asked === path || (method === 'GET' && asked === `${path}/`));
}

/** What a handler throws is a rejection, whether it is asynchronous or not. */
async function answer({ handle }: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await handle(request, response);
}
