import { readFileSync } from 'node:fs';
import { manifestOf } from '../../../adapters/slack/manifest.ts';
import { DiscordGateway } from './discord-gateway.ts';
import type { Findings } from './findings.ts';
import { type Faults, jsonOf, OpenApi } from './open-api.ts';
import { type Exchange, type Frame, textOf } from './recorded.ts';
import { DOCUMENTED_ELSEWHERE, routeOf } from './routes.ts';
import { Schemas } from './schemas.ts';
import { type Payload, SlackApi } from './slack.ts';
import type { Specification } from './specifications.ts';

/** What a record was checked for: how much of each platform it has, and which routes. */
export type Tally = {
  calls: number;
  answers: number;
  payloads: number;
  /** Requests to what no specification is of, by the first part of their path. */
  others: Map<string, number>;
  routes: Set<string>;
};

type Checks = { slack: SlackApi; gateway: DiscordGateway; apis: readonly Api[] };
type Api = { name: string; api: OpenApi; pathOf(path: string): string | undefined };

/** Everything that specifications say, ready to check by. */
export function checksOf(file: (name: Specification) => string): Checks & { payloads: Payload[] } {
  const payloads = readFileSync(file('slack-payloads.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Payload);
  const below = (prefix: RegExp) => (path: string) =>
    prefix.test(path) ? path.replace(prefix, '') : undefined;
  const apis: Api[] = [
    {
      name: 'discord',
      api: new OpenApi(file('discord.openapi.json'), 'discord'),
      pathOf: below(/^\/api\/v10(?=\/)/),
    },
    {
      name: 'dataset-viewer',
      api: new OpenApi(file('dataset-viewer.openapi.json'), 'dataset-viewer'),
      pathOf: below(/^(?=\/(?:is-valid|splits|info|first-rows|parquet|rows)$)/),
    },
    {
      name: 'openai',
      api: new OpenApi(file('openai.openapi.json'), 'openai'),
      pathOf: below(/^\/v1(?=\/(?:chat\/completions|responses)$)/),
    },
    {
      name: 'hub',
      api: new OpenApi(file('hub.openapi.json'), 'hub', DOCUMENTED_ELSEWHERE),
      pathOf: below(/^(?=\/api\/[^.]+(?:\/|$)|\/oauth\/|\/.+\/resolve\/)/),
    },
  ];
  return {
    slack: new SlackApi(file('slack-blocks-by-surface.json'), payloads),
    gateway: new DiscordGateway(),
    apis,
    payloads,
  };
}

export const emptyTally = (): Tally => ({
  calls: 0,
  answers: 0,
  payloads: 0,
  others: new Map(),
  routes: new Set(),
});

/** What is recorded while other payloads than the double's are sent is not the double's. */
const isOwn = ({ during = '' }: { during?: string }): boolean => !during.endsWith('payloads.test.ts');

export function checkExchange(checks: Checks, exchange: Exchange, findings: Findings, tally: Tally): void {
  const { pathname } = new URL(exchange.url, 'http://double');
  if (pathname === '/slack/events') {
    if (exchange.status === 401 || !isOwn(exchange)) return; // a test’s own, which is not signed as Slack’s are
    const { kind, payload } = deliveryIn(exchange);
    tally.payloads++;
    findings.add(`slack sends ${kind}`, checks.slack.notice(kind, payload), exchange.during);
    return;
  }
  const call = callIn(checks, exchange);
  if (call === undefined) {
    const first = pathname.split('/')[1] ?? '';
    tally.others.set(first, (tally.others.get(first) ?? 0) + 1);
    return;
  }
  const { where, faults } = call;
  const { status = 500, during, isWhole } = exchange;
  tally.calls++;
  if (isWhole) tally.answers++;
  if (faults !== undefined && status < 400) tally.routes.add(routeOf(where));
  // A route that nobody knows is refused by the double as by the platform.
  const unknown = status < 400 ? ['there is no such route'] : [];
  findings.add(`${where} is asked`, faults?.asked ?? unknown, during);
  findings.add(`${where} answers`, faults?.answered ?? [], during);
}

/** The route that a request is to, and what is wrong with it: undefined of a route that nobody knows. */
type Call = { where: string; faults: Faults | undefined };

function callIn({ slack, apis }: Checks, exchange: Exchange): Call | undefined {
  const { pathname, searchParams } = new URL(exchange.url, 'http://double');
  const { method } = exchange;
  const [, slackMethod] = /^\/api\/([a-z]+(?:\.[\w]+)+)$/i.exec(pathname) ?? [];
  if (slackMethod !== undefined) {
    return { where: `slack ${slackMethod}`, faults: slack.check(slackMethod, exchange) };
  }
  if (pathname.startsWith('/response/')) {
    return { where: 'slack response_url', faults: { asked: slack.reply(exchange), answered: [] } };
  }
  for (const { name, api, pathOf } of apis) {
    const path = pathOf(pathname);
    if (path === undefined) continue;
    const operation = api.operation(method, path);
    if (operation === undefined) return { where: `${name} ${method} ${path}`, faults: undefined };
    const faults = api.check(operation, exchange, searchParams);
    return { where: `${name} ${method} ${operation.template}`, faults };
  }
  return undefined;
}

/** What Slack sends to a request URL. */
function deliveryIn({ asked, askedType }: Exchange): { kind: string; payload: unknown } {
  const text = textOf(asked);
  if (askedType.includes('json')) return { kind: 'events_api', payload: jsonOf(text) };
  const form = new URLSearchParams(text);
  const payload = form.get('payload');
  if (payload !== null) return { kind: 'interactive', payload: jsonOf(payload) };
  return { kind: 'slash_commands', payload: Object.fromEntries(form) };
}

export function checkFrame(checks: Checks, frame: Frame, findings: Findings, tally: Tally): void {
  const value = jsonOf(frame.text);
  if (frame.path === '/gateway') {
    const { name, faults } = checks.gateway.check(frame.from, value);
    tally.payloads++;
    findings.add(`discord gateway ${frame.from} sends ${name}`, faults, frame.during);
  }
  if (frame.path.startsWith('/socket') && frame.from === 'server' && isOwn(frame)) {
    const { type, payload } = Object(value);
    if (payload === undefined) return; // its greeting
    tally.payloads++;
    findings.add(`slack sends ${type}`, checks.slack.notice(String(type), payload), frame.during);
  }
}

/** Our app's manifests, by Slack's own schema of them. */
export function checkManifest(file: string, findings: Findings): void {
  const schemas = new Schemas('slack-manifest', JSON.parse(readFileSync(file, 'utf8')));
  const { definitions: _definitions, ...root } = schemas.document;
  const kinds = {
    'over a socket': manifestOf(),
    'over HTTP': manifestOf({ url: 'https://bot.example.com' }),
  };
  for (const [kind, manifest] of Object.entries(kinds)) {
    findings.add(`slack manifest ${kind}`, schemas.faults(root, manifest));
  }
}
