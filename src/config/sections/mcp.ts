import { z } from 'zod';
import { flag, url, wholeSeconds } from '../setting-types.ts';

/** A server of the Model Context Protocol: a program or an address. */
export const McpServer = z
  .strictObject({
    enabled: flag.default(true),
    command: z.string().optional().describe('A program that speaks MCP on its standard input and output.'),
    args: z.array(z.string()).default([]),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Its environment; it gets nothing of the bot’s own.'),
    url: url.optional().describe('Or where it is: streamable HTTP, or the older SSE.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('E.g. {"Authorization": "Bearer ${TOKEN}"}. They go to the server alone.'),
    private: flag
      .optional()
      .describe(
        'Whether what the server names for signing in may be on a private network; by default where its own address is plainly on one (localhost, 10.1.2.3, mcp.corp).',
      ),
    oauth: z
      .strictObject({
        grant: z
          .enum(['sign_in', 'client_credentials', 'private_key'])
          .default('sign_in')
          .describe(
            'Somebody signs in once (npm run mcp:login), or the client has a secret or a private key of its own.',
          ),
        client_id: z.string().optional().describe('Where the server registers no clients by itself.'),
        client_secret: z.string().optional(),
        issuer: url
          .optional()
          .describe('The authorization server that secret or key belong to: they go to no other.'),
        private_key: z.string().optional().describe('PEM, for the grant private_key.'),
        algorithm: z.string().default('ES256').describe('What is signed with the private key.'),
        scope: z.string().optional(),
        client_metadata_url: z
          .url({ protocol: /^https$/ })
          .optional()
          .describe('Where a description of the client is published, for servers that go by that.'),
      })
      .refine(
        ({ grant, client_id, client_secret, private_key, issuer }) =>
          grant === 'sign_in' ||
          [client_id, issuer, grant === 'private_key' ? private_key : client_secret].every(Boolean),
        'client_credentials needs client_id, client_secret and issuer; private_key needs client_id, private_key and issuer',
      )
      .optional()
      .describe('For a server that wants OAuth.'),
    approval: z
      .enum(['never', 'destructive', 'writes', 'always'])
      .default('writes')
      .describe(
        'When people are asked before a tool is used; "writes" and "destructive" go by what the server says of its tools (all that do not only read, or all that may destroy something), and what it says nothing of is asked about.',
      ),
    hide: z.array(z.string()).default([]).describe('Tools of it that are not offered.'),
    resources: flag.default(false).describe('Whether what can be read from it is offered as tools.'),
    prompts: flag.default(false).describe('Whether the prompts that it has ready are offered as tools.'),
    needs: z
      .array(z.string())
      .default([])
      .describe('Values without which it stays off, e.g. ["${HF_TOKEN:-}"].'),
    timeout_seconds: wholeSeconds.default(120),
  })
  .refine(
    ({ command, url: address }) => (command === undefined) !== (address === undefined),
    'needs command or url',
  );
