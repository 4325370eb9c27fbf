import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ConfigError } from './config-error.ts';

/** How a part of the program stands, with a reason where there is one. */
export type PartState = { state: 'up' | 'down' | 'starting'; trouble?: string };

export type Health = {
  /** Tells of a part from now on: `look` is asked whenever somebody wants to know. */
  part(name: string, look: () => PartState | Promise<PartState>): void;
  /** All parts are there: it is ready once they are up. */
  started(): void;
  /** It takes nothing more. */
  stopping(): void;
  close(): Promise<void>;
};

export type HealthSettings = { port?: number | undefined; host: string };

type Stage = 'starting' | 'started' | 'stopping';

/**
 * Says over HTTP how the process stands. `/healthz`: 200 as long as it runs, whatever is away, because
 * starting it again would mend nothing. `/readyz`: 200 once it has started and all its parts are up, 503
 * otherwise. Both tell of every part, as JSON. Without a port it listens nowhere. `about` is told as it is.
 */
export async function serveHealth(
  { port, host }: HealthSettings,
  about: Readonly<Record<string, unknown>>,
  redact: (text: string) => string,
): Promise<Health> {
  const parts = new Map<string, () => PartState | Promise<PartState>>();
  let stage: Stage = 'starting';

  async function report(): Promise<{ isReady: boolean; text: string }> {
    const states = await Promise.all(
      [...parts].map(async ([name, look]) => [name, await lookAt(look)] as const),
    );
    const isUp = states.every(([, { state }]) => state === 'up');
    const status = stage === 'started' ? (isUp ? 'ok' : 'failing') : stage;
    const said = { status, ...about, uptime_seconds: Math.round(process.uptime()) };
    return {
      isReady: status === 'ok',
      text: `${redact(JSON.stringify({ ...said, parts: Object.fromEntries(states) }))}\n`,
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') return void response.writeHead(404).end();
    const { isReady, text } = await report();
    const status = path === '/healthz' || isReady ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  const server = createServer((request, response) => {
    // Whoever asks gets an answer, even where there is no report.
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  if (port !== undefined) await listen(server, port, host);

  return {
    part: (name, look) => void parts.set(name, look),
    started() {
      stage = 'started';
    },
    stopping() {
      stage = 'stopping';
    },
    async close() {
      if (port === undefined) return;
      server.close();
      server.closeAllConnections();
    },
  };
}

async function lookAt(look: () => PartState | Promise<PartState>): Promise<PartState> {
  try {
    return await look();
  } catch (error) {
    return { state: 'down', trouble: String(error) };
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ''] ?? `can't be listened on (${error.message})`;
      reject(
        new ConfigError(
          `HEALTH_PORT ${port} ${reason} at HEALTH_HOST ${host}. Set HEALTH_PORT to another one.`,
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be listened on by this user',
  EADDRNOTAVAIL: 'can’t be listened on, because this machine has no such address,',
};
