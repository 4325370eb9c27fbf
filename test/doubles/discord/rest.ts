import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesOf, sendJson, sleep } from '../http.ts';
import { broadcastsIn } from './broadcasts.ts';
import { invalid } from './problems.ts';
import { application } from './routes/application.ts';
import { channels } from './routes/channels.ts';
import { guilds } from './routes/guilds.ts';
import { interactions } from './routes/interactions.ts';
import { messages } from './routes/messages.ts';
import type { Answer, Files, Request, Routes } from './routes/route.ts';
import type { Body, DiscordState } from './state.ts';

const ROUTES: Routes = [...application, ...guilds, ...channels, ...messages, ...interactions];

/** Takes one request to the API, and answers it unless a test wants that left undone. */
export async function answerRequest(
  double: DiscordState,
  { pathname, searchParams }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const path = pathname.replace(/^\/api\/v10/, '');
  const { body, files } = await parsed(request);
  if (double.latencyMs > 0) await sleep(double.latencyMs);
  double.broadcasts.push(...broadcastsIn(method, path, body));
  const isOpen = path.startsWith('/interactions/') || path.startsWith('/webhooks/');
  const finish = (status: number, answer?: unknown, headers: Record<string, string> = {}) => {
    double.calls.push({ method, path, status });
    if (answer !== undefined) return sendJson(response, status, answer, headers);
    response.writeHead(status, headers);
    response.end();
  };
  if (!isOpen && request.headers.authorization !== `Bot ${double.token}`) {
    return finish(401, { message: '401: Unauthorized', code: 0 });
  }
  const { headers, retryAfter } = double.buckets.take(method, path);
  if (retryAfter !== undefined) {
    const limited = {
      message: 'You are being rate limited.',
      code: 0,
      retry_after: retryAfter,
      global: false,
    };
    return finish(429, limited, { ...headers, 'retry-after': String(Math.ceil(retryAfter)) });
  }
  const fault = double.disturb(method, path);
  if (typeof fault === 'number') return finish(fault, { message: 'scripted', code: 0 }, headers);
  const asked = { method, path, body, files, query: searchParams };
  const broken = brokenIn(body);
  const answer = broken ?? double.refusals.of(asked, double.guild) ?? answerOf(double, asked);
  if (fault === 'drop') return void response.destroy();
  if (fault === 'hang') return void double.calls.push({ method, path, status: 0 });
  finish(answer.status, answer.body, headers);
}

/** Discord takes well-formed Unicode alone, wherever a text stands: half an emoji is none. */
function brokenIn(body: Body): Answer | undefined {
  const broken = Object.entries(body).find(([, value]) => !isWhole(value));
  return broken && invalid({ [broken[0]]: 'STRING_TYPE_UTF8' });
}

const isWhole = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.isWellFormed()
    : typeof value !== 'object' || value === null || Object.values(value).every(isWhole);

function answerOf(double: DiscordState, request: Request): Answer {
  const key = `${request.method} ${request.path}`;
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(key);
    if (match) return route(double, request, ...match.slice(1).map(decodeURIComponent));
  }
  return { status: 404, body: { message: '404: Not Found', code: 0 } };
}

/** The API takes JSON, or a form with files and the JSON in `payload_json`. */
async function parsed(request: IncomingMessage): Promise<{ body: Body; files: Files }> {
  const bytes = await bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    return { body: bytes.length > 0 ? (JSON.parse(bytes.toString()) as Body) : {}, files: [] };
  }
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const payload = form.get('payload_json');
  const files: Files = [];
  for (const [key, value] of form) {
    if (key.startsWith('files') && value instanceof File) {
      files.push({ name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  const body = typeof payload === 'string' ? (JSON.parse(payload) as Body & { data?: Body }) : {};
  return { body, files };
}
