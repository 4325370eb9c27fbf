import { cut } from '../../lib/cut.ts';
import { dollars, dollarsAtMost } from '../../lib/dollars.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import { compact, counted, figure } from '../../lib/numbers.ts';
import { deciderNames, either } from '../../session/deciders.ts';
import { forecastOf } from '../../session/progress/forecast.ts';
import { headlineFigure } from '../../session/progress/headline.ts';
import { stepText } from '../../session/progress.ts';
import { currentExchange, type Snapshot } from '../../session/snapshot.ts';
import type { PlanItem, SessionState } from '../../session/state.ts';
import { costSoFar, durationOf, jobName, type Watch } from '../../session/watches.ts';
import { cutOffText, forecastText } from './forecasts.ts';
import { endText } from './job-ends.ts';
import { stageText } from './stages.ts';

/**
 * What `status` answers: how it stands and who has to act, the plan, what jobs do and have come to, and what
 * it has cost, as markdown.
 */
export function describeSession(snapshot: Snapshot): string {
  const exchange = currentExchange(snapshot);
  const ended = snapshot.watches.filter(
    (watch) => watch.endedAt !== undefined && watch.exchange === exchange?.number,
  );
  return [
    `**${stateText(snapshot.session.state)}**`,
    ...waitingOn(snapshot),
    ...planText(exchange?.plan ?? []),
    ...snapshot.watches.filter(({ endedAt }) => endedAt === undefined).map(runningText),
    ...ended.slice(-JOBS).map((watch) => endText(watch).split('\n')[0] ?? ''),
    spendText(snapshot),
  ].join('\n\n');
}

/** Ended jobs of a request that are told of, the newest. */
const JOBS = 5;

/** What waits for people, and for whom. Nobody is called by it. */
export function waitingOn({ session: { requester }, toolCalls }: Snapshot): string[] {
  return toolCalls.flatMap(({ state }) => {
    if (state.kind !== 'awaiting_approval') return [];
    const { request, deciders } = state;
    const { usd } = request.estimate;
    const cost =
      usd === undefined ? ', at a cost that is not known' : usd > 0 ? `, up to ${dollarsAtMost(usd)}` : '';
    const who = deciders === undefined ? requester.name : either(deciderNames(deciders, requester));
    return [
      `${literal(who)} decides: ${literal(request.brief ?? request.title)}${cost}. The buttons are on its card.`,
    ];
  });
}

function planText(plan: readonly PlanItem[]): string[] {
  if (plan.length === 0) return [];
  const done = plan.filter((item) => item.status === 'completed').length;
  const current = plan.find((item) => item.status === 'in_progress');
  return [`Plan: ${done} of ${plan.length} done${current ? `, now: ${current.content}` : ''}`];
}

/** How a job stands, how good it is so far, and what is to be expected of it. */
export function runningText(watch: Watch): string {
  const { snapshot, timeoutSeconds } = watch;
  const best = snapshot.progress && headlineFigure(snapshot.progress);
  const forecast = forecastOf(watch, watch.lookedAt);
  const elapsedSeconds = durationOf(watch) ?? 0;
  const warning = forecast && cutOffText(forecast, { elapsedSeconds, timeoutSeconds });
  const cost = costSoFar(watch);
  return [
    `[${literal(jobName(watch))}](${watch.url}) on ${watch.flavor}: ${stageText(snapshot)}`,
    ...[stepText(snapshot.progress ?? {})].filter(Boolean),
    ...(best ? [`${literal(best.name)} ${figure(best.value)}`] : []),
    ...(forecast ? [forecastText(forecast)] : []),
    ...(cost === undefined ? [] : [`${dollars(cost)} so far`]),
    ...(warning === undefined ? [] : [`⚠️ ${warning}`]),
  ].join(' · ');
}

/** What a session has used and cost so far. */
export function spendText({ exchanges, watches }: Snapshot): string {
  const asked = exchanges.filter((exchange) => !exchange.undone).length;
  const tokens = sum(exchanges.map(({ usage }) => usage.inputTokens + usage.outputTokens));
  const ofModel = sum(exchanges.map(({ usage }) => usage.usd ?? 0));
  const ofJobs = sum(watches.map((watch) => costSoFar(watch) ?? 0));
  const jobs = ofJobs > 0 ? `, ${dollars(ofJobs)} of it for jobs` : '';
  return `Requests: ${counted(asked)}, tokens: ${compact(tokens)}, spend: ${dollars(ofModel + ofJobs)}${jobs}`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

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
