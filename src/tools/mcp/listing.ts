import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ErrorCode, McpError, type Tool as McpTool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Logger } from '../../lib/log.ts';
import { allPages } from './pages.ts';

/** Models are told of all tools with each request: of one server's so many, and of each so much. */
const TOOLS = 256;
const SCHEMA_CHARACTERS = 40_000;

/** What can be left out where it is not as it should be: servers send null for what they do not have. */
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** Some send null where they have none, and some their tools by name. */
const Page = z.looseObject({
  tools: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform(byName)]).catch(() => []),
  nextCursor: optional(z.string()),
});

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
  /** As servers call it that were made for a model's own API. */
  input_schema: optional(z.record(z.string(), z.unknown())),
  parameters: optional(z.record(z.string(), z.unknown())),
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
    const { tools, nextCursor } = await page(client, params);
    const items = tools.flatMap((tool) => toolIn(tool) ?? []);
    const short = items.filter(({ inputSchema }) => lengthOf(inputSchema) <= SCHEMA_CHARACTERS);
    leftOut += tools.length - short.length;
    return { items: short, nextCursor };
  });
  const named = [...new Map(known.toReversed().map((tool) => [tool.name, tool])).values()].toReversed();
  leftOut += Math.max(0, named.length - TOOLS);
  if (leftOut > 0) log.warn({ server, leftOut }, 'an MCP server has more tools than models are told of');
  return named.slice(0, TOOLS).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A page of the list. A server that has no tools says that it knows no such method; one whose later page
 * fails has the ones before it.
 */
async function page(client: Client, params: { cursor?: string }): Promise<z.infer<typeof Page>> {
  try {
    return await client.request({ method: 'tools/list', params }, Page);
  } catch (error) {
    const hasNone = error instanceof McpError && error.code === ErrorCode.MethodNotFound;
    if (!hasNone && (params.cursor === undefined || !(error instanceof McpError))) throw error;
    return { tools: [] };
  }
}

function toolIn(given: unknown): ListedTool | undefined {
  const { data } = Tool.safeParse(given);
  if (data === undefined) return undefined;
  const { input_schema: snake, parameters, inputSchema = snake ?? parameters, ...tool } = data;
  return { ...tool, inputSchema: inputSchema ?? { type: 'object' } };
}

function byName(tools: Record<string, unknown>): unknown[] {
  return Object.entries(tools).map(([name, tool]) => (typeof tool === 'object' ? { name, ...tool } : tool));
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
