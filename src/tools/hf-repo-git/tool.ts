import { pageOf } from '../../hub/paths.ts';
import type { RepoWrites } from '../../hub/repo-writes.ts';
import { type ApprovalRequest, previewOf } from '../../session/tool-calls.ts';
import { asksOf } from '../operations.ts';
import { defineTool, type Tool } from '../tool.ts';
import { visibleTo } from '../visibility.ts';
import { Arguments } from './arguments.ts';
import { OPERATIONS } from './operations.ts';
import { stepOf } from './steps.ts';

/** Branches, tags, pull requests and settings of repositories on the Hub. */
export function hfRepoGitTool(writes: RepoWrites, hubUrl: string): Tool {
  return defineTool({
    name: 'hf_repo_git',
    description:
      'Branches, tags, pull requests and settings of a repository on the Hugging Face Hub. People are asked before anything is made, said, changed, merged or deleted. Tag what you release; propose changes to what belongs to others as a draft: create_pr, upload to its revision, look at the diff with get_pr, publish it with change_pr_status open.',
    schema: Arguments,
    isReadOnly: false,
    actsAsOwner: true,
    summary: ({ operation, id, branch, tag, number }) =>
      [operation.replaceAll('_', ' '), id, branch ?? tag ?? (number ? `#${number}` : '')]
        .filter(Boolean)
        .join(' '),
    step: stepOf,
    asks: asksOf(OPERATIONS, ({ card }) => card && 'always'),
    async approval(args) {
      const lack = missing(args);
      if (lack !== undefined) throw new Error(lack);
      return requestFor(args);
    },
    async run(args, context) {
      const lack = missing(args);
      if (lack !== undefined) return { kind: 'failed', output: lack };
      const { kind, id } = args;
      const { isRepeatable, run } = OPERATIONS[args.operation];
      if (!isRepeatable) context.assertHeld();
      const result = await run({ writes, at: { kind, id }, page: pageOf(hubUrl, kind, id) }, args, context);
      return result.ok
        ? { kind: 'done', output: result.value, made: result.made ?? [] }
        : { kind: 'failed', output: `${id}: ${result.reason}` };
    },
    async recover({ operation, id }) {
      if (OPERATIONS[operation].isRepeatable) return { kind: 'not_started' };
      return {
        kind: 'unknown',
        output: `It is not known whether ${operation} was done. Look with list_refs or list_prs of ${id} before you repeat it.`,
      };
    },
  });
}

function missing(args: Arguments): string | undefined {
  const { needs = [], lacks } = OPERATIONS[args.operation];
  const lacking = needs.filter((name) => args[name] === undefined);
  return lacking.length > 0 ? `${args.operation} needs ${lacking.join(' and ')}.` : lacks?.(args);
}

function requestFor(args: Arguments): ApprovalRequest | undefined {
  const { operation, kind, id, gated, sdk, branch, tag, revision, title, status, text } = args;
  const { card } = OPERATIONS[operation];
  if (card === undefined) return undefined;
  const isPrivate = card.isPrivate?.(args);
  const isPublished = isPrivate === false;
  return {
    title: card.title(args),
    facts: [
      { label: 'Repository', value: `${kind} ${id}` },
      ...(isPrivate === undefined ? [] : [visibleTo(isPrivate)]),
      ...(gated === undefined
        ? []
        : [{ label: 'Access', value: gated === false ? 'not gated' : `on request (${gated})` }]),
      ...optional('SDK', sdk),
      ...optional('Branch', branch),
      ...optional('Tag', tag),
      ...optional('From', revision),
      ...optional('Title', title),
      ...optional('Status', status),
    ],
    warnings: [
      ...(card.danger ? ['This can’t be undone here.'] : []),
      ...(isPublished ? ['Everybody can see it then.'] : []),
    ],
    ...(text ? { preview: previewOf(text, 'text') } : {}),
    estimate: { usd: 0 },
    isAlwaysAsked: card.danger === 'deletes' || isPublished,
  };
}

const optional = (label: string, value: string | undefined): ApprovalRequest['facts'] =>
  value ? [{ label, value }] : [];
