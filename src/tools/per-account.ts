import type { Person } from '../session/address.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';
import type { PreparedCall, Recovery, Tool, ToolContext, ToolResult } from './tool.ts';

/** The tools with somebody's own account, and whose that is. */
export type OwnTools = { owner: Person; account: string; tools: readonly Tool[] };

type OwnToolsOf = (sessionId: string) => Promise<OwnTools | undefined>;

/**
 * The tools, of which those that act as the owner do so under the account of whoever began a session, where
 * they have linked it. What nobody is asked about is done with the bot's own: whoever else writes in the
 * thread can't make it read what only the owner may see.
 */
export const perAccount = (tools: readonly Tool[], of: OwnToolsOf): Tool[] =>
  tools.map((tool) => (tool.actsAsOwner ? withAccount(tool, of) : tool));

/** A call with the bot's account, and how the same call is had with the owner's. */
type OneCall = { base: PreparedCall; own(context: ToolContext): Promise<Own | undefined> };
type Own = { owner: Person; account: string; call: PreparedCall };

function withAccount(tool: Tool, of: OwnToolsOf): Tool {
  return {
    ...tool,
    prepare(argumentsText) {
      const base = tool.prepare(argumentsText);
      if (!base.ok) return base;
      const call: OneCall = {
        base: base.call,
        async own({ sessionId }) {
          const linked = await of(sessionId);
          const prepared = linked?.tools.find(({ name }) => name === tool.name)?.prepare(argumentsText);
          return linked && prepared?.ok ? { ...linked, call: prepared.call } : undefined;
        },
      };
      return {
        ok: true,
        call: {
          ...base.call,
          approval: (context) => approvalOf(call, context),
          run: (context) => run(call, context),
          recover: base.call.recover && ((context) => recover(call, context)),
        },
      };
    },
  };
}

/** Whose account a call that runs now acts under; undefined for the bot's own. */
async function acting({ base, own }: OneCall, context: ToolContext): Promise<Own | 'gone' | undefined> {
  const owner = context.approved?.owner?.id ?? ownerOfJob(base, context);
  if (owner === undefined) return undefined;
  const found = await own(context);
  return found?.owner.id === owner ? found : 'gone';
}

async function approvalOf(call: OneCall, context: ToolContext): Promise<ApprovalRequest | undefined> {
  const theirs = ownerOfJob(call.base, context) === undefined ? await call.own(context) : undefined;
  const request = await theirs?.call.approval(context);
  if (theirs === undefined || request === undefined) return call.base.approval(context);
  const runsAs = { label: 'Runs as', value: `${theirs.account}, the account of ${theirs.owner.name}` };
  return { ...request, facts: [...request.facts, runsAs], owner: theirs.owner, isWaived: false };
}

async function run(call: OneCall, context: ToolContext): Promise<ToolResult> {
  const theirs = await acting(call, context);
  if (theirs === 'gone') return { kind: 'failed', output: GONE };
  if (theirs === undefined) return call.base.run(context);
  return owned(await theirs.call.run(context), theirs.owner);
}

async function recover(call: OneCall, context: ToolContext): Promise<Recovery> {
  const theirs = await acting(call, context);
  if (theirs === 'gone') return { kind: 'unknown', output: GONE };
  const found = await (theirs?.call ?? call.base).recover?.(context);
  if (found === undefined || found.kind === 'not_started') return { kind: 'not_started' };
  return theirs === undefined ? found : owned(found, theirs.owner);
}

const GONE =
  'This was to run under somebody’s own Hugging Face account, and they have signed out since. Ask again: it is then asked for anew.';

/** A job is followed with the account that it was started with. */
const owned = (result: ToolResult, owner: Person): ToolResult =>
  result.kind === 'waiting' ? { ...result, watch: { ...result.watch, owner: owner.id } } : result;

/** Whose account the job runs under that a call is about. */
function ownerOfJob({ jobId }: PreparedCall, { watches }: ToolContext): string | undefined {
  return jobId === undefined ? undefined : watches.find((watch) => watch.jobId === jobId)?.owner;
}
