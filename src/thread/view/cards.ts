import { forecastOf } from '../../session/progress/forecast.ts';
import type { ApprovalRequest, ToolCall } from '../../session/tool-calls.ts';
import { costSoFar, durationOf, isFinal, type Watch } from '../../session/watches.ts';
import { shownRequest, type WholeFile, wholeFile } from '../../session/what-runs.ts';
import { failureText } from '../words/job-ends.ts';
import { stageText } from '../words/stages.ts';
import { stopLine } from '../words/stop-rules.ts';
import type { AlarmView, ApprovalView, BatchView, JobButtons, JobView } from './view-message.ts';
import { jobControls } from './words.ts';

/** The card of a call that people were asked about; its decision stays on it. */
export function approvalCard(call: ToolCall): ({ kind: 'approval' } & ApprovalView) | undefined {
  const card = {
    kind: 'approval' as const,
    toolCallId: call.id,
    revision: 0,
    edit: undefined,
    first: undefined,
    deciders: undefined,
  };
  if (call.state.kind === 'awaiting_approval') {
    const { request, revision, edit, first, deciders } = call.state;
    const open = { revision, edit, first: first?.by, deciders, decision: undefined };
    return { ...card, ...shownOf(call.id, request), ...open };
  }
  if (call.approval?.decision.isWaived) return undefined;
  if (call.approval !== undefined) {
    const { request, decision } = call.approval;
    const { by, at, feedback, edit, second, auto } = decision;
    const verdict = call.state.kind === 'rejected' ? 'rejected' : 'approved';
    return {
      ...card,
      ...shownOf(call.id, request),
      edit,
      decision: { verdict, by, second, isAutomatic: auto !== undefined, at, feedback },
    };
  }
  if (call.state.kind === 'abandoned') {
    const { request, at, why } = call.state;
    const nobody = { by: undefined, second: undefined, isAutomatic: false, feedback: undefined };
    return { ...card, ...shownOf(call.id, request), decision: { verdict: why, at, ...nobody } };
  }
  return undefined;
}

const shownOf = (callId: string, request: ApprovalRequest) => ({
  request: shownRequest(request),
  isWhole: wholeFile(callId, request) === undefined,
});

/** The file with what a call would do, where people were asked about it and its card has no room for all. */
export function fileOf({ id, state, approval }: ToolCall): WholeFile | undefined {
  if (approval?.decision.isWaived || approval?.decision.auto) return undefined;
  const request = approval?.request ?? ('request' in state ? state.request : undefined);
  return request && wholeFile(id, request);
}

/** The card of all calls of a step that people were asked about, where they are several. */
export function batchCard(calls: readonly ToolCall[]): ({ kind: 'batch' } & BatchView) | undefined {
  const asked = calls.filter((call) => approvalCard(call) !== undefined && !call.approval?.decision.auto);
  if (asked.length < 2) return undefined;
  const open = asked.flatMap(({ id, state }) =>
    state.kind === 'awaiting_approval' ? [{ toolCallId: id, state }] : [],
  );
  const costs = open.map(({ state }) => state.request.estimate.usd);
  const rejected = asked.filter((call) => call.state.kind === 'rejected').length;
  const approved = asked.filter((call) => call.approval !== undefined).length - rejected;
  return {
    kind: 'batch',
    open: open.map(({ toolCallId, state }) => ({ toolCallId, revision: state.revision })),
    approved,
    rejected,
    other: asked.length - open.length - approved - rejected,
    usd: costs.every((usd) => usd !== undefined) ? costs.reduce((sum, usd) => sum + usd, 0) : undefined,
  };
}

const TONES: Readonly<Record<string, JobView['tone']>> = {
  COMPLETED: 'good',
  ERROR: 'bad',
  DELETED: 'stopped',
  CANCELED: 'stopped',
  SCHEDULING: 'waiting',
  PENDING: 'waiting',
};

export function jobCard(watch: Watch): { kind: 'job' } & JobView {
  const { snapshot } = watch;
  return {
    kind: 'job',
    watchId: watch.id,
    jobId: watch.jobId,
    url: watch.url,
    dashboardUrl: watch.dashboardUrl,
    isOwn: watch.toolCallId !== undefined,
    title: watch.title,
    name: watch.name,
    flavor: watch.flavor,
    stage: stageText(snapshot),
    ...(snapshot.stage === 'ERROR' && !snapshot.isEndUnknown ? { cause: failureText(watch) } : {}),
    tone: TONES[snapshot.stage] ?? 'running',
    message: snapshot.stop ? stopLine(snapshot.stop.broken, isFinal(snapshot)) : snapshot.message,
    elapsedSeconds: durationOf(watch),
    timeoutSeconds: watch.timeoutSeconds,
    usd: costSoFar(watch),
    progress: snapshot.progress,
    forecast: forecastOf(watch, watch.lookedAt),
    remedies: snapshot.remedies ?? [],
    pushed: snapshot.pushed ?? [],
    isFinal: isFinal(snapshot),
    isEndUnknown: snapshot.isEndUnknown ?? false,
  };
}

/** What can be pressed below the message that tells of a job's end: nothing where all went well. */
export function endButtons(watch: Watch): JobButtons {
  const { watchId, name, jobId, remedies = [], ...job } = jobCard(watch);
  const controls = job.tone === 'good' ? [] : jobControls({ ...job, remedies });
  // The curve is in the message.
  return { watchId, name, jobId, remedies, controls: controls.filter((one) => one !== 'curve') };
}

/** An alarm of a job, as it was told, with what has become of it since. */
export const alarmCard = (
  { id, jobId, name, alarms, snapshot }: Watch,
  cause: string,
  { text, mentions = [] }: { text: string; mentions?: readonly string[] | undefined },
): { kind: 'alarm' } & AlarmView => ({
  kind: 'alarm',
  watchId: id,
  jobId,
  name,
  cause,
  text,
  mentions,
  letRunBy: alarms.find((alarm) => alarm.cause === cause)?.letRunBy,
  isOver: isFinal(snapshot),
});
