import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { endpointOf } from '../app/mcp-servers.ts';
import { PLATFORMS } from '../app/platforms.ts';
import { loadConfig } from '../config/load.ts';
import { openStorage, storageOf } from '../db/storage.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';
import { useNetwork } from '../lib/network.ts';
import { open, signedIn } from '../tools/mcp/connection.ts';

const HELP = `npm run mcp:login -- NAME            signs in to a server of mcp_servers that wants OAuth; what it gives is kept, encrypted, in the record
npm run mcp:login -- NAME --port N   with a fixed port on this machine to come back to, for servers with registered clients
`;

/** Waits on this machine for the browser that comes back from the sign-in that was begun here (`stateOf`). */
async function listenForCode(
  port: number,
  stateOf: () => string | null,
): Promise<{ redirectUrl: string; code: () => Promise<string>; close(): void }> {
  let arrived = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const code = searchParams.get('code');
    const isOurs = pathname === '/callback' && searchParams.get('state') === stateOf();
    const isKnown = isOurs && (code !== null || searchParams.has('error'));
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(isKnown ? 'You can close this page.\n' : 'Nothing is here.\n');
    if (!isKnown) return;
    if (code !== null) arrived.resolve(code);
    else
      arrived.reject(
        new Error(`the server said: ${searchParams.get('error_description') ?? searchParams.get('error')}`),
      );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening'); // throws where the port is taken
  const address = server.address() as AddressInfo;
  return {
    redirectUrl: `http://127.0.0.1:${address.port}/callback`,
    async code() {
      const code = await arrived.promise;
      arrived = Promise.withResolvers();
      return code;
    },
    close: () => server.close(),
  };
}

async function login(name: string, port: number): Promise<void> {
  const config = loadConfig(process.env, process.cwd(), PLATFORMS);
  useNetwork(config.network);
  const server = config.mcp_servers[name];
  if (server === undefined || server.url === undefined) {
    const known = Object.entries(config.mcp_servers).flatMap(([key, { url }]) => (url ? [key] : []));
    throw new ConfigError(
      `There is no server "${name}" with an address in mcp_servers. There are: ${known.join(', ') || 'none'}.`,
    );
  }
  if (server.oauth?.grant !== 'sign_in') {
    throw new ConfigError(`${name} is not signed in to: give it "oauth": {} in the config.`);
  }
  let state: string | null = null;
  const back = await listenForCode(port, () => state);
  const storage = await openStorage(storageOf(config)).catch((error: unknown) => {
    back.close();
    throw error;
  });
  try {
    const endpoint = endpointOf(config, storage.db, name, server, {
      ...back,
      open(url) {
        state = url.searchParams.get('state');
        process.stdout.write(`Open this page and say yes:\n\n  ${url.href}\n\n`);
      },
    });
    const client = await open(endpoint, () => {});
    const auth = 'url' in endpoint ? endpoint.auth : undefined;
    const { tools } = await signedIn(client, auth, () => client.listTools());
    await client.close();
    process.stdout.write(
      `Signed in to ${name}: it has ${tools.length} tools. Workers use it from their next connection on.\n`,
    );
  } finally {
    back.close();
    await storage.close();
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '0' }, help: { type: 'boolean' } },
});
const [name] = positionals;
if (values.help || name === undefined) process.stdout.write(HELP);
else {
  await login(name, Number(values.port)).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
