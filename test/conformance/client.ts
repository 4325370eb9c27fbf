import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { open, signedIn } from '../../src/tools/mcp/connection.ts';
import { createOAuth, type OAuthSettings } from '../../src/tools/mcp/oauth.ts';

/*
 * Our MCP client, as the conformance tests run it: connects to the server that they name, and uses its tools.
 * Somebody who signs in is played: the page of the server says yes by itself.
 */

const [url = ''] = process.argv.slice(2);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const Context = z.looseObject({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  private_key_pem: z.string().optional(),
  signing_algorithm: z.string().optional(),
});
const context = Context.parse(JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}'));
const { client_id, client_secret, private_key_pem, signing_algorithm } = context;

function grantOf(): OAuthSettings['grant'] {
  if (scenario === 'auth/client-credentials-jwt') return 'private_key';
  return scenario === 'auth/client-credentials-basic' ? 'client_credentials' : 'sign_in';
}

let kept: string | undefined;
let arrived = Promise.withResolvers<string>();
const code = async () => {
  const given = await arrived.promise;
  arrived = Promise.withResolvers();
  return given;
};

async function browse(page: URL): Promise<void> {
  const answer = await fetch(page, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? '', page);
  arrived.resolve(back.searchParams.get('code') ?? '');
}

const settings: OAuthSettings = {
  grant: grantOf(),
  ...(client_id ? { client_id } : {}),
  ...(client_secret ? { client_secret } : {}),
  ...(private_key_pem ? { private_key: private_key_pem, algorithm: signing_algorithm } : {}),
  client_metadata_url: 'https://conformance-test.local/client-metadata.json',
};
const store = {
  read: async () => kept,
  async write(text: string) {
    kept = text;
  },
  alone: <T>(work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal),
};
const oauth = createOAuth('conformance', settings, store, {
  redirectUrl: 'http://127.0.0.1:9/callback',
  open: browse,
});
const endpoint = {
  url,
  headers: {},
  ...(scenario.startsWith('auth/') ? { auth: { ...oauth, code } } : {}),
};

const client = await open(endpoint, (fresh) =>
  fresh.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: {} })),
);
const using = <T>(use: () => Promise<T>) => signedIn(client, { ...oauth, code }, use);
const { tools } = await using(() => client.listTools());
for (const { name, inputSchema } of tools) {
  const wanted = Object.entries(inputSchema.properties ?? {});
  const values = wanted.map(([key, schema]) => [
    key,
    (schema as { type?: string }).type === 'string' ? 'x' : 1,
  ]);
  await using(() => client.callTool({ name, arguments: Object.fromEntries(values) }));
}
await client.close();
