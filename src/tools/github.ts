import { z } from 'zod';
import { partsOf } from '../hub/paths.ts';
import { cut } from '../lib/cut.ts';
import { numbered, table } from '../lib/output.ts';
import { readableText } from '../lib/readable-text.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { Github } from '../web/github.ts';
import { joined, step, words } from './steps.ts';
import { defineTool, type Tool } from './tool.ts';

const Name = z.string().regex(/^[\w.-]{1,100}$/, 'is not a name of GitHub');
const Repo = z
  .string()
  .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'is not "owner/name"')
  .describe('"owner/name".');

/** Tools that read GitHub. */
export const githubTools = (github: Github, apart: ParseApart): Tool[] => [
  examplesTool(github, apart),
  reposTool(github),
  fileTool(github, apart),
  codeTool(github),
];

/** A file as people see it on GitHub; branches keep their slashes in its addresses. */
const githubFile = (repo: string, ref: string, path: string): string =>
  `https://github.com/${repo}/blob/${partsOf(ref)}/${partsOf(path)}`;

function examplesTool(github: Github, apart: ParseApart): Tool {
  return defineTool({
    name: 'github_find_examples',
    description:
      'Find working examples in a repository on GitHub: files in its scripts, examples, notebooks, tutorials and cookbooks, the ones whose path fits best first. Read them with github_read_file before you write training code: they show arguments that work today.',
    schema: z.strictObject({
      repo: Name.describe('Its name, e.g. "trl".'),
      org: Name.default('huggingface').describe('User or organisation.'),
      keyword: z.string().max(200).optional().describe('E.g. "dpo". Without it all examples.'),
      max_results: z.number().int().min(1).max(100).default(20),
      min_score: z.number().min(0).max(100).default(60).describe('How well a path must fit, of 100.'),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ org, repo, keyword }) => [`${org}/${repo}`, keyword].filter(Boolean).join(' '),
    step: ({ org, repo, keyword }) =>
      step('look for', joined('examples', keyword && `of ${words(keyword)}`, `in ${org}/${repo}`)),
    async run({ repo, org, keyword, max_results, min_score }, { signal }) {
      const tree = await github.tree(org, repo, signal);
      if (!tree.ok) {
        const similar = await github.similar(org, repo, signal);
        const hint = similar.length > 0 ? ` Perhaps you mean ${similar.join(', ')}.` : '';
        return { kind: 'failed', output: `${org}/${repo}: ${tree.reason}${hint}` };
      }
      const asked = { listing: tree.value, keyword, minScore: min_score, limit: max_results };
      const ranked = await apart.parse('examplePaths', asked, signal);
      if (!ranked.ok) {
        return { kind: 'failed', output: `The files of ${org}/${repo} can't be ranked: ${ranked.reason}.` };
      }
      const { found, fitting, examples, isCut } = ranked.value;
      if (found.length === 0) {
        return {
          kind: 'done',
          output: `No example of ${org}/${repo} fits "${keyword ?? ''}" (of ${examples}). Use another word, a lower min_score, or github_search_code.`,
        };
      }
      const lines = found.map(
        ({ path, size }) =>
          `- ${path} (${(size / 1000).toFixed(1)} kB) ${githubFile(`${org}/${repo}`, 'HEAD', path)}`,
      );
      const notes = [
        fitting > max_results ? `(${fitting - max_results} more: narrow the keyword)` : '',
        isCut ? '(the repository is so large that GitHub lists only a part of it)' : '',
      ].filter(Boolean);
      return { kind: 'done', output: [...lines, ...notes].join('\n') };
    },
  });
}

function reposTool(github: Github): Tool {
  return defineTool({
    name: 'github_list_repos',
    description: 'List the repositories of a user or organisation on GitHub.',
    schema: z.strictObject({
      owner: Name,
      sort: z.enum(['stars', 'updated', 'forks']).default('stars'),
      limit: z.number().int().min(1).max(100).default(30),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ owner }) => owner,
    step: ({ owner }) => step('list', `the repositories of ${owner}`),
    async run({ owner, sort, limit }, { signal }) {
      const found = await github.repos(owner, sort, limit, signal);
      if (!found.ok) return { kind: 'failed', output: `${owner}: ${found.reason}` };
      if (found.value.length === 0) return { kind: 'done', output: `${owner} has no public repositories.` };
      const rows = found.value.map(({ name, url, about, stars, language, pushedAt }) => [
        `[${name}](${url})`,
        cut(about, 120),
        String(stars),
        language,
        pushedAt,
      ]);
      return { kind: 'done', output: table(['repository', 'about', 'stars', 'language', 'changed'], rows) };
    },
  });
}

function fileTool(github: Github, apart: ParseApart): Tool {
  return defineTool({
    name: 'github_read_file',
    description:
      'Read a file of a repository on GitHub, up to 500 lines from `line_start` on; a notebook as its code and text. A folder gives what is in it.',
    schema: z.strictObject({
      repo: Repo,
      path: z.string().max(1_000).default('').describe('The file; without it the top folder.'),
      ref: z.string().max(200).optional().describe('Branch, tag or commit.'),
      line_start: z.number().int().min(1).default(1),
      line_end: z.number().int().min(1).optional(),
    }),
    isReadOnly: true,
    research: true,
    sourceOf: ({ repo, path, ref = 'HEAD' }) =>
      path ? githubFile(repo, ref, path) : `https://github.com/${repo}`,
    summary: ({ repo, path }) => [repo, path].filter(Boolean).join(' '),
    step: ({ repo, path }) => step('read', `${path} of ${repo}`),
    async run({ repo, path, ref, line_start, line_end }, { signal }) {
      if (line_end !== undefined && line_end < line_start) {
        return { kind: 'failed', output: 'line_end is before line_start.' };
      }
      const [owner = '', name = ''] = repo.split('/');
      const found = await github.file({ owner, repo: name, path, ref }, signal);
      if (!found.ok) return { kind: 'failed', output: `${repo} ${path}: ${found.reason}` };
      if ('folder' in found.value)
        return { kind: 'done', output: found.value.folder.join('\n') || '(an empty folder)' };
      const { bytes, url, movedTo } = found.value;
      const file = readableText(path, bytes);
      if (!file.ok) return { kind: 'failed', output: `${path} ${file.reason}.` };
      const read = /\.ipynb$/i.test(path)
        ? await apart.parse('notebook', bytes, signal)
        : { ok: true as const, value: file.text };
      if (!read.ok) return { kind: 'failed', output: `${path} can't be read as a notebook: ${read.reason}.` };
      const lines = line_end === undefined ? undefined : line_end - line_start + 1;
      const output = [
        ...(movedTo ? [`${repo} is called ${movedTo} now.`] : []),
        url,
        bytes.length === 0
          ? '(the file is empty)'
          : numbered(read.value, { from: line_start, lines, option: 'line_start' }),
        ...(file.note === undefined ? [] : [`(${file.note})`]),
      ];
      return { kind: 'done', output: output.join('\n') };
    },
  });
}

function codeTool(github: Github): Tool {
  return defineTool({
    name: 'github_search_code',
    description:
      'Search code on GitHub, with its qualifiers: repo:huggingface/trl, org:, language:, path:, extension:. Takes a token from whoever runs the bot.',
    schema: z.strictObject({
      query: z.string().min(1).max(256),
      repo: Repo.optional(),
      limit: z.number().int().min(1).max(50).default(15),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ query, repo }) => [query, repo].filter(Boolean).join(' in '),
    step: ({ query, repo }) => step('search', joined('code for', words(query), repo && `in ${repo}`)),
    async run({ query, repo, limit }, { signal }) {
      const found = await github.code(
        [query, repo ? `repo:${repo}` : ''].filter(Boolean).join(' '),
        limit,
        signal,
      );
      if (!found.ok) return { kind: 'failed', output: found.reason };
      const { hits, total } = found.value;
      if (hits.length === 0)
        return { kind: 'done', output: 'Nothing was found. Use fewer words or qualifiers.' };
      const texts = hits.map(({ repo: where, path, url, fragments }) =>
        [
          `**${where}** ${path}\n${url}`,
          ...fragments.slice(0, 2).map((text) => `\`\`\`\n${cut(text, 400)}\n\`\`\``),
        ].join('\n'),
      );
      const more = total > hits.length ? [`(${total} in all)`] : [];
      return { kind: 'done', output: [...texts, ...more].join('\n\n') };
    },
  });
}
