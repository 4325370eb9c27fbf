import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

/** What may ask others without counting what comes back, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/lib/bounded-fetch.ts': 'is the way',
  'src/lib/public-agent.ts': 'makes a fetch that its only user puts bounds on (tools/mcp/guarded-fetch.ts)',
  'src/web/fetcher.ts': 'counts pages itself (lib/body.ts)',
};

/** Who imports what could ask past `fetch`, and what for. */
const OTHER_WAYS: Readonly<Record<string, string>> = {
  'src/lib/public-agent.ts': 'agents of the fetcher',
  'src/web/fetcher.ts': 'the fetcher',
  'src/lib/network.ts': 'the proxies of the process',
  'src/lib/tunnel.ts': 'tunnels through proxies: of an answer only its head is read',
  'adapters/slack/socket.ts': 'the proxy of a WebSocket',
};

/** Clients of libraries that ask with a fetch of their own unless they are given one. */
const CLIENTS = [
  'App',
  'Client',
  'InstallProvider',
  'Octokit',
  'OpenAI',
  'REST',
  'SSEClientTransport',
  'SlackClient',
  'StreamableHTTPClientTransport',
  'WebClient',
];

const sources = ['src', 'adapters'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/ .*$/gm, '$1');

/** Uses of Node's fetch, or of a package's: no property of that name, no type of it, no cursor of SQL. */
const USES = /^.*(?:(?<![-.\w$`])(?<!typeof )fetch\b(?!\s*[:?])|(?<!typeof )\bglobalThis\.fetch\b).*$/gm;

const usesOfFetch = (text: string): string[] => withoutComments(text).match(USES) ?? [];

/** Calls with what they are given, as they stand in a text: `begin` matches up to the parenthesis. */
function callsOf(text: string, begin: RegExp): string[] {
  return [...text.matchAll(begin)].map(({ index, 0: { length } }) => {
    let depth = 1;
    let at = index + length;
    for (; depth > 0 && at < text.length; at++) depth += { '(': 1, ')': -1 }[text[at] ?? ''] ?? 0;
    return text.slice(index, at);
  });
}

/** Calls of the Hub's client that are given nothing to ask with. */
function bareHubCalls(text: string): string[] {
  const [, names = ''] = /import \{([^}]+)\} from '@huggingface\/hub'/.exec(text) ?? [];
  const calls = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[a-z]/.test(name));
  if (calls.length === 0) return [];
  return callsOf(withoutComments(text), new RegExp(`(?<![.\\w])(?:${calls.join('|')})\\(`, 'g')).filter(
    (call) =>
      !/\b(?:access|streaming|downloading)\(|\bfetch\b|\b(?:asked|access|params)\b|: AbortSignal\b/.test(
        call,
      ),
  );
}

const bareClients = (text: string): string[] =>
  callsOf(withoutComments(text), new RegExp(`\\bnew (?:${CLIENTS.join('|')})\\(`, 'g')).filter(
    (made) => !/\bfetch\b|\boptions\b|\.\.\.rest\b|name: 'ml-intern'/.test(made),
  );

test('everything that others answer is counted while it streams', () => {
  expect(sources.length).toBeGreaterThan(150);
  const found = sources.flatMap((name) => {
    const text = read(name);
    const uses = name in ALLOWED ? [] : usesOfFetch(text);
    return [...uses, ...bareHubCalls(text), ...bareClients(text)].map((use) => `${name}: ${use}`);
  });
  expect(found).toEqual([]);
});

const OTHERS = /^import (?!type )([^;]*?) from '(undici|axios|got|node-fetch|ws|node:https?|node:http2)';$/gm;

test('nothing else is imported that could ask others', () => {
  const importing = sources.filter((name) =>
    [...read(name).matchAll(OTHERS)].some(
      ([, names = '', from]) =>
        from !== 'node:http' || /\b(?:request|get|Agent|setGlobalProxyFromEnv)\b/.test(names),
    ),
  );
  expect(importing.sort()).toEqual(Object.keys(OTHER_WAYS).sort());
});

test('what is allowed to ask does so', () => {
  for (const name of Object.keys(ALLOWED)) expect(usesOfFetch(read(name)), name).not.toEqual([]);
});

test.each([
  ["const a = await fetch('https://a.example');", usesOfFetch],
  ['withRetryAfter(fetch, 3);', usesOfFetch],
  ['const send = globalThis.fetch;', usesOfFetch],
  ['new OpenAI({ apiKey, fetch: fetch });', usesOfFetch],
  ['new OpenAI({ apiKey });', bareClients],
  ["import { listModels } from '@huggingface/hub';\nlistModels({ hubUrl });", bareHubCalls],
])('such a line would be found: %s', (text, find) => {
  expect(find(text)).toHaveLength(1);
});
