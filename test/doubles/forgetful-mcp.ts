import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { bodyOf, type Listening, listen, sendJson } from './http.ts';

/** How a server refuses a session that it does not know: by the protocol, and as the SDK's example does. */
const REFUSALS = {
  404: { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
  400: {
    jsonrpc: '2.0',
    id: null,
    error: { code: -32000, message: 'Bad Request: No valid session ID provided' },
  },
} as const;

export type ForgetfulMcp = Listening & {
  /** As if it had been started anew: it knows none of its sessions any more. */
  forget(): void;
  /** Calls of its tool that it made. */
  calls: number;
};

const Asked = z.looseObject({ id: z.unknown().optional(), method: z.string() });

/** A server of tools over streamable HTTP that keeps sessions in memory. */
export async function startForgetfulMcp(refusal: keyof typeof REFUSALS): Promise<ForgetfulMcp> {
  const known = new Set<string>();
  const listening = await listen(async (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const { id, method } = Asked.parse(JSON.parse(await bodyOf(request)));
    const session = String(request.headers['mcp-session-id']);
    if (method !== 'initialize' && !known.has(session)) return sendJson(response, refusal, REFUSALS[refusal]);
    const answer = (result: unknown, headers: Record<string, string> = {}) =>
      sendJson(response, 200, { jsonrpc: '2.0', id, result }, headers);
    switch (method) {
      case 'initialize': {
        const fresh = randomUUID();
        known.add(fresh);
        const serverInfo = { name: 'forgetful', version: '1' };
        return answer(
          { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
          { 'mcp-session-id': fresh },
        );
      }
      case 'tools/list':
        return answer({ tools: [{ name: 'count', inputSchema: { type: 'object' } }] });
      case 'tools/call':
        double.calls++;
        return answer({ content: [{ type: 'text', text: `call ${double.calls}` }] });
      default:
        response.writeHead(202).end();
    }
  });
  const double: ForgetfulMcp = { ...listening, forget: () => known.clear(), calls: 0 };
  return double;
}
