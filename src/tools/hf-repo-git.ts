import { z } from 'zod';
import type { Looked } from '../hub/datasets.ts';
import type { RepoAt, RepoWrites } from '../hub/repo-writes.ts';
import { pageOf } from '../hub/repos.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';
import { Kind, RepoId } from './hub-repos.ts';
import { provenanceCard } from './provenance.ts';
import { defineTool, type Tool, type ToolContext } from './tool.ts';
import { visibleTo } from './visibility.ts';

const Ref = z.string().regex(/^[\w./-]{1,200}$/, 'is not a name of a branch or tag');

const Schema = z.strictObject({
  operation: z.enum([
    'list_refs',
    'create_branch',
    'delete_branch',
    'create_tag',
    'delete_tag',
    'list_prs',
    'get_pr',
    'create_pr',
    'comment_pr',
    'change_pr_status',
    'close_pr',
    'merge_pr',
    'create_repo',
    'update_repo',
  ]),
  kind: Kind.default('model'),
  id: RepoId,
  branch: Ref.optional(),
  tag: Ref.optional(),
  revision: Ref.optional().describe('create_branch, create_tag: from where; main by default.'),
  number: z.number().int().min(1).optional().describe('Of a pull request.'),
  title: z.string().max(300).optional().describe('create_pr.'),
  text: z
    .string()
    .max(20_000)
    .optional()
    .describe('Description of a pull request, comment, or a tag’s message.'),
  status: z
    .enum(['open', 'closed', 'all'])
    .optional()
    .describe('list_prs; change_pr_status: open or closed.'),
  private: z.boolean().optional().describe('create_repo (true by default), update_repo.'),
  gated: z
    .union([z.enum(['auto', 'manual']), z.literal(false)])
    .optional()
    .describe('update_repo: who may have it on request.'),
  sdk: z.enum(['gradio', 'streamlit', 'docker', 'static']).optional().describe('create_repo of a Space.'),
});
type Args = z.infer<typeof Schema>;
type Operation = Args['operation'];

/** Operations that people are asked about first. */
const ASKED: ReadonlySet<Operation> = new Set([
  'delete_branch',
  'delete_tag',
  'merge_pr',
  'create_repo',
  'update_repo',
]);
/** What can be made again after a crash without a second effect. */
const REPEATABLE: ReadonlySet<Operation> = new Set([
  'list_refs',
  'list_prs',
  'get_pr',
  'update_repo',
  'change_pr_status',
  'close_pr',
]);

/** What an operation can't do without. */
const NEEDS: Readonly<Partial<Record<Operation, readonly (keyof Args)[]>>> = {
  create_branch: ['branch'],
  delete_branch: ['branch'],
  create_tag: ['tag'],
  delete_tag: ['tag'],
  get_pr: ['number'],
  create_pr: ['title'],
  comment_pr: ['number', 'text'],
  change_pr_status: ['number', 'status'],
  close_pr: ['number'],
  merge_pr: ['number'],
};

/** Branches, tags, pull requests and settings of repositories on the Hub. */
export function hfRepoGitTool(writes: RepoWrites, hubUrl: string): Tool {
  return defineTool({
    name: 'hf_repo_git',
    description:
      'Branches, tags, pull requests and settings of a repository on the Hugging Face Hub. People are asked before anything is deleted, merged, made or changed in its settings. Tag what you release; propose changes to what belongs to others with create_pr.',
    schema: Schema,
    isReadOnly: false,
    summary: ({ operation, id, branch, tag, number }) =>
      [operation.replaceAll('_', ' '), id, branch ?? tag ?? (number ? `#${number}` : '')]
        .filter(Boolean)
        .join(' '),
    asks: 'deleting, merging, making a repository, changing its settings',
    async approval(args) {
      if (!ASKED.has(args.operation) || missing(args) !== undefined) return undefined; // run says what is missing
      return requestFor(args);
    },
    async run(args, context) {
      const lack = missing(args);
      if (lack !== undefined) return { kind: 'failed', output: lack };
      if (!REPEATABLE.has(args.operation)) context.assertHeld();
      const result = await act(args, writes, hubUrl, context);
      const made = args.operation === 'create_repo' ? [pageOf(hubUrl, args.kind, args.id)] : [];
      return result.ok
        ? { kind: 'done', output: result.value, made }
        : { kind: 'failed', output: `${args.id}: ${result.reason}` };
    },
    async recover({ operation, id }) {
      if (REPEATABLE.has(operation)) return { kind: 'not_started' };
      return {
        kind: 'unknown',
        output: `It is not known whether ${operation} was done. Look with list_refs or list_prs of ${id} before you repeat it.`,
      };
    },
  });
}

function missing(args: Args): string | undefined {
  const lacking = (NEEDS[args.operation] ?? []).filter((name) => args[name] === undefined);
  if (lacking.length > 0) return `${args.operation} needs ${lacking.join(' and ')}.`;
  if (args.operation === 'create_repo' && args.kind === 'space' && args.sdk === undefined)
    return 'A Space needs sdk.';
  if (args.operation === 'update_repo' && args.private === undefined && args.gated === undefined) {
    return 'update_repo needs private or gated.';
  }
  return undefined;
}

const TITLES: Readonly<Partial<Record<Operation, (args: Args) => string>>> = {
  delete_branch: ({ branch, id }) => `Delete the branch ${branch} of ${id}`,
  delete_tag: ({ tag, id }) => `Delete the tag ${tag} of ${id}`,
  merge_pr: ({ number, id }) => `Merge pull request #${number} of ${id}`,
  create_repo: ({ kind, id }) => `Make the ${kind} ${id}`,
  update_repo: ({ id }) => `Change the settings of ${id}`,
};

function requestFor(args: Args): ApprovalRequest {
  const { operation, kind, id, gated, sdk } = args;
  const isPrivate = args.private ?? (operation === 'create_repo' ? true : undefined);
  const isPublished = isPrivate === false;
  return {
    title: TITLES[operation]?.(args) ?? operation,
    facts: [
      { label: 'Repository', value: `${kind} ${id}` },
      ...(isPrivate === undefined ? [] : [visibleTo(isPrivate)]),
      ...(gated === undefined
        ? []
        : [{ label: 'Access', value: gated === false ? 'not gated' : `on request (${gated})` }]),
      ...(sdk ? [{ label: 'SDK', value: sdk }] : []),
    ],
    warnings: [
      ...(operation.startsWith('delete') || operation === 'merge_pr' ? ['This can’t be undone here.'] : []),
      ...(isPublished ? ['Everybody can see it then.'] : []),
    ],
    estimate: { usd: 0 },
    isAlwaysAsked: operation.startsWith('delete') || isPublished,
  };
}

async function act(
  args: Args,
  writes: RepoWrites,
  hubUrl: string,
  { signal, sessionId }: ToolContext,
): Promise<Looked<string>> {
  const {
    operation,
    kind,
    id,
    branch = '',
    tag = '',
    revision,
    number = 0,
    title = '',
    text = '',
    status,
    gated,
    sdk,
  } = args;
  const at: RepoAt = { kind, id };
  const page = pageOf(hubUrl, kind, id);
  const said = async (made: Promise<Looked<unknown>>, words: string): Promise<Looked<string>> => {
    const result = await made;
    return result.ok ? { ok: true, value: words } : result;
  };
  switch (operation) {
    case 'list_refs': {
      const refs = await writes.refs(at, signal);
      if (!refs.ok) return refs;
      const { branches, tags } = refs.value;
      return {
        ok: true,
        value: `Branches: ${branches.join(', ') || 'none'}\nTags: ${tags.join(', ') || 'none'}`,
      };
    }
    case 'create_branch':
      return said(
        writes.createBranch(at, branch, revision, signal),
        `The branch ${branch} is made: ${page}/tree/${branch}`,
      );
    case 'delete_branch':
      return said(writes.deleteBranch(at, branch, signal), `The branch ${branch} is deleted.`);
    case 'create_tag':
      return said(
        writes.createTag(at, tag, revision ?? 'main', text, signal),
        `The tag ${tag} is made: ${page}/tree/${tag}`,
      );
    case 'delete_tag':
      return said(writes.deleteTag(at, tag, signal), `The tag ${tag} is deleted.`);
    case 'list_prs': {
      const found = await writes.pullRequests(at, status ?? 'open', signal);
      if (!found.ok) return found;
      const lines = found.value.map(
        (pull) => `- #${pull.number} ${pull.title} (${pull.status}, by ${pull.author}, ${pull.createdAt})`,
      );
      return { ok: true, value: lines.join('\n') || 'There are none.' };
    }
    case 'get_pr': {
      const found = await writes.pullRequest(at, number, signal);
      if (!found.ok) return found;
      const { comments, ...pull } = found.value;
      const head = `#${pull.number} ${pull.title} (${pull.status}, by ${pull.author}, ${pull.createdAt})\n${page}/discussions/${number}`;
      return {
        ok: true,
        value: [head, ...comments.map(({ author, text: words }) => `${author}: ${words}`)].join('\n\n'),
      };
    }
    case 'create_pr': {
      const opened = await writes.openPullRequest(at, title, text, signal);
      if (!opened.ok) return opened;
      const { number: made } = opened.value;
      return {
        ok: true,
        value: `Pull request #${made} is open as a draft: ${page}/discussions/${made}. Upload to it with revision "refs/pr/${made}".`,
      };
    }
    case 'comment_pr':
      return said(
        writes.comment(at, number, text, signal),
        `The comment is on ${page}/discussions/${number}.`,
      );
    case 'close_pr':
      return said(writes.setStatus(at, number, 'closed', text, signal), `#${number} is closed.`);
    case 'change_pr_status': {
      if (status === 'all' || status === undefined)
        return { ok: false, reason: 'status must be open or closed.' };
      return said(writes.setStatus(at, number, status, text, signal), `#${number} is ${status}.`);
    }
    case 'merge_pr':
      return said(writes.merge(at, number, text, signal), `#${number} is merged: ${page}`);
    case 'create_repo': {
      const made = await writes.create(
        at,
        { private: args.private ?? true, sdk, card: provenanceCard(id, sessionId, sdk) },
        signal,
      );
      return made.ok ? { ok: true, value: `Made: ${made.value.url}` } : made;
    }
    case 'update_repo':
      return said(
        writes.settings(
          at,
          {
            ...(args.private === undefined ? {} : { private: args.private }),
            ...(gated === undefined ? {} : { gated }),
          },
          signal,
        ),
        `The settings of ${id} are changed: ${page}`,
      );
    default:
      return operation satisfies never;
  }
}
