import { z } from 'zod';
import { fileUrl, pageOf } from '../hub/paths.ts';
import type { RepoWrites } from '../hub/repo-writes.ts';
import type { HubRepos } from '../hub/repos.ts';
import { cut } from '../lib/cut.ts';
import { sha256Of } from '../lib/hash.ts';
import { numbered } from '../lib/output.ts';
import { type ReadableText, readableText } from '../lib/readable-text.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import { type ApprovalRequest, previewOf, type Step } from '../session/tool-calls.ts';
import { secretInFile } from './file-secrets.ts';
import { Kind, listing, RepoId, sizeText } from './hub-repos.ts';
import { asksOf } from './operations.ts';
import { joined, step } from './steps.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from './tool.ts';
import { withVisibility } from './visibility.ts';

export type RepoFileParts = {
  repos: HubRepos;
  writes: RepoWrites;
  /**
   * A file that people attached or that is in the sandbox, with its hash; a reason in words where it can't be
   * had.
   */
  openFile(
    path: string,
    context: ToolContext,
  ): Promise<{ ok: true; content: Blob; sha256: string } | { ok: false; reason: string }>;
  apart: ParseApart;
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

function stepOf({ operation, id, path, patterns }: Args): Step {
  switch (operation) {
    case 'list':
      return step('list', joined('the files of', path && `${path} in`, id));
    case 'read':
      return step('read', joined(path, 'of', id));
    case 'upload':
      return step('upload', joined(path, 'to', id));
    case 'delete':
      return step('delete', joined(patterns?.join(', '), 'from', id));
    default:
      return operation satisfies never;
  }
}

/**
 * Files of repositories on the Hub: reading is free, people are asked before anything is uploaded or deleted.
 */
export function hfRepoFilesTool(parts: RepoFileParts): Tool {
  return defineTool({
    name: 'hf_repo_files',
    description:
      'Files of a repository on the Hugging Face Hub: list them, read a text file (500 lines from `offset` on; a notebook as its code and text), upload one (its text, or a file of the sandbox) or delete some. People are asked before an upload or a deletion. To use large files, load them in a job; to push what a job made, let its script push.',
    schema: Schema,
    isReadOnly: false,
    research: ({ operation }) => OPERATIONS[operation].isLookUp === true,
    sourceOf: (args) => OPERATIONS[args.operation].sourceOf?.(parts, args),
    actsAsOwner: true,
    summary: ({ operation, id, path, patterns }) =>
      [operation, id, path ?? patterns?.join(' ')].filter(Boolean).join(' '),
    step: stepOf,
    asks: asksOf(OPERATIONS, ({ approval }) => approval && 'always'),
    approval: async (args, context) => OPERATIONS[args.operation].approval?.(parts, args, context),
    run: (args, context) => OPERATIONS[args.operation].run(parts, args, context),
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
/** Most of a notebook is its pictures, and half of one can't be read. */
const NOTEBOOK_BYTES = 10_000_000;

/** One operation of the tool, with everything that has to be known of it. */
type FileOperation = {
  /** The research assistant may do it. */
  isLookUp?: true;
  sourceOf?(parts: RepoFileParts, args: Args): string | undefined;
  /** What people are asked first; missing where nobody is. */
  approval?(parts: RepoFileParts, args: Args, context: ToolContext): Promise<ApprovalRequest | undefined>;
  run(parts: RepoFileParts, args: Args, context: ToolContext): Promise<ToolResult>;
};

const failed = (output: string): ToolResult => ({ kind: 'failed', output });

const list: FileOperation = {
  isLookUp: true,
  async run({ repos }, { kind, id, revision, path, recursive }, { signal }) {
    const found = await repos.files({ kind, id, revision, path, recursive }, FILES, signal);
    return found.ok ? { kind: 'done', output: listing(found.value) } : failed(`${id}: ${found.reason}`);
  },
};

const read: FileOperation = {
  isLookUp: true,
  sourceOf: ({ hubUrl }, { kind, id, revision, path }) =>
    path && fileUrl(hubUrl, 'blob', { kind, id, revision, path }),
  async run({ repos, apart }, { kind, id, revision, path, offset }, { signal }) {
    if (path === undefined) return failed('To read a file, say which: path.');
    const most = isNotebook(path) ? NOTEBOOK_BYTES : READ_BYTES;
    const read = await repos.read({ kind, id, revision, path }, most, signal);
    if (!read.ok) return failed(`${id}: ${read.reason}`);
    const { bytes, size } = read.value;
    const isPart = bytes.length < size;
    const file = await textIn(apart, path, bytes, isPart, signal);
    if (!file.ok)
      return failed(`${path} ${file.reason} (${sizeText(size)}). A job or bash can load what is no text.`);
    const notes = [
      isPart ? `only the first ${sizeText(most)} of ${sizeText(size)} can be read here` : undefined,
      file.note,
    ].filter((note) => note !== undefined);
    const lines =
      size === 0 ? '(the file is empty)' : numbered(file.text, { from: offset, option: 'offset' });
    return { kind: 'done', output: [lines, ...notes.map((note) => `(${note})`)].join('\n') };
  },
};

const isNotebook = (path: string): boolean => /\.ipynb$/i.test(path);

/** Of a notebook its texts and code; what is too large to be read as one is read as it is written. */
async function textIn(
  apart: ParseApart,
  path: string,
  bytes: Buffer,
  isPart: boolean,
  signal: AbortSignal,
): Promise<ReadableText> {
  const file = readableText(path, bytes, { isPart });
  if (!file.ok || !isNotebook(path) || isPart) return file;
  const notebook = await apart.parse('notebook', bytes, signal);
  return notebook.ok ? { ...file, text: notebook.value } : { ok: false, reason: notebook.reason };
}

const upload: FileOperation = {
  approval: askForUpload,
  async run(parts, args, context) {
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
};

const remove: FileOperation = {
  approval: askForDeletion,
  async run({ writes }, args, { signal, assertHeld }) {
    const { kind, id, revision, patterns, create_pr, message, sha256 } = args;
    if (patterns === undefined) return failed(NO_PATTERNS);
    const found = await writes.matching({ kind, id }, patterns, revision, signal);
    if (!found.ok) return failed(`${id}: ${found.reason}`);
    if (found.value.length === 0) return failed(noneFit(id, patterns));
    if (sha256 !== undefined && sha256 !== listHash(found.value)) {
      return failed(`Other files of ${id} fit by now than people have seen. Ask again.`);
    }
    assertHeld();
    const how = {
      revision,
      asPullRequest: create_pr,
      message: message ?? cut(`Delete ${patterns.join(', ')}`, 200),
    };
    const made = await writes.remove({ kind, id }, found.value, how, signal);
    return made.ok
      ? { kind: 'done', output: `Deleted ${counted(found.value)}: ${made.value.url}` }
      : failed(`${id}: ${made.reason}`);
  },
};

const OPERATIONS: Readonly<Record<Args['operation'], FileOperation>> = { list, read, upload, delete: remove };

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
  if (!file.ok) return file;
  const secret = await secretInFile(from ?? '', file.content, context.redaction);
  if (secret !== undefined) return { ok: false, reason: `${secret}, so it is not uploaded. ${TAKE_IT_OUT}` };
  return { ...file, path };
}

const TAKE_IT_OUT =
  'Take it out of the file, and have whatever reads the file look it up in the environment.';

const NO_PATTERNS = 'To delete files, say which: patterns.';

const noneFit = (id: string, patterns: readonly string[]) => `No file of ${id} fits ${patterns.join(', ')}.`;

/** Of the files that people were shown: those alone are deleted. */
const listHash = (files: readonly string[]): string => sha256Of(JSON.stringify([...files].sort()));

const counted = ({ length }: readonly string[]) => `${length} ${length === 1 ? 'file' : 'files'}`;

/** Larger files are shown in their beginning: what they are as a whole is said by their hash. */
const SHOWN_BYTES = 200_000;
const BEGINNING_BYTES = 8_000;

async function askForUpload(
  parts: RepoFileParts,
  args: Args,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const file = await uploadOf(parts, args, context);
  if (!file.ok) throw new Error(file.reason);
  const { kind, id, revision } = args;
  const there = await parts.repos.read({ kind, id, revision, path: file.path }, 1, context.signal);
  const asks = requestOf(parts, args, `Upload ${file.path} to ${id}`);
  const request = {
    ...asks,
    facts: [
      ...asks.facts,
      { label: 'Size', value: sizeText(file.content.size) },
      ...(file.sha256 === undefined ? [] : [{ label: 'SHA-256', value: file.sha256 }]),
    ],
    warnings: there.ok && !args.create_pr ? [`${file.path} is there already and is replaced.`] : [],
    ...(await contentShown(file)),
    ...(file.sha256 === undefined ? {} : { inlined: { sha256: file.sha256 } }),
  };
  return withVisibility(request, parts.repos, { kind, id }, context.signal);
}

/** The text of a file, as a whole where it is not large; nothing of what is no text. */
async function contentShown({
  path,
  content,
}: Extract<Uploaded, { ok: true }>): Promise<Pick<ApprovalRequest, 'preview'>> {
  const language = path.split('.').at(-1) ?? 'text';
  const isLarge = content.size > SHOWN_BYTES;
  const bytes = await content.slice(0, isLarge ? BEGINNING_BYTES : SHOWN_BYTES).arrayBuffer();
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text.includes('\0')) return {};
  return { preview: { ...previewOf(text, language), ...(isLarge ? { shows: 'beginning' } : {}) } };
}

async function askForDeletion(
  parts: RepoFileParts,
  args: Args,
  { signal }: ToolContext,
): Promise<ApprovalRequest | undefined> {
  const { kind, id, revision, patterns } = args;
  if (patterns === undefined) throw new Error(NO_PATTERNS);
  const found = await parts.writes.matching({ kind, id }, patterns, revision, signal);
  if (!found.ok) throw new Error(`${id}: ${found.reason}`);
  if (found.value.length === 0) throw new Error(noneFit(id, patterns));
  return {
    ...requestOf(parts, args, `Delete ${counted(found.value)} of ${id}`),
    warnings: args.create_pr
      ? []
      : ['They stay in the history of the repository, but whoever loads it no longer gets them.'],
    preview: previewOf(found.value.join('\n'), 'text'),
    inlined: { sha256: listHash(found.value) },
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
