import { z } from 'zod';
import type { RepoWrites } from '../hub/repo-writes.ts';
import { type HubRepos, pageOf } from '../hub/repos.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';
import { Kind, listing, RepoId, sizeText } from './hub-repos.ts';
import { numbered } from './output.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from './tool.ts';
import { withVisibility } from './visibility.ts';

export type RepoFileParts = {
  repos: HubRepos;
  writes: RepoWrites;
  /** A file that people attached or that is in the sandbox, with its hash; a reason in words where it can't be had. */
  openFile(
    path: string,
    context: ToolContext,
  ): Promise<{ ok: true; content: Blob; sha256: string } | { ok: false; reason: string }>;
  hubUrl: string;
};

const Schema = z.strictObject({
  operation: z.enum(['list', 'read', 'upload', 'delete']),
  kind: Kind.default('model'),
  id: RepoId,
  path: z
    .string()
    .max(1_000)
    .optional()
    .describe('list: a folder. read, upload: the file, as it is called in the repository.'),
  revision: z.string().max(200).optional().describe('Branch, tag, commit, or "refs/pr/4"; main by default.'),
  recursive: z.boolean().default(false).describe('list: with all that is in folders.'),
  offset: z.number().int().min(1).default(1).describe('read: first line.'),
  content: z.string().max(400_000).optional().describe('upload: the text of the file.'),
  from: z
    .string()
    .max(1_000)
    .optional()
    .describe('upload: in place of content, a file of the sandbox or one that people attached.'),
  patterns: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(50)
    .optional()
    .describe('delete: files, folders, or wildcards like "checkpoint-*/optimizer.pt".'),
  create_pr: z.boolean().default(false).describe('upload, delete: as a pull request instead of a commit.'),
  message: z.string().max(200).optional().describe('upload, delete: of the commit.'),
  sha256: z.string().optional().describe('Leave this out: it is filled in when people are asked.'),
});
type Args = z.infer<typeof Schema>;

/** Files of repositories on the Hub: reading is free, people are asked before anything is uploaded or deleted. */
export function hfRepoFilesTool(parts: RepoFileParts): Tool {
  return defineTool({
    name: 'hf_repo_files',
    description:
      'Files of a repository on the Hugging Face Hub: list them, read a text file (500 lines from `offset` on), upload one (its text, or a file of the sandbox) or delete some. People are asked before an upload or a deletion. To use large files, load them in a job; to push what a job made, let its script push.',
    schema: Schema,
    isReadOnly: false,
    summary: ({ operation, id, path, patterns }) =>
      [operation, id, path ?? patterns?.join(' ')].filter(Boolean).join(' '),
    asks: 'upload, delete',
    async approval(args, context) {
      if (args.operation === 'upload') return askForUpload(parts, args, context);
      return args.operation === 'delete' ? askForDeletion(parts, args, context) : undefined;
    },
    async run(args, context) {
      return OPERATIONS[args.operation](parts, args, context);
    },
    // The same upload or deletion once more changes nothing; a pull request would be a second one.
    async recover({ create_pr, id }) {
      if (!create_pr) return { kind: 'not_started' };
      return {
        kind: 'unknown',
        output: `It is not known whether the pull request was made. Look with hf_repo_git list_prs of ${id}.`,
      };
    },
  });
}

const FILES = 300;
const READ_BYTES = 400_000;

type Run = (parts: RepoFileParts, args: Args, context: ToolContext) => Promise<ToolResult>;
const failed = (output: string): ToolResult => ({ kind: 'failed', output });

const OPERATIONS: Readonly<Record<Args['operation'], Run>> = {
  async list({ repos }, { kind, id, revision, path, recursive }, { signal }) {
    const found = await repos.files({ kind, id, revision, path, recursive }, FILES, signal);
    return found.ok ? { kind: 'done', output: listing(found.value) } : failed(`${id}: ${found.reason}`);
  },

  async read({ repos }, { kind, id, revision, path, offset }, { signal }) {
    if (path === undefined) return failed('To read a file, say which: path.');
    const read = await repos.read({ kind, id, revision, path }, READ_BYTES, signal);
    if (!read.ok) return failed(`${id}: ${read.reason}`);
    const { bytes, size } = read.value;
    if (bytes.includes(0))
      return failed(`${path} is no text file (${sizeText(size)}). Load it in a job or in bash.`);
    const isCut = bytes.length < size;
    return {
      kind: 'done',
      output: [
        numbered(bytes.toString('utf8'), { from: offset, option: 'offset' }),
        ...(isCut ? [`(only the first ${sizeText(READ_BYTES)} of ${sizeText(size)} can be read here)`] : []),
      ].join('\n'),
    };
  },

  async upload(parts, args, context) {
    const file = await uploadOf(parts, args, context);
    if (!file.ok) return failed(file.reason);
    if (args.sha256 !== undefined && args.sha256 !== file.sha256) {
      return failed(`${args.from} has changed since people approved it. Ask again.`);
    }
    context.assertHeld();
    const { kind, id, revision, create_pr } = args;
    const how = { revision, asPullRequest: create_pr, message: args.message ?? `Upload ${file.path}` };
    const { path, content } = file;
    const made = await parts.writes.upload({ kind, id }, [{ path, content }], how, context.signal);
    return made.ok
      ? { kind: 'done', output: `Uploaded ${file.path}: ${made.value.url}` }
      : failed(`${id}: ${made.reason}`);
  },

  async delete({ writes }, { kind, id, revision, patterns, create_pr, message }, { signal, assertHeld }) {
    if (patterns === undefined) return failed('To delete files, say which: patterns.');
    const found = await writes.matching({ kind, id }, patterns, revision, signal);
    if (!found.ok) return failed(`${id}: ${found.reason}`);
    if (found.value.length === 0) return failed(`No file of ${id} fits ${patterns.join(', ')}.`);
    assertHeld();
    const how = {
      revision,
      asPullRequest: create_pr,
      message: message ?? `Delete ${patterns.join(', ')}`.slice(0, 200),
    };
    const made = await writes.remove({ kind, id }, found.value, how, signal);
    return made.ok
      ? { kind: 'done', output: `Deleted ${counted(found.value)}: ${made.value.url}` }
      : failed(`${id}: ${made.reason}`);
  },
};

type Uploaded =
  /** `sha256` of what is not in the arguments themselves. */
  { ok: true; path: string; content: Blob; sha256?: string } | { ok: false; reason: string };

async function uploadOf(
  { openFile }: RepoFileParts,
  { path, content, from }: Args,
  context: ToolContext,
): Promise<Uploaded> {
  if (path === undefined)
    return { ok: false, reason: 'To upload a file, say what it is called in the repository: path.' };
  if ((content === undefined) === (from === undefined))
    return { ok: false, reason: 'An upload needs either content or from.' };
  if (content !== undefined) return { ok: true, path, content: new Blob([content]) };
  const file = await openFile(from ?? '', context);
  return file.ok ? { ...file, path } : file;
}

const counted = ({ length }: readonly string[]) => `${length} ${length === 1 ? 'file' : 'files'}`;

const PREVIEW_LINES = 40;
const PREVIEW_BYTES = 8_000;

async function askForUpload(
  parts: RepoFileParts,
  args: Args,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const file = await uploadOf(parts, args, context);
  if (!file.ok) return undefined; // run says what is wrong
  const { kind, id, revision } = args;
  const there = await parts.repos.read({ kind, id, revision, path: file.path }, 1, context.signal);
  const text = Buffer.from(await file.content.slice(0, PREVIEW_BYTES).arrayBuffer());
  const lines = text.toString('utf8').split('\n');
  const asks = requestOf(parts, args, `Upload ${file.path} to ${id}`);
  const request = {
    ...asks,
    facts: [...asks.facts, { label: 'Size', value: sizeText(file.content.size) }],
    warnings: there.ok && !args.create_pr ? [`${file.path} is there already and is replaced.`] : [],
    ...(text.includes(0)
      ? {}
      : {
          preview: {
            language: file.path.split('.').at(-1) ?? 'text',
            text: lines.slice(0, PREVIEW_LINES).join('\n').slice(0, 2_300),
            lines: lines.length,
          },
        }),
    ...(file.sha256 === undefined ? {} : { inlined: { sha256: file.sha256 } }),
  };
  return withVisibility(request, parts.repos, { kind, id }, context.signal);
}

async function askForDeletion(
  parts: RepoFileParts,
  args: Args,
  { signal }: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const { kind, id, revision, patterns } = args;
  const found = patterns && (await parts.writes.matching({ kind, id }, patterns, revision, signal));
  if (!found?.ok || found.value.length === 0) return undefined;
  return {
    ...requestOf(parts, args, `Delete ${counted(found.value)} of ${id}`),
    warnings: args.create_pr
      ? []
      : ['They stay in the history of the repository, but whoever loads it no longer gets them.'],
    preview: {
      language: 'text',
      text: found.value.slice(0, PREVIEW_LINES).join('\n').slice(0, 2_300),
      lines: found.value.length,
    },
    isAlwaysAsked: true,
  };
}

function requestOf(
  { hubUrl }: RepoFileParts,
  { kind, id, revision, create_pr, message }: Args,
  title: string,
): ApprovalRequest {
  return {
    title,
    facts: [
      { label: 'Repository', value: `${kind} ${id}, ${pageOf(hubUrl, kind, id)}` },
      { label: 'As', value: create_pr ? 'a pull request' : `a commit to ${revision ?? 'main'}` },
      ...(message ? [{ label: 'Message', value: message }] : []),
    ],
    warnings: [],
    estimate: { usd: 0 },
  };
}
