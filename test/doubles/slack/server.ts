import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, bytesOf, type Listening, listen, sendJson } from '../http.ts';
import { broadcastsIn } from './broadcasts.ts';
import { HttpTransport, SocketTransport, type Transport } from './delivery.ts';
import { missingScope } from './manifest.ts';
import { SlackPeople } from './people.ts';
import { refusalOf } from './rules.ts';
import type { SlackDoubleOptions } from './state.ts';
import { answerCall } from './web-api.ts';

/**
 * Slack, as far as a bot meets it: the Web API with its rules and limits, Socket Mode or signed HTTP
 * deliveries, interactivity with response_url. What people do is a method call on it; what they would see is
 * in `workspace`.
 */
export class SlackDouble extends SlackPeople {
  #listening: Listening | undefined;
  #socket: SocketTransport | undefined;
  #http: HttpTransport | undefined;

  static async start(options: SlackDoubleOptions = {}): Promise<SlackDouble> {
    const slack = new SlackDouble(options);
    slack.#listening = await listen((request, response) => slack.#handle(request, response), options.port);
    slack.#socket = new SocketTransport(slack.#listening.server);
    return slack;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Slack double has not been started');
    return this.#listening.url;
  }

  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  get connections(): number {
    return this.#socket?.connections ?? 0;
  }

  get socket(): SocketTransport {
    if (this.#socket === undefined) throw new Error('the Slack double has not been started');
    return this.#socket;
  }

  /** Delivers to a request URL from now on, instead of over sockets. */
  useHttp(url: string, signingSecret: string): void {
    this.#http = new HttpTransport(url, signingSecret);
  }

  /** Cuts the app's socket connections. */
  disconnect(): void {
    this.#socket?.disconnect();
  }

  async close(): Promise<void> {
    this.#socket?.close();
    await this.#listening?.close();
  }

  protected get transport(): Transport | undefined {
    return this.#http ?? this.#socket;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    if (pathname.startsWith('/upload/')) {
      const file = this.uploads.find(pathname.slice(8));
      if (file === undefined) return sendJson(response, 404, { ok: false, error: 'not_found' });
      file.bytes = await formFile(request);
      response.writeHead(200, { 'content-type': 'text/plain' });
      return void response.end('OK');
    }
    if (pathname.startsWith('/files/')) return this.#download(request, response, pathname.slice(7));
    if (pathname.startsWith('/response/')) return this.#respond(request, response, pathname.slice(10));
    if (!pathname.startsWith('/api/')) return sendJson(response, 404, { ok: false, error: 'not_found' });
    await answerCall(this, pathname.slice(5), request, response);
  }

  /** Who may not read a file is sent to a page to sign in. */
  #download(request: IncomingMessage, response: ServerResponse, id: string): void {
    const file = this.uploads.find(id);
    if (file) this.downloads.push(file.name);
    if (file?.leadsTo) return void response.writeHead(302, { location: file.leadsTo }).end();
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const isGood = this.oauth.isUsed ? 'team' in this.oauth.teamOf(token) : token.startsWith('xoxb-');
    const isAllowed = isGood && missingScope('files.info') === undefined;
    response.writeHead(200, { 'content-type': isAllowed ? 'text/plain' : 'text/html' });
    response.end(isAllowed ? file?.bytes : '<html>Sign in</html>');
  }

  async #respond(request: IncomingMessage, response: ServerResponse, user: string): Promise<void> {
    const body = JSON.parse(await bodyOf(request)) as {
      text?: string;
      response_type?: string;
      blocks?: unknown;
    };
    // A URL works for half an hour and five times:
    // https://docs.slack.dev/interactivity/handling-user-interaction.
    this.broadcasts.push(...broadcastsIn('response_url', body));
    const scripted = this.refusals.scripted('response_url', body);
    if (scripted !== undefined) return sendJson(response, 404, { ok: false, error: 'used_url' });
    const refusal = refusalOf(body.text, body.blocks);
    if (refusal) return sendJson(response, 400, { ok: false, error: refusal });
    if (body.response_type === 'ephemeral')
      this.ephemerals.push({ user, text: body.text ?? '', blocks: body.blocks });
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('ok');
  }
}

/** The one file of a multipart form. */
async function formFile(request: IncomingMessage): Promise<Buffer> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(await bytesOf(request), { headers }).formData();
  const [file] = [...form.values()];
  return file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.from(file ?? '');
}
