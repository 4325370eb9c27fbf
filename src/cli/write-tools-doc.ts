import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { researchTool } from '../agent/research/tool.ts';
import { PLATFORMS } from '../app/platforms.ts';
import { toolsOf } from '../app/tool-catalogue.ts';
import { loadConfig } from '../config/load.ts';
import { createHardwareList } from '../hub/hardware.ts';
import { createHubJobs } from '../hub/jobs.ts';
import { hubToken } from '../hub/token.ts';
import { randomIds, systemClock } from '../lib/clock.ts';
import { createLogger } from '../lib/log.ts';
import { onOneLine } from '../lib/output.ts';
import { tokensOf } from '../llm/tokens.ts';
import { createParseApart } from '../parse-apart/parse-apart.ts';
import { chooseSandboxes } from '../sandbox/choose.ts';
import type { Tool } from '../tools/tool.ts';
import { createFetcher } from '../web/fetcher.ts';

/** docs/TOOLS.md: every tool of the agent, from what models are told of it. */
export async function toolsDocument(): Promise<string> {
  const tools = await allTools();
  return [
    '# The agent’s tools',
    '',
    `All of them together take ${tokensToldOf(tools)} tokens of each request, the system prompt ${promptTokens('system')}, that`,
    `of the research assistant ${promptTokens('research')} ([AGENT.md](AGENT.md)).`,
    '',
    'Generated from the registry (`npm run docs:tools`): the descriptions are what models are told. Besides these there are the tools of',
    'MCP servers (`mcp_servers` in the config).',
    '',
    '| tool | people are asked first |',
    '| --- | --- |',
    ...tools.map(({ name, asks }) => `| [\`${name}\`](#${name}) | ${asks} |`),
    ...tools.flatMap(sectionOf),
    '',
  ].join('\n');
}

/** Tokens that names, descriptions and schemas of tools take, as models are told of them. */
export const tokensToldOf = (tools: readonly Pick<Tool, 'name' | 'description' | 'parameters'>[]): number =>
  tokensOf(
    tools
      .map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }))
      .join('\n'),
  );

/** Tokens of a prompt, before it is filled in. */
export const promptTokens = (name: 'system' | 'research'): number =>
  tokensOf(readFileSync(new URL(`../../configs/prompts/${name}.md`, import.meta.url), 'utf8'));

/**
 * The agent's own tools, as an installation with Spaces for sandboxes has them: those with local ones have no
 * `sandbox_create`.
 */
export async function allTools(): Promise<Tool[]> {
  const config = loadConfig({}, fileURLToPath(new URL('../..', import.meta.url)), PLATFORMS);
  const clock = systemClock;
  const hubUrl = config.jobs.hub_url;
  const fetcher = createFetcher({
    cache: { find: async () => undefined, keep: async () => {} },
    clock,
    trusted: [],
  });
  await fetcher.close(); // nothing is fetched
  const spaces = { ...config, sandbox: { ...config.sandbox, kind: 'space' as const } };
  const jobs = createHubJobs(hubUrl, hubToken(''));
  const tools = toolsOf({
    config,
    platforms: PLATFORMS,
    token: hubToken(''),
    clock,
    jobs,
    fetcher,
    apart: createParseApart(), // nothing is read, so nothing is started
    hardware: createHardwareList(hubUrl, clock.monotonic),
    sandboxes: chooseSandboxes(spaces, {
      clock,
      ids: randomIds,
      log: createLogger('silent', (text) => text),
      token: hubToken(''),
      account: jobs.whoAmI,
      installation: async () => '',
    }),
    ownership: { of: async () => [] },
    runs: {
      named: async () => ({ kind: 'none' }),
      ofSession: async () => ({ kind: 'none' }),
      compare: async () => undefined,
      compareIn: async () => undefined,
    },
    attached: { list: async () => [], bytesOf: async () => undefined },
    readFiles: { hashOf: async () => undefined, note: async () => {} },
  });
  const research = researchTool({
    tools,
    model: { complete: () => Promise.reject(new Error('no model is asked')) },
    modelOf: async () => '',
    factsOf: () => Promise.reject(new Error('no model is asked')),
    isOverBudget: async () => false,
    prompt: '',
    maxOutputCharacters: 0,
    maxReportCharacters: 0,
    maxSteps: 0,
    maxUsd: 0,
  });
  return [...tools, research];
}

const Parameters = z.object({
  properties: z.record(z.string(), z.looseObject({})).default({}),
  required: z.array(z.string()).default([]),
});
const Property = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.looseObject({})).optional(),
  items: z.looseObject({}).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
});

function sectionOf({ name, description, asks, parameters }: Tool): string[] {
  const { properties, required } = Parameters.parse(parameters);
  const rows = Object.entries(properties).map(([key, raw]) => {
    const property = Property.parse(raw);
    const standard =
      property.default === undefined ? '' : `Default: \`${JSON.stringify(property.default)}\`.`;
    const about = onOneLine([property.description, standard].filter(Boolean).join(' ')).replaceAll(
      '|',
      '\\|',
    );
    return `| \`${key}\`${required.includes(key) && property.default === undefined ? ' (needed)' : ''} | ${typeText(property)} | ${about} |`;
  });
  return [
    '',
    `## ${name}`,
    '',
    description,
    '',
    `People are asked first: ${asks}.`,
    ...(rows.length > 0 ? ['', '| argument | | |', '| --- | --- | --- |', ...rows] : []),
  ];
}

function typeText({ type, enum: values, anyOf, items }: z.infer<typeof Property>): string {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (anyOf) return anyOf.map((item) => typeText(Property.parse(item))).join(' or ');
  if (type === 'array') return `list of ${typeText(Property.parse(items ?? {})) || 'anything'}`;
  return type === undefined ? '' : [type].flat().join(' or ');
}

const FILE = new URL('../../docs/TOOLS.md', import.meta.url);

export const isToolsDocumentCurrent = async (): Promise<boolean> =>
  readFileSync(FILE, 'utf8') === (await toolsDocument());

if (import.meta.main) writeFileSync(FILE, await toolsDocument());
