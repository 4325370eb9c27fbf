import type { Looked } from '../../hub/datasets.ts';
import { treeUrl } from '../../hub/paths.ts';
import type { RepoAt } from '../../hub/repo-client.ts';
import type { RepoWrites } from '../../hub/repo-writes.ts';
import { capped } from '../../lib/output.ts';
import { provenanceCard } from '../provenance.ts';
import type { ToolContext } from '../tool.ts';
import type { Arguments } from './arguments.ts';

/** One operation of the tool, with everything that has to be known of it. */
export type GitOperation = {
  /** Arguments that it can't do without. */
  needs?: readonly (keyof Arguments)[];
  /** What else is missing, in words. */
  lacks?(args: Arguments): string | undefined;
  /**
   * What people are asked first; only what reads has none. `final` is what can't be undone, and of that
   * `deletes` is never let through by auto-approval.
   */
  card?: {
    title(args: Arguments): string;
    /** Whether the repository will be private, where the call settles that. */
    isPrivate?(args: Arguments): boolean | undefined;
    danger?: 'final' | 'deletes';
  };
  /** Doing it twice is doing it once: it changes nothing, or sets something to what it is already. */
  isRepeatable?: true;
  run(repo: Repo, args: Arguments, context: ToolContext): Promise<Outcome>;
};

/** Where an operation works, and the page of that for people. */
type Repo = { writes: RepoWrites; at: RepoAt; page: string };

/** `made` has the addresses of what was made on the Hub. */
type Outcome = { ok: true; value: string; made?: string[] } | { ok: false; reason: string };

const said = async (made: Promise<Looked<unknown>>, words: string): Promise<Looked<string>> => {
  const result = await made;
  return result.ok ? { ok: true, value: words } : result;
};

const list_refs: GitOperation = {
  isRepeatable: true,
  async run({ writes, at }, _args, { signal }) {
    const refs = await writes.refs(at, signal);
    if (!refs.ok) return refs;
    const { branches, tags } = refs.value;
    return {
      ok: true,
      value: `Branches: ${branches.join(', ') || 'none'}\nTags: ${tags.join(', ') || 'none'}`,
    };
  },
};

const create_branch: GitOperation = {
  needs: ['branch'],
  card: { title: ({ branch, id }) => `Make the branch ${branch} of ${id}` },
  run: ({ writes, at, page }, { branch = '', revision }, { signal }) =>
    said(
      writes.createBranch(at, branch, revision, signal),
      `The branch ${branch} is made: ${treeUrl(page, branch)}`,
    ),
};

const delete_branch: GitOperation = {
  needs: ['branch'],
  card: { title: ({ branch, id }) => `Delete the branch ${branch} of ${id}`, danger: 'deletes' },
  run: ({ writes, at }, { branch = '' }, { signal }) =>
    said(writes.deleteBranch(at, branch, signal), `The branch ${branch} is deleted.`),
};

const create_tag: GitOperation = {
  needs: ['tag'],
  card: { title: ({ tag, id }) => `Make the tag ${tag} of ${id}` },
  run: ({ writes, at, page }, { tag = '', revision = 'main', text = '' }, { signal }) =>
    said(writes.createTag(at, tag, revision, text, signal), `The tag ${tag} is made: ${treeUrl(page, tag)}`),
};

const delete_tag: GitOperation = {
  needs: ['tag'],
  card: { title: ({ tag, id }) => `Delete the tag ${tag} of ${id}`, danger: 'deletes' },
  run: ({ writes, at }, { tag = '' }, { signal }) =>
    said(writes.deleteTag(at, tag, signal), `The tag ${tag} is deleted.`),
};

const list_prs: GitOperation = {
  isRepeatable: true,
  async run({ writes, at }, { status = 'open' }, { signal }) {
    const found = await writes.pullRequests(at, status, signal);
    if (!found.ok) return found;
    const lines = found.value.map(
      (pull) => `- #${pull.number} ${pull.title} (${pull.status}, by ${pull.author}, ${pull.createdAt})`,
    );
    return { ok: true, value: lines.join('\n') || 'There are none.' };
  },
};

const get_pr: GitOperation = {
  needs: ['number'],
  isRepeatable: true,
  async run({ writes, at, page }, { number = 0 }, { signal }) {
    const found = await writes.pullRequest(at, number, signal);
    if (!found.ok) return found;
    const { comments, diff, conflicts, ...pull } = found.value;
    const head = `#${pull.number} ${pull.title} (${pull.status}, by ${pull.author}, ${pull.createdAt})\n${page}/discussions/${number}`;
    return {
      ok: true,
      value: [
        head,
        ...(pull.status === 'draft' ? [DRAFT] : []),
        ...conflictsSaid(conflicts),
        ...comments.map(({ author, text }) => `${author}: ${text}`),
        diff === undefined ? 'The Hub gives no diff of it.' : diffSaid(diff),
      ].join('\n\n'),
    };
  },
};

const DRAFT = 'It is a draft: once the diff is as it should be, publish it with change_pr_status open.';

const conflictsSaid = (conflicts: readonly string[] | true): string[] =>
  conflicts === true
    ? ['It has conflicts.']
    : conflicts.length > 0
      ? [`It has conflicts in: ${conflicts.slice(0, MOST_FILES).join(', ')}`]
      : [];
const MOST_FILES = 20;

/** So much of a diff leaves room for what was said. */
const DIFF_CHARACTERS = 15_000;

/** A diff with the files that it is about, and as much of it as there is room for. */
function diffSaid(diff: string): string {
  if (diff.trim() === '') return 'It changes nothing yet.';
  const files = [...diff.matchAll(/^diff --git a\/(.{1,500}?) b\//gm)].map(([, path]) => path ?? '');
  const listed = files.slice(0, MOST_FILES).join(', ');
  const more = files.length > MOST_FILES ? ` and ${files.length - MOST_FILES} more` : '';
  return `It changes: ${listed}${more}\n\n${capped(diff, DIFF_CHARACTERS)}`;
}

const create_pr: GitOperation = {
  needs: ['title'],
  card: { title: ({ id }) => `Open a pull request in ${id}` },
  async run({ writes, at, page }, { title = '', text = '' }, { signal }) {
    const opened = await writes.openPullRequest(at, title, text, signal);
    if (!opened.ok) return opened;
    const { number } = opened.value;
    return {
      ok: true,
      value: `Pull request #${number} is made as a draft: ${page}/discussions/${number}. Upload to it with revision "refs/pr/${number}", look at its diff with get_pr, then publish it with change_pr_status open.`,
    };
  },
};

const comment_pr: GitOperation = {
  needs: ['number', 'text'],
  card: { title: ({ number, id }) => `Comment on pull request #${number} of ${id}` },
  run: ({ writes, at, page }, { number = 0, text = '' }, { signal }) =>
    said(writes.comment(at, number, text, signal), `The comment is on ${page}/discussions/${number}.`),
};

const close_pr: GitOperation = {
  needs: ['number'],
  card: { title: ({ number, id }) => `Close pull request #${number} of ${id}` },
  isRepeatable: true,
  run: ({ writes, at }, { number = 0, text = '' }, { signal }) =>
    said(writes.setStatus(at, number, 'closed', text, signal), `#${number} is closed.`),
};

const change_pr_status: GitOperation = {
  needs: ['number', 'status'],
  card: {
    title: ({ number, status, id }) =>
      status === 'open'
        ? `Publish pull request #${number} of ${id}, or open it again`
        : `Close pull request #${number} of ${id}`,
  },
  isRepeatable: true,
  async run({ writes, at }, { number = 0, status, text = '' }, { signal }) {
    if (status === 'all' || status === undefined)
      return { ok: false, reason: 'status must be open or closed.' };
    return said(writes.setStatus(at, number, status, text, signal), `#${number} is ${status}.`);
  },
};

const merge_pr: GitOperation = {
  needs: ['number'],
  card: { title: ({ number, id }) => `Merge pull request #${number} of ${id}`, danger: 'final' },
  run: ({ writes, at, page }, { number = 0, text = '' }, { signal }) =>
    said(writes.merge(at, number, text, signal), `#${number} is merged: ${page}`),
};

const create_repo: GitOperation = {
  lacks: ({ kind, sdk }) => (kind === 'space' && sdk === undefined ? 'A Space needs sdk.' : undefined),
  card: { title: ({ kind, id }) => `Make the ${kind} ${id}`, isPrivate: (args) => args.private ?? true },
  async run({ writes, at, page }, { id, sdk, private: isPrivate = true }, { signal, sessionId }) {
    const card = provenanceCard(id, sessionId, sdk);
    const made = await writes.create(at, { private: isPrivate, sdk, card }, signal);
    return made.ok ? { ok: true, value: `Made: ${made.value.url}`, made: [page] } : made;
  },
};

const update_repo: GitOperation = {
  lacks: ({ private: isPrivate, gated }) =>
    isPrivate === undefined && gated === undefined ? 'update_repo needs private or gated.' : undefined,
  card: { title: ({ id }) => `Change the settings of ${id}`, isPrivate: (args) => args.private },
  isRepeatable: true,
  run({ writes, at, page }, { id, private: isPrivate, gated }, { signal }) {
    const settings = {
      ...(isPrivate === undefined ? {} : { private: isPrivate }),
      ...(gated === undefined ? {} : { gated }),
    };
    return said(writes.settings(at, settings, signal), `The settings of ${id} are changed: ${page}`);
  },
};

export const OPERATIONS: Readonly<Record<Arguments['operation'], GitOperation>> = {
  list_refs,
  create_branch,
  delete_branch,
  create_tag,
  delete_tag,
  list_prs,
  get_pr,
  create_pr,
  comment_pr,
  change_pr_status,
  close_pr,
  merge_pr,
  create_repo,
  update_repo,
};
