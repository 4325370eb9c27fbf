import { bodyOf, type Listening, listen, sendJson } from './http.ts';

type Request = { id?: number; method: string; params?: { protocolVersion?: string } };

/**
 * An MCP server with one tool, over HTTP without streams of its own. What `silentFrom` names, and what
 * follows it, is never answered.
 */
export class SilentMcp {
  silentFrom: 'initialize' | 'tools/call' | undefined;
  /** Methods that it was asked for. */
  readonly asked: string[] = [];
  #listening: Listening | undefined;

  static async start(): Promise<SilentMcp> {
    const server = new SilentMcp();
    server.#listening = await listen(async (request, response) => {
      if (request.method !== 'POST') return void response.writeHead(405).end();
      const { id, method, params } = JSON.parse(await bodyOf(request)) as Request;
      server.asked.push(method);
      if (method === server.silentFrom) return;
      if (id === undefined) return void response.writeHead(202).end();
      const result = RESULTS[method]?.(params?.protocolVersion ?? '');
      if (result === undefined)
        return sendJson(response, 200, { jsonrpc: '2.0', id, error: { code: -32_601, message: 'unknown' } });
      sendJson(response, 200, { jsonrpc: '2.0', id, result });
    });
    return server;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the MCP server has not been started');
    return `${this.#listening.url}/mcp`;
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }
}

const RESULTS: Readonly<Record<string, (version: string) => object>> = {
  initialize: (protocolVersion) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'silent', version: '1' },
  }),
  'tools/list': () => ({
    tools: [
      {
        name: 'ponder',
        description: 'Thinks about something.',
        inputSchema: { type: 'object', properties: {} },
        annotations: { readOnlyHint: true },
      },
    ],
  }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'It is 42.' }] }),
};
