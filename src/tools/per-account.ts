import { z } from 'zod';
import { parsedJson } from '../ops/json.ts';
import type { Person } from '../session/address.ts';
import type { PreparedCall, Tool, ToolContext, ToolResult } from './tool.ts';

/** The tools with somebody's own account, and whose that is. */
export type OwnTools = { owner: Person; account: string; tools: readonly Tool[] };

/** What acts on the Hub in somebody's name: only this is done with their account, and only once they have approved it. */
const IN_THEIR_NAME: ReadonlySet<string> = new Set([
  'hf_jobs',
  'hf_repo_files',
  'hf_repo_git',
  'hf_dataset_push',
]);

/**
 * Tools that act under the account of whoever began a session, where they have lent it. What nobody is asked about is done
 * with the bot's own: whoever else writes in the thread can't make it read what only the owner may see.
 */
export const perAccount = (
  tools: readonly Tool[],
  of: (sessionId: string) => Promise<OwnTools | undefined>,
): Tool[] => tools.map((tool) => (IN_THEIR_NAME.has(tool.name) ? withAccount(tool, of) : tool));

type Own = { owner: Person; account: string; call: PreparedCall };

function withAccount(tool: Tool, of: (sessionId: string) => Promise<OwnTools | undefined>): Tool {
  return {
    ...tool,
    prepare(argumentsText) {
      const base = tool.prepare(argumentsText);
      if (!base.ok) return base;

      async function own({ sessionId }: ToolContext): Promise<Own | undefined> {
        const lent = await of(sessionId);
        const prepared = lent?.tools.find(({ name }) => name === tool.name)?.prepare(argumentsText);
        return lent && prepared?.ok
          ? { owner: lent.owner, account: lent.account, call: prepared.call }
          : undefined;
      }

      /** Whose account a call that runs now acts under; undefined for the bot's own. */
      async function acting(context: ToolContext): Promise<Own | 'gone' | undefined> {
        const owner = context.approved?.owner?.id ?? ownerOfJob(argumentsText, context);
        if (owner === undefined) return undefined;
        const found = await own(context);
        return found?.owner.id === owner ? found : 'gone';
      }

      const { recover } = base.call;
      return {
        ok: true,
        call: {
          timeoutMs: base.call.timeoutMs,
          async approval(context) {
            const theirs = ownerOfJob(argumentsText, context) === undefined ? await own(context) : undefined;
            const request = await theirs?.call.approval(context);
            if (theirs === undefined || request === undefined) return base.call.approval(context);
            const runsAs = {
              label: 'Runs as',
              value: `${theirs.account}, the account of ${theirs.owner.name}`,
            };
            return { ...request, facts: [...request.facts, runsAs], owner: theirs.owner, isWaived: false };
          },
          async run(context) {
            const theirs = await acting(context);
            if (theirs === 'gone') return { kind: 'failed', output: GONE };
            if (theirs === undefined) return base.call.run(context);
            return owned(await theirs.call.run(context), theirs.owner);
          },
          recover:
            recover &&
            (async (context) => {
              const theirs = await acting(context);
              if (theirs === 'gone') return { kind: 'unknown', output: GONE };
              if (theirs === undefined) return recover(context);
              const found = await theirs.call.recover?.(context);
              if (found === undefined || found.kind === 'not_started') return { kind: 'not_started' };
              return owned(found, theirs.owner);
            }),
        },
      };
    },
  };
}

const GONE =
  'This was to run under somebody’s own Hugging Face account, and they have signed out since. Ask again: it is then asked for anew.';

/** A job is followed with the account that it was started with. */
const owned = (result: ToolResult, owner: Person): ToolResult =>
  result.kind === 'waiting' ? { ...result, watch: { ...result.watch, owner: owner.id } } : result;

const OfJob = z.looseObject({ job_id: z.string().optional() });

/** Whose account the job runs under that a call is about. */
function ownerOfJob(argumentsText: string, { watches }: ToolContext): string | undefined {
  const jobId = OfJob.safeParse(parsedJson(argumentsText)).data?.job_id;
  return jobId === undefined ? undefined : watches.find((watch) => watch.jobId === jobId)?.owner;
}
