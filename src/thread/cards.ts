import type { ToolCall } from '../session/tool-calls.ts';
import { costSoFar, isFinal, type Watch } from '../session/watches.ts';
import type { ApprovalView, JobView } from './view-message.ts';

/** The card of a call that people were asked about; its decision stays on it. */
export function approvalCard(call: ToolCall): ({ kind: 'approval' } & ApprovalView) | undefined {
  const card = { kind: 'approval' as const, toolCallId: call.id };
  if (call.approval !== undefined) {
    const { request, decision } = call.approval;
    const verdict = call.state.kind === 'rejected' ? 'rejected' : 'approved';
    return { ...card, request, decision: { verdict, by: decision.by, at: decision.at } };
  }
  if (call.state.kind === 'awaiting_approval')
    return { ...card, request: call.state.request, decision: undefined };
  if (call.state.kind === 'abandoned') {
    const { request, at } = call.state;
    return { ...card, request, decision: { verdict: 'abandoned', by: undefined, at } };
  }
  return undefined;
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
  const { startedAt } = snapshot;
  const end = snapshot.finishedAt ?? watch.endedAt ?? watch.lookedAt;
  return {
    kind: 'job',
    jobId: watch.jobId,
    url: watch.url,
    title: watch.title,
    flavor: watch.flavor,
    stage: snapshot.stage,
    tone: TONES[snapshot.stage] ?? 'running',
    message: snapshot.message,
    elapsedSeconds: startedAt && Math.max(0, Math.round((end.getTime() - startedAt.getTime()) / 1000)),
    timeoutSeconds: watch.timeoutSeconds,
    usd: costSoFar(watch),
    lastLogLine: snapshot.lastLogLine,
    isFinal: isFinal(snapshot),
  };
}
