import { z } from 'zod';
import type { HubRepos, RepoEntry, RepoKind } from '../hub/repos.ts';
import { table } from './output.ts';
import { defineTool, type Tool } from './tool.ts';

const Kind = z.enum(['model', 'dataset', 'space']);
const Id = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)?$/, 'is not "owner/name"')
  .max(200)
  .describe('Its id, e.g. "stanfordnlp/imdb".');

/** Tools that read repositories of the Hub: all of them change nothing. */
export const hubRepoTools = (repos: HubRepos, hubUrl: string): Tool[] => [
  searchTool(repos, hubUrl),
  detailsTool(repos, hubUrl),
  filesTool(repos),
];

const pageOf = (hubUrl: string, kind: RepoKind, id: string) =>
  `${hubUrl}/${kind === 'model' ? '' : `${kind}s/`}${id}`;

function searchTool(repos: HubRepos, hubUrl: string): Tool {
  return defineTool({
    name: 'hub_search',
    description:
      'Search models, datasets or Spaces on the Hugging Face Hub by words in their name, owner and tags. Tags narrow best: a task ("text-classification"), a library ("peft"), a language ("language:sw"), an arXiv id ("arxiv:2401.00001").',
    schema: z.strictObject({
      kind: Kind,
      query: z.string().max(200).optional().describe('Words of the name.'),
      owner: z.string().max(100).optional().describe('User or organisation.'),
      tags: z.array(z.string().max(100)).max(10).optional(),
      sort: z.enum(['downloads', 'likes', 'lastModified', 'trendingScore']).default('trendingScore'),
      limit: z.number().int().min(1).max(50).default(10),
    }),
    isReadOnly: true,
    summary: ({ kind, query, owner, tags }) =>
      [kind, query, owner, ...(tags ?? [])].filter(Boolean).join(' '),
    async run({ kind, sort, ...asked }, { signal }) {
      // The Hub sorts Spaces by fewer things.
      const by = kind === 'space' && sort === 'downloads' ? 'likes' : sort;
      const found = await repos.search(kind, { ...asked, sort: by }, signal);
      if (!found.ok) return { kind: 'failed', output: found.reason };
      if (found.value.length === 0) {
        return { kind: 'done', output: `No ${kind} fits. Use fewer words or tags, or another spelling.` };
      }
      const rows = found.value.map((entry) => [
        `[${entry.id}](${pageOf(hubUrl, kind, entry.id)})`,
        entry.about ?? '',
        String(entry.downloads ?? ''),
        String(entry.likes),
        dayOf(entry),
        marksOf(entry),
      ]);
      return { kind: 'done', output: table([kind, 'task', 'downloads', 'likes', 'changed', ''], rows) };
    },
  });
}

const dayOf = ({ updatedAt }: RepoEntry) =>
  Number.isNaN(updatedAt.getTime()) ? '' : updatedAt.toISOString().slice(0, 10);
const marksOf = ({ isPrivate, isGated }: RepoEntry) =>
  [isPrivate ? 'private' : '', isGated ? 'gated' : ''].filter(Boolean).join(', ');

const CARD_CHARACTERS = 6_000;
const LISTED = 40;

function detailsTool(repos: HubRepos, hubUrl: string): Tool {
  return defineTool({
    name: 'hub_repo_details',
    description:
      'What a model, dataset or Space on the Hugging Face Hub is: task, tags, downloads, access, its files, and its card.',
    schema: z.strictObject({ kind: Kind, id: Id }),
    isReadOnly: true,
    summary: ({ id }) => id,
    async run({ kind, id }, { signal }) {
      const details = await repos.details(kind, id, signal);
      if (!details.ok) return { kind: 'failed', output: `${id}: ${details.reason}` };
      const [files, card] = await Promise.all([
        repos.files({ kind, id, recursive: false }, LISTED, signal),
        repos.read({ kind, id, path: 'README.md' }, CARD_CHARACTERS * 2, signal),
      ]);
      const entry = details.value;
      const facts = [
        entry.about,
        entry.downloads === undefined ? undefined : `${entry.downloads.toLocaleString('en')} downloads`,
        `${entry.likes.toLocaleString('en')} likes`,
        `changed ${dayOf(entry)}`,
        marksOf(entry),
      ].filter(Boolean);
      return {
        kind: 'done',
        output: [
          `# ${id}\n${pageOf(hubUrl, kind, id)}`,
          facts.join(' · '),
          entry.tags.length > 0 ? `Tags: ${entry.tags.join(', ')}` : '',
          files.ok ? `Files:\n${listing(files.value)}` : `Files: ${files.reason}`,
          card.ok
            ? `Card:\n${card.value.bytes.toString('utf8').slice(0, CARD_CHARACTERS)}`
            : 'It has no card.',
        ]
          .filter(Boolean)
          .join('\n\n'),
      };
    },
  });
}

const FILES = 300;
const READ_BYTES = 400_000;
const LINES = 500;
const LINE_CHARACTERS = 2_000;

function filesTool(repos: HubRepos): Tool {
  return defineTool({
    name: 'hf_repo_files',
    description:
      'List the files of a repository on the Hugging Face Hub, or read a text file of it (500 lines from `offset` on). To use large files, load them in a job.',
    schema: z.strictObject({
      operation: z.enum(['list', 'read']),
      kind: Kind.default('model'),
      id: Id,
      path: z.string().max(1_000).optional().describe('list: a folder. read: the file.'),
      revision: z.string().max(200).optional().describe('Branch, tag or commit; main by default.'),
      recursive: z.boolean().default(false).describe('list: with all that is in folders.'),
      offset: z.number().int().min(1).default(1).describe('read: first line.'),
    }),
    isReadOnly: true,
    summary: ({ operation, id, path }) => [operation, id, path].filter(Boolean).join(' '),
    async run({ operation, kind, id, path, revision, recursive, offset }, { signal }) {
      if (operation === 'list') {
        const found = await repos.files({ kind, id, revision, path, recursive }, FILES, signal);
        if (!found.ok) return { kind: 'failed', output: `${id}: ${found.reason}` };
        return { kind: 'done', output: listing(found.value) };
      }
      if (path === undefined) return { kind: 'failed', output: 'To read a file, say which: path.' };
      const read = await repos.read({ kind, id, revision, path }, READ_BYTES, signal);
      if (!read.ok) return { kind: 'failed', output: `${id}: ${read.reason}` };
      const { bytes, size } = read.value;
      if (bytes.includes(0)) {
        return {
          kind: 'failed',
          output: `${path} is no text file (${sizeText(size)}). Load it in a job or in bash.`,
        };
      }
      return {
        kind: 'done',
        output: numbered(bytes.toString('utf8'), offset, bytes.length < size ? size : undefined),
      };
    },
  });
}

function listing({
  files,
  hasMore,
}: {
  files: { path: string; size: number; isFolder: boolean }[];
  hasMore: boolean;
}) {
  if (files.length === 0) return '(nothing is here)';
  const lines = files.map(({ path, size, isFolder }) =>
    isFolder ? `${path}/` : `${path} (${sizeText(size)})`,
  );
  return [...lines, ...(hasMore ? [`… and more: name a folder as path to see what is in it`] : [])].join(
    '\n',
  );
}

const sizeText = (bytes: number) =>
  bytes < 1e3
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : bytes < 1e9
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${(bytes / 1e9).toFixed(1)} GB`;

/** Lines from `offset` on, and how to get the rest; `whole` is the file's size where only its beginning was read. */
function numbered(text: string, offset: number, whole: number | undefined): string {
  const lines = text.split(/\r?\n/);
  if (offset > lines.length) return `(only ${lines.length} lines could be read)`;
  const shown = lines
    .slice(offset - 1, offset - 1 + LINES)
    .map(
      (line, i) =>
        `${offset + i}\t${line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)} …` : line}`,
    );
  const next = offset + shown.length;
  const more = next <= lines.length ? [`(read on with offset ${next})`] : [];
  const cut =
    whole === undefined
      ? []
      : [`(only the first ${sizeText(READ_BYTES)} of ${sizeText(whole)} can be read here)`];
  return [...shown, ...more, ...cut].join('\n');
}
