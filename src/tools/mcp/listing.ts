import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Logger } from '../../lib/log.ts';
import { allPages } from './pages.ts';

/** Models are told of all tools with each request: of one server's so many, and of each so much. */
const TOOLS = 256;
const SCHEMA_CHARACTERS = 40_000;

/** What can be left out where it is not as it should be: servers send null for what they do not have. */
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: optional(z.string()) });

const Hints = z.looseObject({
  title: optional(z.string()),
  readOnlyHint: optional(z.boolean()),
  destructiveHint: optional(z.boolean()),
  idempotentHint: optional(z.boolean()),
});
const Tool = z.object({
  name: z.string().min(1).max(1_000),
  title: optional(z.string()),
  description: optional(z.string()),
  inputSchema: optional(z.record(z.string(), z.unknown())),
  annotations: optional(Hints),
});

/** What is used of a tool of a server. */
export type ListedTool = Pick<McpTool, 'name' | 'title' | 'description'> & {
  inputSchema: Record<string, unknown>;
  annotations?: z.infer<typeof Hints> | undefined;
};

/**
 * The tools of a server that models can be told of, in the order of their names: providers cache what stands
 * at the beginning. Each is read by itself, so that one that is not as it should be hides none of the others.
 * It is asked without the client's own `listTools`, after which results are held against the schemas that the
 * server has for them: a pattern in one can take for ever.
 */
export async function listTools(client: Client, server: string, log: Logger): Promise<ListedTool[]> {
  let leftOut = 0;
  const known = await allPages(async (params) => {
    const { tools, nextCursor } = await client.request({ method: 'tools/list', params }, Page);
    const items = tools.flatMap((tool) => Tool.safeParse(tool).data ?? []);
    const short = items.filter(({ inputSchema }) => lengthOf(inputSchema ?? {}) <= SCHEMA_CHARACTERS);
    leftOut += tools.length - short.length;
    return { items: short, nextCursor };
  });
  const named = [...new Map(known.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();
  leftOut += Math.max(0, named.length - TOOLS);
  if (leftOut > 0) log.warn({ server, leftOut }, 'an MCP server has more tools than models are told of');
  return named
    .slice(0, TOOLS)
    .map(({ inputSchema = { type: 'object' }, ...tool }) => ({ ...tool, inputSchema }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of a value as JSON; what is nested too deep for that is too long. */
function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch (error) {
    if (error instanceof RangeError) return Infinity;
    throw error;
  }
}
