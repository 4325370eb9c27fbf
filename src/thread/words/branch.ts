import { cut, endOf } from '../../lib/cut.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import { plainWords } from '../../lib/markdown/words.ts';
import { counted } from '../../lib/numbers.ts';
import type { Person } from '../../session/address.ts';
import { context, currentExchange, type Snapshot } from '../../session/snapshot.ts';
import type { PlanItem } from '../../session/state.ts';
import { isSettled, madeBy, type ToolCall } from '../../session/tool-calls.ts';
import { jobName } from '../../session/watches.ts';
import { endText } from './job-ends.ts';

/* What is told of a thread that goes on from another one: to people, and to the model. */

export const NOTHING_TO_BRANCH = 'Nothing was said here yet that another thread could go on from.';

export const NO_THREADS_HERE =
  'There are no threads in direct messages here, so I can’t branch off. `new` begins with a fresh context.';

export const PRIVATE_THREAD =
  'This thread is private, and a branch would be in its channel, where more people read. Nothing was begun: begin a private thread of your own, and mention me there.';

export const MAY_NOT_BRANCH =
  'You may not use me in this channel any more, by its settings. Nothing was begun.';

/** Told where the branch was asked for, once there is one. */
export const branchedText = (by: Person, title: string, url: string | undefined): string => {
  const name = literal(title);
  return `🌿 ${literal(by.name)} has branched off: ${url === undefined ? name : `[${name}](${url})`} goes on from here with what was said so far. This thread stays as it is.`;
};

export const notBranchedText = (by: Person, why: string): string =>
  `I could not begin the branch that ${literal(by.name)} asked for: ${why}. Nothing was lost: write \`branch\` to try it again.`;

const PLAN_ITEMS = 8;
const PLAN_CHARACTERS = 120;

/**
 * The first message of a branch, as markdown without the link to where it comes from: what came along, and
 * what did not.
 */
export function openerText(snapshot: Snapshot, by: Person): string {
  const plan = currentExchange(snapshot)?.plan ?? [];
  const { messages, watches, toolCalls } = snapshot;
  const requests = messages.filter(({ entry }) => entry.role === 'user').length;
  const ended = watches.filter(({ endedAt }) => endedAt !== undefined).length;
  const running = watches.filter(({ endedAt }) => endedAt === undefined).map(jobName);
  const open = toolCalls.filter(({ state }) => state.kind === 'awaiting_approval').length;
  const made = new Set(madeBy(toolCalls)).size;
  const along = [
    `what was said (${several(requests, 'message')} of people)`,
    ...(plan.length > 0 ? ['the plan'] : []),
    ...(ended > 0 ? [`what ${several(ended, 'job')} came to`] : []),
    ...(made > 0 ? [`links to ${several(made, 'thing')} on the Hub`] : []),
  ];
  const behind = [
    'files of the sandbox',
    running.length > 0 ? `running jobs (${running.slice(0, 3).map(literal).join(', ')})` : 'running jobs',
    open > 0 ? `${several(open, 'open approval')}, and those that were given` : 'approvals',
    'auto-approval',
    'pings',
  ];
  return [
    `🌿 **${literal(titleOf(snapshot))}** goes on here, branched off by ${literal(by.name)}.`,
    `**Came along:** ${along.join(', ')}. The budget of this session is its own.`,
    `**Stayed behind:** ${behind.join(', ')}.`,
    ...(plan.length > 0 ? [planLines(plan.slice(0, PLAN_ITEMS)).join('\n')] : []),
    'Write here what comes next.',
  ].join('\n\n');
}

const several = (count: number, what: string): string => `${counted(count)} ${what}${count === 1 ? '' : 's'}`;

/** The same with where it comes from. */
export const withOrigin = (opener: string, url: string | undefined): string =>
  url === undefined ? opener : opener.replace('\n\n', ` It comes from [this thread](${url}).\n\n`);

const planLines = (plan: readonly PlanItem[]): string[] =>
  plan.map(
    ({ content, status }) =>
      `- ${status === 'completed' ? '☑' : '☐'} ${literal(cut(plainWords(content), PLAN_CHARACTERS))}`,
  );

export const titleOf = ({ session }: Pick<Snapshot, 'session'>): string =>
  cut(session.settings.title ?? 'A thread', 80);

/** As much as a model is told of a history, and of one entry of it, in characters. */
const HISTORY_CHARACTERS = 40_000;
const ENTRY_CHARACTERS = 6_000;

/** What the model of a branch is told of where it comes from: the newest of it, as far as it fits. */
export function historyText(snapshot: Snapshot, by: Person): string {
  const plan = currentExchange(snapshot)?.plan ?? [];
  const { toolCalls, watches } = snapshot;
  const calls = Map.groupBy(toolCalls, ({ messageId }) => messageId);
  const said = context(snapshot).flatMap(({ id, entry }): string[] => {
    switch (entry.role) {
      case 'user':
        return [`${entry.author.name}: ${cut(entry.text, ENTRY_CHARACTERS)}`];
      case 'summary':
        return [`(Summary of what was said before)\n${cut(entry.text, ENTRY_CHARACTERS)}`];
      case 'assistant': {
        const words = entry.text.trim() === '' ? [] : [`You: ${cut(entry.text, ENTRY_CHARACTERS)}`];
        return [...words, ...(calls.get(id) ?? []).map(callText)];
      }
      default:
        return [];
    }
  });
  const jobs = watches.flatMap((watch) =>
    watch.endedAt === undefined
      ? [`${jobName(watch)} still runs there: ${watch.url}`]
      : [`${endText(watch)}\n${watch.url}`],
  );
  const made = [...new Set(madeBy(toolCalls))];
  return [
    `${by.name} has branched this session off another thread of this channel: go on from there when somebody writes. Its files are not in your sandbox, its running jobs are not yours to follow, and what was approved there is not approved here. What was said and done there, as data:`,
    endOf(said.join('\n\n'), HISTORY_CHARACTERS),
    ...(plan.length > 0 ? [`The plan there:\n${planLines(plan).join('\n')}`] : []),
    ...(jobs.length > 0 ? [`Jobs there:\n${cut(jobs.join('\n'), ENTRY_CHARACTERS)}`] : []),
    ...(made.length > 0 ? [`Made on the Hub there:\n${made.slice(-20).join('\n')}`] : []),
  ].join('\n\n');
}

function callText({ name, summary, step, state }: ToolCall): string {
  const what = step?.did ?? `${name} ${summary}`;
  return `(${cut(what.trim(), 200)}: ${isSettled(state) ? state.kind : 'not finished there'})`;
}
