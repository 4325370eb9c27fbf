import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, bytesOf, type Listening, listen, sendJson } from '../http.ts';
import { refusedAccount, whoami, whoIs } from './accounts.ts';
import { datasets, isDatasetViewer } from './dataset-viewer.ts';
import { HARDWARE } from './hardware.ts';
import { streamJob } from './job-streams.ts';
import { routeJobs } from './jobs.ts';
import { resolve } from './repos/files.ts';
import { routeRepos } from './repos/routes.ts';
import type { Answer, HubRequest } from './route.ts';
import { routeScheduled } from './scheduled-jobs.ts';
import { type HubFault, HubState } from './state.ts';

/** The Hub's Jobs API, whoami, and the datasets server, on one port. */
export class HubDouble extends HubState {
  #listening: Listening | undefined;

  static async start(options: { port?: number } = {}): Promise<HubDouble> {
    const hub = new HubDouble();
    hub.#listening = await listen((request, response) => hub.#handle(request, response), options.port);
    return hub;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Hub double has not been started');
    return this.#listening.url;
  }

  async close(): Promise<void> {
    await this.repos.host.close();
    await this.#listening?.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const { pathname: path, searchParams: query } = url;
    if (path.startsWith('/space-host/')) return this.repos.host.forward(request, response);
    const method = request.method ?? 'GET';
    if (!isDecodable(path)) return sendJson(response, 400, { error: 'Bad Request' });
    this.requests.push({ method, path });
    const fault = this.#faultFor(method, path);
    if (typeof fault?.status === 'number') {
      const headers = fault.code ? { 'x-error-code': fault.code } : {};
      return sendJson(response, fault.status, { error: fault.error ?? `scripted ${fault.status}` }, headers);
    }
    if (await this.oauth.answer(request, url, response)) return;
    const [, oid] = /^\/lfs\/(\w+)$/.exec(path) ?? [];
    if (oid !== undefined) return sendJson(response, this.repos.keep(oid, await bytesOf(request)), {});
    const { authorization } = request.headers;
    if (path.startsWith('/xet-cas/')) {
      const { status, answer } = this.repos.xet.answer(method, path, authorization, await bytesOf(request));
      return sendJson(response, status, answer);
    }
    const token = authorization?.replace('Bearer ', '') ?? '';
    const who = whoIs(this, token);
    const asked = { method, path, query, body: await bodyOf(request), who };
    if (fault?.status === 'drop') {
      this.#route(asked);
      return void response.destroy();
    }
    if (this.pages.answer(request, url, asked.body, response)) return;
    if (isDatasetViewer(path)) return datasets(this, path, query, response);
    const isKnown = token.startsWith('hf_') && this.tokens.get(token) !== 'revoked';
    if (path !== '/api/jobs/hardware' && !isKnown) {
      return sendJson(response, 401, { error: 'Invalid username or password.' });
    }
    const refused = refusedAccount(this, who, path);
    if (refused) return sendJson(response, refused.status, refused.answer);
    if (path === '/api/whoami-v2' && fault?.status !== 'hang') {
      const { status, answer } = whoami(this, who, token);
      return sendJson(response, status, answer);
    }
    const moved = this.repos.movedTo(path);
    if (moved !== undefined) {
      response.writeHead(307, { location: `${moved}${url.search}`, 'content-type': 'text/plain' });
      return void response.end(`Temporary Redirect. Redirecting to ${moved}`);
    }
    if (resolve(this.repos, path, response, request.headers.range)) return;
    const [, job = '', kind] = /^\/api\/jobs\/[^/]+\/([^/]+)\/(logs|events)$/.exec(path) ?? [];
    if (kind !== undefined) return streamJob(this, job, kind as 'logs' | 'events', request, response);
    const { status, answer } = (await routeRepos(this.repos, asked)) ?? this.#route(asked);
    if (fault?.status === 'hang') return;
    sendJson(response, status, answer);
  }

  #faultFor(method: string, path: string): HubFault | undefined {
    const index = this.faults.findIndex((f) => f.path.test(path) && (f.method ?? method) === method);
    if (index !== -1) return this.faults.splice(index, 1)[0];
    const status = this.disturb(method, path);
    return status === undefined ? undefined : { path: /./, status };
  }

  #route(asked: HubRequest): Answer {
    const { path } = asked;
    if (path.startsWith('/api/scheduled-jobs/')) return routeScheduled(this.scheduled, asked);
    if (path === '/api/jobs/hardware') return { status: 200, answer: HARDWARE };
    return routeJobs(this, asked);
  }
}

/** Whether every `%` of a path begins an escape; one that does not came of a name that was not encoded. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
