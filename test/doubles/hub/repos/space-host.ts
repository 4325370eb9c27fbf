import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendJson } from '../../http.ts';

/** What of a Space's repository its host needs. */
type Hosted = { id: string; files: ReadonlyMap<string, Buffer>; secrets: ReadonlyMap<string, string> };

type Running = { child: ChildProcess; port: number; folder: string };

/**
 * Runs Docker Spaces whose app is a server.mjs, for real, and leads requests to them as hf.space does: a
 * private Space is entered with a pass for it (`__sign`), never with somebody's token. Its disk lasts until
 * it stops.
 */
export class SpaceHost {
  readonly #running = new Map<string, Running>();
  /** Requests that reached a Space, with their headers. */
  readonly requests: { space: string; headers: IncomingMessage['headers'] }[] = [];

  static passFor = (id: string): string => `pass-for-${Buffer.from(id).toString('base64url')}`;

  async start(repo: Hosted): Promise<void> {
    await this.stop(repo.id);
    const folder = mkdtempSync(join(tmpdir(), 'ml-intern-space-'));
    const work = join(folder, 'work');
    mkdirSync(work);
    writeFileSync(join(folder, 'server.mjs'), repo.files.get('server.mjs') ?? '');
    const child = spawn(process.execPath, [join(folder, 'server.mjs')], {
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(repo.secrets),
        PORT: '0',
        SANDBOX_FOLDER: work,
        SANDBOX_ALIVE_MS: '20',
        SANDBOX_HOST: '127.0.0.1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (data) => resolve(String(data))),
    );
    const port = Number(/listens on (\d+)/.exec(said)?.[1]);
    this.#running.set(repo.id, { child, port, folder });
  }

  async stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    const ended = new Promise((resolve) => running.child.once('exit', resolve));
    running.child.kill('SIGKILL');
    await ended;
    rmSync(running.folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.#running.keys()]) await this.stop(id);
  }

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /** A request below `/space-host/<owner>/<name>`. */
  forward(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://double');
    const [, id = '', path = '/'] = /^\/space-host\/([^/]+\/[^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
    const running = this.#running.get(id);
    if (url.searchParams.get('__sign') !== SpaceHost.passFor(id)) {
      sendJson(response, 404, { error: 'Sorry, we can not find the page you are looking for.' });
      return;
    }
    if (running === undefined) {
      sendJson(response, 503, { error: 'the Space is not running' });
      return;
    }
    this.requests.push({ space: id, headers: request.headers });
    const onward = httpRequest(
      { host: '127.0.0.1', port: running.port, path, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}
