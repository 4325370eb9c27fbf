import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, sendJson, sleep } from '../http.ts';
import { broadcastsIn } from './broadcasts.ts';
import { missingScope } from './manifest.ts';
import { agents } from './methods/agents.ts';
import { assistant } from './methods/assistant.ts';
import { chat } from './methods/chat.ts';
import { conversations } from './methods/conversations.ts';
import { files } from './methods/files.ts';
import type { Answer, Arguments, Methods } from './methods/method.ts';
import { reactions } from './methods/reactions.ts';
import { streams } from './methods/streams.ts';
import { users } from './methods/users.ts';
import { views } from './methods/views.ts';
import type { SlackState } from './state.ts';
import { kindsNamed, teamOf } from './workspace.ts';

const METHODS: Methods = {
  ...users,
  ...views,
  ...reactions,
  ...files,
  ...chat,
  ...streams,
  ...agents,
  ...assistant,
  ...conversations,
};

/** Takes one call of the Web API, and answers it unless a test wants that left undone. */
export async function answerCall(
  slack: SlackState,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const args = argumentsOf(request, await bodyOf(request));
  if (slack.latencyMs > 0) await sleep(slack.latencyMs);
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? String(args.token ?? '');
  slack.broadcasts.push(...broadcastsIn(method, args));
  const fault = faultFor(slack, method);
  const log = (error?: string) => slack.calls.push({ method, arguments: args, error, at: Date.now() });
  if (fault === 'hang') return void log('no answer');
  if (typeof fault === 'number') {
    log(`status ${fault}`);
    if (fault === 429)
      return sendJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' });
    return sendJson(response, fault, { ok: false });
  }
  const wait = slack.limits.check(method, typeof args.channel === 'string' ? args.channel : undefined);
  if (wait !== undefined) {
    log('ratelimited');
    return sendJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(wait) });
  }
  const scripted = slack.refusals.scripted(method, args);
  if (typeof scripted === 'object') {
    log('ratelimited');
    const named = scripted.retryAfter === undefined ? {} : { 'retry-after': scripted.retryAfter };
    return sendJson(response, scripted.status, { ok: false, error: 'ratelimited' }, named);
  }
  const answered: Answer =
    fault && fault !== 'drop' ? { ok: false, error: fault } : answerOf(slack, method, args, token);
  log(answered.ok ? undefined : answered.error);
  if (fault === 'drop') return void response.destroy();
  sendJson(response, 200, answered);
}

function faultFor(slack: SlackState, method: string): string | number | undefined {
  const index = slack.faults.findIndex((fault) => fault.method === method);
  return index === -1 ? slack.disturb(method) : slack.faults.splice(index, 1)[0]?.fault;
}

function answerOf(slack: SlackState, method: string, args: Arguments, token: string): Answer {
  if (method === 'apps.connections.open') {
    if (!token.startsWith('xapp-')) return { ok: false, error: 'invalid_auth' };
    return { ok: true, url: `${slack.url.replace('http', 'ws')}/socket` };
  }
  if (method === 'oauth.v2.access') return slack.oauth.access(args) as Answer;
  if (slack.oauth.isUsed) return answerInstalled(slack, method, args, token);
  if (!token.startsWith('xoxb-')) return { ok: false, error: token ? 'invalid_auth' : 'not_authed' };
  if (slack.tokenError !== undefined) return { ok: false, error: slack.tokenError };
  const lacks = lackOf(slack, method, args);
  if (lacks !== undefined) return lacks;
  const refused = refusalOfCall(slack, method, args);
  if (refused !== undefined) return { ok: false, error: refused };
  const handler = METHODS[method];
  return handler ? handler(slack, args) : { ok: false, error: 'unknown_method' };
}

function lackOf({ workspace }: SlackState, method: string, { channel, types }: Arguments) {
  if (types !== undefined) return missingScope(method, kindsNamed(String(types)));
  return missingScope(method, channel === undefined ? undefined : [workspace.kindOf(String(channel))]);
}

function refusalOfCall(slack: SlackState, method: string, args: Arguments): string | undefined {
  const scripted = slack.refusals.scripted(method, args);
  if (typeof scripted === 'string') return scripted;
  const message = slack.workspace.find(String(args.channel), String(args.ts ?? args.timestamp));
  const kind = slack.workspace.kindOf(String(args.channel ?? args.channel_id));
  return slack.refusals.of(method, args, message, kind === 'channel');
}

/** A token of an installed app reaches its own workspace and no other. */
function answerInstalled(slack: SlackState, method: string, args: Arguments, token: string): Answer {
  const granted = slack.oauth.teamOf(token);
  if ('error' in granted) return { ok: false, error: granted.error };
  const lacks = lackOf(slack, method, args);
  if (lacks !== undefined) return lacks;
  const channel = args.channel ?? args.channel_id;
  if (channel !== undefined && teamOf(String(channel)) !== granted.team) {
    return { ok: false, error: 'channel_not_found' };
  }
  const answer = METHODS[method]?.(slack, args) ?? { ok: false as const, error: 'unknown_method' };
  if (!answer.ok) return answer;
  if (method === 'auth.test') return { ...answer, team_id: granted.team };
  if (method !== 'users.info') return answer;
  return { ...answer, user: { ...Object(answer.user), team_id: granted.team } };
}

/** The Web API takes JSON, or a form whose structured values are JSON texts. */
function argumentsOf(request: IncomingMessage, body: string): Arguments {
  if (request.headers['content-type']?.startsWith('application/json'))
    return JSON.parse(body || '{}') as Arguments;
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]): [string, unknown] => [
      key,
      STRUCTURED.has(key) ? JSON.parse(value) : value,
    ]),
  );
}

const STRUCTURED = new Set(['blocks', 'metadata', 'attachments', 'view', 'files']);
