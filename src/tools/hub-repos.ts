import { z } from 'zod';
import { ModelMetadata, modelFacts } from '../hub/model-facts.ts';
import type { IsOwnRepository } from '../hub/own-repositories.ts';
import { pageOf } from '../hub/paths.ts';
import type { HubRepos, RepoEntry } from '../hub/repos.ts';
import { cut } from '../lib/cut.ts';
import { table } from '../lib/output.ts';
import { joined, step, words } from './steps.ts';
import { defineTool, type Tool } from './tool.ts';

export const Kind = z.enum(['model', 'dataset', 'space']);
export const RepoId = z
  .string()
  .regex(/^(?!\.{1,2}(?:\/|$))[\w.-]+(\/(?!\.{1,2}$)[\w.-]+)?$/, 'is not "owner/name"')
  .max(200)
  .describe('Its id, e.g. "stanfordnlp/imdb".');

/** Tools that look for repositories of the Hub, and at one. */
export const hubRepoTools = (repos: HubRepos, hubUrl: string, isOwn: IsOwnRepository): Tool[] => [
  searchTool(repos, hubUrl, isOwn),
  detailsTool(repos, hubUrl),
];

function searchTool(repos: HubRepos, hubUrl: string, isOwn: IsOwnRepository): Tool {
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
    research: true,
    summary: ({ kind, query, owner, tags }) =>
      [kind, query, owner, ...(tags ?? [])].filter(Boolean).join(' '),
    step: ({ kind, query, owner, tags }) =>
      step(
        'search',
        joined(
          `${kind}s`,
          query && `for ${words(query)}`,
          owner && `of ${owner}`,
          tags && tags.length > 0 && `with ${tags.join(', ')}`,
        ),
      ),
    async run({ kind, sort, ...asked }, { signal }) {
      // The Hub sorts Spaces by fewer things.
      const by = kind === 'space' && sort === 'downloads' ? 'likes' : sort;
      const found = await repos.search(kind, { ...asked, sort: by }, signal);
      if (!found.ok) return { kind: 'failed', output: found.reason };
      const listed = found.value.filter(({ id }) => !isOwn(id)); // their names have ids of sessions in them
      if (listed.length === 0) {
        return { kind: 'done', output: `No ${kind} fits. Use fewer words or tags, or another spelling.` };
      }
      const rows = listed.map((entry) => [
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
const marksOf = ({ isPrivate, gated }: RepoEntry) =>
  [isPrivate ? 'private' : '', gated ? 'gated' : ''].filter(Boolean).join(', ');

const CARD_CHARACTERS = 6_000;
const LISTED = 40;

function detailsTool(repos: HubRepos, hubUrl: string): Tool {
  return defineTool({
    name: 'hub_repo_details',
    description:
      'What a model, dataset or Space on the Hugging Face Hub is: task, tags, downloads, whether we may read what is gated, its files, and its card; of a model parameters by precision, architecture, context length, licence and base model, each unknown where nobody says it.',
    schema: z.strictObject({ kind: Kind, id: RepoId }),
    isReadOnly: true,
    research: true,
    sourceOf: ({ kind, id }) => pageOf(hubUrl, kind, id),
    summary: ({ id }) => id,
    step: ({ id }) => step('look at', id),
    async run({ kind, id }, { signal }) {
      const details = await repos.details(kind, id, signal);
      if (!details.ok) return { kind: 'failed', output: `${id}: ${details.reason}` };
      const [files, card] = await Promise.all([
        repos.files({ kind, id, recursive: false }, LISTED, signal),
        repos.read({ kind, id, path: 'README.md' }, CARD_CHARACTERS * 2, signal),
      ]);
      const entry = details.value;
      const more = await factsOf(repos, { kind, id }, entry, files.ok ? files.value.files : [], signal);
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
          `# ${entry.id}\n${pageOf(hubUrl, kind, entry.id)}`,
          entry.id.toLowerCase() === id.toLowerCase() ? '' : `It has moved: ${id} is its old name.`,
          facts.join(' · '),
          more.join('\n'),
          entry.tags.length > 0 ? `Tags: ${entry.tags.join(', ')}` : '',
          files.ok ? `Files:\n${listing(files.value)}` : `Files: ${files.reason}`,
          card.ok ? `Card:\n${cut(card.value.bytes.toString('utf8'), CARD_CHARACTERS)}` : 'It has no card.',
        ]
          .filter(Boolean)
          .join('\n\n'),
      };
    },
  });
}

/** A configuration is read up to so many bytes: longer ones are none. */
const CONFIG_BYTES = 500_000;

type At = { kind: z.infer<typeof Kind>; id: string };
type Files = readonly { path: string; isFolder: boolean }[];

/** What a model is made of, and whether what is gated may be read. */
async function factsOf(
  repos: HubRepos,
  at: At,
  { gated }: RepoEntry,
  files: Files,
  signal: AbortSignal,
): Promise<string[]> {
  const textOf = async (path: string) => {
    const read = await repos.read({ ...at, path }, CONFIG_BYTES, signal);
    return read.ok && read.value.size <= CONFIG_BYTES ? read.value.bytes.toString('utf8') : undefined;
  };
  const access = gated === undefined ? [] : [await accessOf(repos, at, files, signal)];
  if (at.kind !== 'model') return access;
  const [meta, config, adapter] = await Promise.all([
    repos.model(at.id, signal),
    textOf('config.json'),
    textOf('adapter_config.json'),
  ]);
  const known = meta.ok ? meta.value : ModelMetadata.parse({});
  return [...modelFacts(known, { config, adapter }), ...access];
}

/**
 * The card of what is gated is everybody's to read, and so is the list of its files: whether one has access
 * is told by reading one of these.
 */
async function accessOf(repos: HubRepos, at: At, files: Files, signal: AbortSignal): Promise<string> {
  const file = files.find(({ path, isFolder }) => !isFolder && !OPEN_TO_ALL.has(path));
  if (file === undefined) return 'Access: gated; whether the account has it is unknown.';
  const read = await repos.read({ ...at, path: file.path }, 1, signal);
  return read.ok
    ? 'Access: gated, and the account that reads here has it.'
    : `Access: gated, and the account that reads here can’t read ${file.path}: ${read.reason}`;
}

const OPEN_TO_ALL: ReadonlySet<string> = new Set(['README.md', '.gitattributes']);

export function listing({
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

export const sizeText = (bytes: number) =>
  bytes < 1e3
    ? `${bytes} B`
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : bytes < 1e9
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${(bytes / 1e9).toFixed(1)} GB`;
