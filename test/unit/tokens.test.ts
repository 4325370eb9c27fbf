import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { watchTokens } from '../../src/lib/tokens.ts';

const log = createLogger('silent', (text) => text);
let status = 200;
let headers: Record<string, string> = {};
const server = createServer((_request, response) => response.writeHead(status, headers).end());
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

async function ask(token: string): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } });
  await response.arrayBuffer();
}

test('a token that any client is refused with is named, until it is taken again', async () => {
  const tokens = watchTokens({ HF_TOKEN: 'hf_123456789', GITHUB_TOKEN: 'ghp_123456789' }, log);
  status = 401;
  await ask('hf_123456789');
  expect(Object.keys(tokens.refusals())).toEqual(['HF_TOKEN']);
  status = 200;
  await ask('hf_123456789');
  expect(tokens.refusals()).toEqual({});
  tokens.stop();
});

test('a repository that is not there for a token says nothing of the token', async () => {
  const tokens = watchTokens({ HF_TOKEN: 'hf_123456789' }, log);
  [status, headers] = [401, { 'X-Error-Code': 'RepoNotFound' }];
  await ask('hf_123456789');
  expect(tokens.refusals()).toEqual({});
  tokens.stop();
});

test('what was asked with the token of a person says nothing of the bot’s', async () => {
  const tokens = watchTokens({ HF_TOKEN: 'hf_123456789' }, log);
  [status, headers] = [401, {}];
  await ask('hf_ofsomebodyelse');
  expect(tokens.refusals()).toEqual({});
  tokens.stop();
});
