import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import { defineTool, type Tool, type ToolResult } from '../tool.ts';
import type { McpConnection } from './connection.ts';
import { allPages } from './pages.ts';
import { type Part, partOf, partText as textOfPart } from './result.ts';

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
          const page = await client.request({ method: 'resources/list', params: at }, Resources, options);
          return {
            items: readable(page.resources, Resource).map(({ uri, ...about }) => [uri, ...told(about)]),
            nextCursor: page.nextCursor,
          };
        });
        const asked = { method: 'resources/templates/list' } as const;
        const templates = await client.request(asked, Templates, options).then(
          ({ resourceTemplates }) =>
            readable(resourceTemplates, Template).map(({ uriTemplate, ...about }) => [
              uriTemplate,
              ...told(about),
            ]),
          (error: unknown) => {
            signal.throwIfAborted();
            if (error instanceof McpError) return []; // a server may have none, and not know the question
            throw error;
          },
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
        const asked = { method: 'resources/read', params: { uri } } as const;
        const { contents } = await client.request(asked, Contents, { signal, timeout });
        return listOf(contents)
          .map(contentText)
          .filter((text) => text !== '')
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
          const asked = { method: 'prompts/list', params: at } as const;
          const { prompts, nextCursor } = await client.request(asked, Prompts, { signal, timeout });
          return { items: readable(prompts, Prompt), nextCursor };
        });
        return found
          .map(({ name, description, arguments: wanted = [] }) => {
            const args = readable(wanted, Argument)
              .map((arg) => `${arg.name}${arg.required ? '' : '?'}`)
              .join(', ');
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
        const asked = { method: 'prompts/get', params: { name, arguments: args } } as const;
        const { messages } = await client.request(asked, Messages, { signal, timeout });
        return readable(listOf(messages), Message)
          .map(({ role, content }) => `${role}: ${listOf(content).map(partText).join('\n')}`)
          .join('\n\n');
      }),
  });
}

/* What is read of a server's lists: each item by itself, so that an odd one hides none of the others. */

const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const nextCursor = optional(z.string());
const about = { name: optional(z.string()), title: optional(z.string()), description: optional(z.string()) };

const Resources = z.looseObject({ resources: z.array(z.unknown()), nextCursor });
const Resource = z.object({ uri: z.string().min(1), ...about });
const Templates = z.looseObject({ resourceTemplates: z.array(z.unknown()) });
const Template = z.object({ uriTemplate: z.string().min(1), ...about });
const Prompts = z.looseObject({ prompts: z.array(z.unknown()), nextCursor });
const Prompt = z.object({
  name: z.string().min(1),
  description: optional(z.string()),
  arguments: optional(z.array(z.unknown())),
});
const Argument = z.object({ name: z.string().min(1), required: optional(z.boolean()) });
const Contents = z.looseObject({ contents: z.unknown() });
const Messages = z.looseObject({ messages: z.unknown() });
const Message = z.object({ role: z.string().catch('user'), content: z.unknown() });

const readable = <Schema extends z.ZodType>(items: readonly unknown[], schema: Schema): z.infer<Schema>[] =>
  items.flatMap((item) => {
    const read = schema.safeParse(item);
    return read.success ? [read.data] : [];
  });

type About = { [Name in keyof typeof about]?: string | undefined };

const told = ({ name, title, description }: About) => [name ?? title, description];

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** A part of a prompt in words: pictures and sounds are not shown. */
function partText(part: unknown): string {
  const known = partOf(part);
  return known.type === 'image' || known.type === 'audio' ? `[${known.type}]` : textOfPart(known);
}

/** A part of a resource: its text, or how much else there is. */
function contentText(part: unknown): string {
  if (part === null) return '';
  const { text, blob, uri, mimeType }: Part = partOf(part);
  if (typeof text === 'string') return text;
  const size = typeof blob === 'string' ? `, ${blob.length} characters of base64` : '';
  return `[${String(uri ?? 'a part')}: ${String(mimeType ?? 'binary')} data${size}]`;
}
