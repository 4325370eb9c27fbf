import { cut } from '../../lib/cut.ts';
import { dollars } from '../../lib/dollars.ts';
import { currentExchange, type Snapshot } from '../../session/snapshot.ts';
import type { SessionState } from '../../session/state.ts';
import { costSoFar } from '../../session/watches.ts';
import { stageText } from './stages.ts';

/** What `status` answers: state, plan, jobs and spend of a session, as markdown. */
export function describeSession(snapshot: Snapshot): string {
  const plan = currentExchange(snapshot)?.plan ?? [];
  const done = plan.filter((item) => item.status === 'completed').length;
  const current = plan.find((item) => item.status === 'in_progress');
  const open = snapshot.watches.filter((watch) => watch.endedAt === undefined);
  const tokens = snapshot.exchanges.reduce(
    (sum, { usage }) => sum + usage.inputTokens + usage.outputTokens,
    0,
  );
  const known = [...snapshot.exchanges.map(({ usage }) => usage.usd), ...snapshot.watches.map(costSoFar)];
  const usd = known.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  return [
    `**${stateText(snapshot.session.state)}**`,
    ...(plan.length > 0
      ? [`Plan: ${done} of ${plan.length} done${current ? `, now: ${current.content}` : ''}`]
      : []),
    ...open.map(
      (watch) => `Job [${watch.jobId}](${watch.url}) on ${watch.flavor}: ${stageText(watch.snapshot)}`,
    ),
    `Requests: ${snapshot.exchanges.filter((exchange) => !exchange.undone).length}, tokens: ${tokens.toLocaleString('en')}, spend: ${dollars(usd)}`,
  ].join('\n\n');
}

/** A session's state in a sentence. */
export function stateText(state: SessionState): string {
  switch (state.kind) {
    case 'running':
      return 'Working.';
    case 'parked':
      return state.on === 'approval' ? 'Waiting for an approval.' : 'Waiting for a job.';
    case 'idle':
      return 'Nothing to do: write what you need.';
    case 'interrupted':
      return `Stopped by ${state.by}.`;
    case 'failed':
      return `Stuck: ${state.failure.message}`;
    case 'closed':
      return `Closed by ${state.by}. Write to go on.`;
    default:
      return state satisfies never;
  }
}

/** That a session was closed because nobody has used it. */
export const closedText = (days: number): string =>
  `Closed after ${days} days without a message. Write here to go on: everything said so far is kept.`;

/** How servers of tools stand. */
export const serversText = (
  servers: readonly { name: string; tools: number; problem: string | null }[],
): string => {
  const states = servers.map(({ name, tools, problem }) =>
    problem === null ? `${name} (${tools} tools)` : `${name} is away: ${cut(problem, 200)}`,
  );
  return `Tools of other servers: ${states.join('; ')}`;
};
