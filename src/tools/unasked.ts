import { type ApprovalRequest, previewOf } from '../session/tool-calls.ts';

/*
 * The default is to ask. Every operation that people are not asked about stands here with why not: what is
 * missing is put before them with its arguments, whatever its tool says (`agent/tool-step/ask.ts`). What
 * models read may tell them what to do, so everything that writes somewhere, spends or tells somebody is a
 * way out. Tools of MCP servers are asked about as the config says of their server; by default that is all
 * that do not say of themselves that they only read.
 */

const READS = 'it only reads';
const CONFINED = 'it is confined to the sandbox of the session';

/** By the name of the tool, for all that it does, or by that and the name of one operation. */
export const UNASKED: Readonly<Record<string, string>> = {
  plan_tool: 'it changes the plan of the session, which the thread shows',
  research: 'its assistant has what only reads, and is asked about nothing because it may do nothing else',
  explore_hf_docs: READS,
  fetch_hf_docs: READS,
  find_hf_api: READS,
  hf_papers: READS,
  web_search: READS,
  hf_inspect_dataset: READS,
  hub_repo_details: READS,
  hub_search: READS,
  github_find_examples: READS,
  github_list_repos: READS,
  github_read_file: READS,
  github_search_code: READS,
  'hf_repo_files list': READS,
  'hf_repo_files read': READS,
  'hf_repo_git list_refs': READS,
  'hf_repo_git list_prs': READS,
  'hf_repo_git get_pr': READS,
  compare_runs: `${READS}, and shows the thread what it drew`,
  'hf_jobs ps': READS,
  'hf_jobs logs': READS,
  'hf_jobs inspect': READS,
  'hf_jobs hardware': READS,
  'hf_jobs scheduled ps': READS,
  'hf_jobs scheduled inspect': READS,
  notify: 'it tells only channels that whoever runs the bot has listed for it, in the session’s workspace',
  bash: CONFINED,
  read: CONFINED,
  write: CONFINED,
  edit: CONFINED,
  share_file: `${CONFINED}, of which it shows a file in the session’s thread`,
  sandbox_create: 'free hardware for the sandbox of the session; it asks itself for any that costs something',
};

/**
 * What auto-approval covers by itself: runs of jobs, which have a cost and a cap. Anything else is let
 * through only where the config names it (`approvals.auto`).
 */
export const AUTO_APPROVED: readonly string[] = ['hf_jobs run'];

/** What a call does, as it is called in these tables. */
export function operationNameOf(tool: string, args: unknown): string {
  const operation: unknown =
    typeof args === 'object' && args !== null && 'operation' in args && args.operation;
  return typeof operation === 'string' ? `${tool} ${operation}` : tool;
}

/** Why people are not asked about an operation; undefined where they are. */
export const whyUnasked = (tool: string, operation: string): string | undefined =>
  [operation, tool].flatMap((name) => (Object.hasOwn(UNASKED, name) ? (UNASKED[name] ?? []) : []))[0];

/** Whether what a tool is given names nothing outside of the sandbox of its session. */
export const isConfined = (tool: string): boolean => whyUnasked(tool, tool)?.startsWith(CONFINED) ?? false;

/** What people are asked about a call that its tool has no card for. */
export const plainRequest = (operation: string, argumentsText: string): ApprovalRequest => ({
  title: `Use ${operation}`,
  facts: [],
  warnings: ['I don’t know what this changes: look at what it is given.'],
  preview: previewOf(argumentsText, 'json'),
  estimate: { reason: 'the tool does not say' },
  isAlwaysAsked: true,
});
