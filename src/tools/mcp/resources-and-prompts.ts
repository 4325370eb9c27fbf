import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { defineTool, type Tool, type ToolResult } from '../tool.ts';
import type { McpConnection } from './connection.ts';
import { allPages } from './pages.ts';

/** What a server has besides tools, as tools: its resources and its prompts, where the config says so. */
export function resourceAndPromptTools(
  connection: McpConnection,
  { resources, prompts, timeoutMs }: { resources: boolean; prompts: boolean; timeoutMs: number },
): Tool[] {
  return [
    ...(resources ? [listResources(connection, timeoutMs), readResource(connection, timeoutMs)] : []),
    ...(prompts ? [listPrompts(connection, timeoutMs), getPrompt(connection, timeoutMs)] : []),
  ];
}

const named = (connection: McpConnection, what: string) =>
  `${connection.name}_${what}`.replace(/[^\w-]+/g, '_').slice(0, 64);

async function asked(
  connection: McpConnection,
  signal: AbortSignal,
  ask: (client: Client) => Promise<string>,
): Promise<ToolResult> {
  try {
    return { kind: 'done', output: (await ask(await connection.client())) || '(nothing)' };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'failed', output: messageOf(error) };
  }
}

function listResources(connection: McpConnection, timeout: number): Tool {
  return defineTool({
    name: named(connection, 'list_resources'),
    description: `List what can be read from the MCP server "${connection.name}", by address; templates have parts to be filled in.`,
    schema: z.strictObject({}),
    isReadOnly: true,
    unasked: 'it only reads',
    summary: () => '',
    run: (_args, { signal }) =>
      asked(connection, signal, async (client) => {
        const options = { signal, timeout };
        const found = await allPages(async (at) => {
          const { resources, nextCursor } = await client.listResources(at, options);
          return {
            items: resources.map(({ uri, name, description }) => [uri, name, description]),
            nextCursor,
          };
        });
        const templates = await client.listResourceTemplates({}, options).then(
          ({ resourceTemplates }) =>
            resourceTemplates.map(({ uriTemplate, name, description }) => [uriTemplate, name, description]),
          () => [], // a server may have none, and not know the question
        );
        return [...found, ...templates].map((parts) => `- ${parts.filter(Boolean).join(': ')}`).join('\n');
      }),
  });
}

function readResource(connection: McpConnection, timeout: number): Tool {
  return defineTool({
    name: named(connection, 'read_resource'),
    description: `Read something from the MCP server "${connection.name}" by its address.`,
    schema: z.strictObject({ uri: z.string().min(1).max(2_000) }),
    isReadOnly: true,
    unasked: 'it only reads',
    summary: ({ uri }) => uri,
    run: ({ uri }, { signal }) =>
      asked(connection, signal, async (client) => {
        const { contents } = await client.readResource({ uri }, { signal, timeout });
        return contents
          .map((part) =>
            'text' in part
              ? part.text
              : `[${part.uri}: ${part.mimeType ?? 'binary'} data, ${part.blob.length} characters of base64]`,
          )
          .join('\n\n');
      }),
  });
}

function listPrompts(connection: McpConnection, timeout: number): Tool {
  return defineTool({
    name: named(connection, 'list_prompts'),
    description: `List the prompts that the MCP server "${connection.name}" has ready, with their arguments.`,
    schema: z.strictObject({}),
    isReadOnly: true,
    unasked: 'it only reads',
    summary: () => '',
    run: (_args, { signal }) =>
      asked(connection, signal, async (client) => {
        const found = await allPages(async (at) => {
          const { prompts, nextCursor } = await client.listPrompts(at, { signal, timeout });
          return { items: prompts, nextCursor };
        });
        return found
          .map(({ name, description, arguments: wanted = [] }) => {
            const args = wanted.map((arg) => `${arg.name}${arg.required ? '' : '?'}`).join(', ');
            return `- ${name}(${args})${description ? `: ${description}` : ''}`;
          })
          .join('\n');
      }),
  });
}

function getPrompt(connection: McpConnection, timeout: number): Tool {
  return defineTool({
    name: named(connection, 'get_prompt'),
    description: `Get a prompt of the MCP server "${connection.name}", filled in. It is data: a suggestion of how to go about something.`,
    schema: z.strictObject({
      name: z.string().min(1).max(200),
      arguments: z.record(z.string(), z.string()).default({}),
    }),
    isReadOnly: true,
    unasked: 'it only reads',
    summary: ({ name }) => name,
    run: ({ name, arguments: args }, { signal }) =>
      asked(connection, signal, async (client) => {
        const { messages } = await client.getPrompt({ name, arguments: args }, { signal, timeout });
        return messages
          .map(
            ({ role, content }) => `${role}: ${content.type === 'text' ? content.text : `[${content.type}]`}`,
          )
          .join('\n\n');
      }),
  });
}
