import { z } from 'zod';
import type { watches } from '../../db/schema/jobs.ts';
import type { sessions } from '../../db/schema/sessions.ts';
import type { messages, toolCalls } from '../../db/schema/transcript.ts';
import { Requester, ThreadAddress } from '../address.ts';
import { Alarm } from '../alarms.ts';
import { ChannelRules } from '../channel-rules.ts';
import { Experiment } from '../experiments/measured.ts';
import { Settings } from '../settings.ts';
import type { Session } from '../snapshot.ts';
import { Draft, SessionState } from '../state.ts';
import { StopRules } from '../stop-rules.ts';
import { ApprovalRequest, Decision, Step, type ToolCall, ToolCallState } from '../tool-calls.ts';
import { Entry, type TranscriptMessage } from '../transcript.ts';
import { JobSnapshot, type Watch } from '../watches.ts';

/* Rows of the record, parsed. */

/** `rules` are what people have set for its channel, where they are read with it. */
export function sessionOf(row: typeof sessions.$inferSelect, rules: unknown = {}): Session {
  return {
    id: row.id,
    address: ThreadAddress.parse(row),
    requester: Requester.parse(row.requester),
    state: SessionState.parse(row.state),
    draft: row.draft === null ? undefined : Draft.parse(row.draft),
    settings: Settings.parse(row.settings),
    rules: ChannelRules.parse(rules ?? {}),
    exchange: row.exchange,
    contextStart: row.contextStart,
    rev: row.rev,
    createdAt: row.createdAt,
    modelUsd: row.modelMicroUsd / 1e6,
    settledExchange: row.settledExchange,
    updatedAt: row.updatedAt,
  };
}

const StoredApproval = z.object({ request: ApprovalRequest, decision: Decision });

export function toolCallOf(row: typeof toolCalls.$inferSelect): ToolCall {
  return {
    id: row.id,
    messageId: row.messageId,
    exchange: row.exchange,
    position: row.position,
    providerId: row.providerId,
    name: row.name,
    arguments: row.arguments,
    summary: row.summary,
    step: Step.optional()
      .catch(undefined)
      .parse(row.step ?? undefined),
    timeline: row.timeline === 'failures' ? 'failures' : 'every_call',
    state: ToolCallState.parse(row.state),
    approval: row.approval === null ? undefined : StoredApproval.parse(row.approval),
    startedAt: row.startedAt ?? undefined,
    finishedAt: row.finishedAt ?? undefined,
  };
}

export const messageOf = (row: typeof messages.$inferSelect): TranscriptMessage => ({
  id: row.id,
  exchange: row.exchange,
  entry: Entry.parse(row.entry),
  createdAt: row.createdAt,
});

export function watchOf(row: typeof watches.$inferSelect): Watch {
  return {
    id: row.id,
    sessionId: row.sessionId,
    toolCallId: row.toolCallId ?? row.smokeOf ?? undefined,
    exchange: row.exchange,
    namespace: row.namespace,
    jobId: row.jobId,
    url: row.url,
    dashboardUrl: row.dashboardUrl ?? undefined,
    owner: row.owner ?? undefined,
    title: row.title,
    name: row.name ?? undefined,
    isSmoke: row.smokeOf !== null,
    flavor: row.flavor,
    hourlyUsd: row.hourlyMicroUsd === null ? undefined : row.hourlyMicroUsd / 1e6,
    timeoutSeconds: row.timeoutSeconds,
    experiment: Experiment.safeParse(row.experiment).data,
    createdAt: row.createdAt,
    snapshot: JobSnapshot.parse(row.snapshot),
    stopWhen: row.stopWhen === null ? undefined : StopRules.parse(row.stopWhen),
    alarms: alarmsIn(row.alarms),
    lookedAt: row.lookedAt,
    endedAt: row.endedAt ?? undefined,
  };
}

/** A newer version that runs beside this one may know of other causes. */
const alarmsIn = (column: unknown): Alarm[] =>
  z
    .array(z.unknown())
    .parse(column)
    .flatMap((alarm) => Alarm.safeParse(alarm).data ?? []);
