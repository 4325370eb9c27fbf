import { z } from 'zod';
import type { ApiReference } from '../hub/api-reference.ts';
import { sectionNamed, sectionsOf } from '../hub/doc-sections.ts';
import { DOC_SECTIONS, type Docs } from '../hub/docs.ts';
import { cut } from '../lib/cut.ts';
import { piece } from '../lib/output.ts';
import type { ApiEndpoint } from '../parse-apart/parsers/api-endpoints.ts';
import { joined, step, words } from './steps.ts';
import { defineTool, type Tool, type ToolResult } from './tool.ts';

const SECTIONS = Object.keys(DOC_SECTIONS);

/** Tools that read Hugging Face's documentation. */
export const docsTools = (docs: Docs, api: ApiReference, hubUrl: string): Tool[] => [
  exploreTool(docs),
  pageTool(docs),
  apiTool(api, hubUrl),
];

function exploreTool(docs: Docs): Tool {
  return defineTool({
    name: 'explore_hf_docs',
    description:
      'Look through a section of the Hugging Face documentation: its pages with previews, the ones that fit the query first. Then read the page with fetch_hf_docs. Do this before you write code against a library: arguments change between versions.',
    schema: z.strictObject({
      endpoint: z
        .enum(SECTIONS as [string, ...string[]])
        .describe('The section; "courses" and "optimum" are several.'),
      query: z.string().max(500).optional().describe('What is looked for; without it the contents.'),
      max_results: z.number().int().min(1).max(50).default(20),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ endpoint, query }) => [endpoint, query].filter(Boolean).join(': '),
    step: ({ endpoint, query }) =>
      step('look through', joined('the docs of', endpoint, query && `for ${words(query)}`)),
    async run({ endpoint, query, max_results }, { signal }) {
      const found = await docs.explore(endpoint, query?.trim() || undefined, max_results, signal);
      if (!found.ok) return { kind: 'failed', output: found.reason };
      const { pages, total, missing } = found.value;
      if (pages.length === 0) {
        return {
          kind: 'done',
          output: `No page of ${endpoint} fits "${query}". Use other words, or leave the query out for the contents.`,
        };
      }
      const lines = pages.map(({ title, url, preview }, i) => `${i + 1}. [${title}](${url})\n   ${preview}`);
      const notes = [
        total > pages.length ? `(${total - pages.length} more: narrow the query, or raise max_results)` : '',
        missing > 0 ? `(${missing} pages could not be read and are found by their title only)` : '',
      ].filter(Boolean);
      return { kind: 'done', output: [...lines, ...notes].join('\n') };
    },
  });
}

const PAGE = 20_000;

function pageTool(docs: Docs): Tool {
  return defineTool({
    name: 'fetch_hf_docs',
    description:
      'Read a page of the Hugging Face documentation as markdown, by its address. Of long ones first ask for the `contents`, a line for each section, then read one `section`, or pieces from `offset` on.',
    schema: z.strictObject({
      url: z.string().max(2_000).describe('E.g. "https://huggingface.co/docs/trl/dpo_trainer".'),
      offset: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Character to begin with; without it where the address says.'),
      contents: z.boolean().optional().describe('The sections of the page, and what each is about.'),
      section: z.string().max(300).optional().describe('The section to read, by its title.'),
    }),
    isReadOnly: true,
    research: true,
    sourceOf: ({ url }) => url,
    summary: ({ url }) => url.replace(/^https?:\/\/[^/]+\/(docs\/)?/, ''),
    step: ({ url }) => step('read', url.replace(/^https?:\/\/[^/]+\/(docs\/)?/, '')),
    async run({ url, offset, contents, section }, { signal }) {
      const page = await docs.page(url, signal);
      if (!page.ok) return { kind: 'failed', output: page.reason };
      const { text, begins } = page.value;
      if (contents) return { kind: 'done', output: `${page.value.url}\n\n${contentsOf(text)}` };
      if (section !== undefined) return sectionIn(page.value, section, offset);
      const from = offset ?? begins ?? 0;
      const found = piece(text, from, PAGE);
      if (found === undefined)
        return { kind: 'failed', output: `The page has ${text.length} characters only.` };
      const note =
        offset === undefined && from > 0 ? `(from character ${from} on, as the address says)\n` : '';
      return { kind: 'done', output: `${page.value.url}\n${note}\n${found}` };
    },
  });
}

/** More sections are found by what the last line says. */
const MOST_LINES = 150;

/** A page's sections in one line each: title, length, and what it begins with. */
function contentsOf(text: string): string {
  const sections = sectionsOf(text);
  if (sections.length === 0) return `The page has no sections, and ${text.length} characters.`;
  const lines = sections.slice(0, MOST_LINES).map(({ title, level, from, to, about }) => {
    const size = `${(to - from).toLocaleString('en')} characters, offset ${from}`;
    return `${'  '.repeat(level - 1)}- ${title} (${size})${about === '' ? '' : `: ${about}`}`;
  });
  const more = sections.length - lines.length;
  return [...lines, ...(more > 0 ? [`(${more} more sections; read on from their offset)`] : [])].join('\n');
}

/** One section of a page, in pieces where it is long: `offset` counts from its own beginning. */
function sectionIn({ url, text }: { url: string; text: string }, title: string, offset = 0): ToolResult {
  const sections = sectionsOf(text);
  const found = sectionNamed(sections, title);
  if (found === undefined) {
    const titles = sections.slice(0, MOST_LINES).map((section) => section.title);
    return { kind: 'failed', output: `The page has no section "${title}". It has: ${titles.join('; ')}.` };
  }
  const shown = piece(text.slice(found.from, found.to), offset, PAGE);
  return shown === undefined
    ? { kind: 'failed', output: `The section has ${found.to - found.from} characters only.` }
    : { kind: 'done', output: `${url}\n\n${shown}` };
}

const ENDPOINTS = 10;

function apiTool(api: ApiReference, hubUrl: string): Tool {
  return defineTool({
    name: 'find_hf_api',
    description:
      "Find endpoints of the Hugging Face Hub's REST API, with their parameters and a curl example. For what no other tool does.",
    schema: z.strictObject({
      query: z.string().max(500).optional().describe('What it should do, in words.'),
      tag: z
        .string()
        .max(100)
        .optional()
        .describe('A group of endpoints; an unknown one tells which there are.'),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ query, tag }) => [tag, query].filter(Boolean).join(': '),
    step: ({ query, tag }) =>
      step('search', joined('the Hub’s API', query && `for ${words(query)}`, tag && `under ${tag}`)),
    async run({ query, tag }, { signal }) {
      const found = await api.find({ query: query?.trim() || undefined, tag }, ENDPOINTS, signal);
      if (!found.ok) return { kind: 'failed', output: found.reason };
      const { endpoints, total, tags } = found.value;
      if (endpoints.length === 0) {
        return { kind: 'done', output: `No endpoint fits. Tags are: ${tags.join(', ')}.` };
      }
      const more =
        total > endpoints.length
          ? [`(${total - endpoints.length} more fit: narrow the query or name a tag)`]
          : [];
      return {
        kind: 'done',
        output: [...endpoints.map((endpoint) => endpointText(endpoint, hubUrl)), ...more].join('\n\n'),
      };
    },
  });
}

const ABOUT = 400;

function endpointText(
  { method, path, summary, description, tags, parameters, body }: ApiEndpoint,
  hubUrl: string,
): string {
  const about = cut(description, ABOUT);
  return [
    `### ${method} ${path}`,
    [summary, tags.join(', ')].filter(Boolean).join(' · '),
    about,
    ...parameters.map(
      ({ name, in: where, isRequired, about: text }) =>
        `- \`${name}\` (${where}${isRequired ? ', required' : ''})${text ? `: ${cut(text, 200)}` : ''}`,
    ),
    body ? `Body: ${body}` : '',
    `curl ${method === 'GET' ? '' : `-X ${method} `}-H "Authorization: Bearer $HF_TOKEN" ${body ? `-H "Content-Type: application/json" -d '{…}' ` : ''}"${hubUrl}${path}"`,
  ]
    .filter(Boolean)
    .join('\n');
}
