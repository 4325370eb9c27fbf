import type { Person } from '../session/address.ts';
import type { PlanItem } from '../session/state.ts';
import type { ApprovalRequest } from '../session/tool-calls.ts';

/** One message that a thread should have. `key` stays the same while what it shows changes. */
export type ViewMessage = { key: string; body: ViewBody };

export type ViewBody =
  | ({ kind: 'status' } & StatusView)
  | { kind: 'answer'; text: string; isDraft: boolean }
  | ({ kind: 'approval' } & ApprovalView)
  | ({ kind: 'job' } & JobView)
  | { kind: 'notice'; text: string };

export type StatusView = {
  phase:
    | 'working'
    | 'needs_approval'
    | 'waiting_for_job'
    | 'done'
    | 'failed'
    | 'stopped'
    | 'undone'
    | 'closed';
  /** One sentence under the phase: why it failed, who stopped it. */
  detail: string | undefined;
  plan: readonly PlanItem[];
  /** The newest lines of what was done; `earlier` counts those that are left out. */
  timeline: readonly TimelineLine[];
  earlier: number;
  /** What the model is writing right now, while it is short. */
  writing: string | undefined;
  elapsedSeconds: number;
  tokens: number;
  /** Model spend where its price is known, plus the cost of jobs. */
  usd: number | undefined;
  control: 'stop' | 'retry' | undefined;
};

export type TimelineLine =
  | { kind: 'said'; text: string }
  | {
      kind: 'call';
      name: string;
      summary: string;
      outcome: 'running' | 'waiting' | 'done' | 'failed' | 'skipped' | 'unknown';
      seconds: number | undefined;
    };

export type ApprovalView = {
  toolCallId: string;
  request: ApprovalRequest;
  /** Undefined while the request is open. */
  decision: { verdict: 'approved' | 'rejected' | 'abandoned'; by: Person | undefined; at: Date } | undefined;
};

export type JobView = {
  jobId: string;
  url: string;
  title: string;
  flavor: string;
  stage: string;
  tone: 'waiting' | 'running' | 'good' | 'bad' | 'stopped';
  message: string | undefined;
  elapsedSeconds: number | undefined;
  timeoutSeconds: number;
  usd: number | undefined;
  lastLogLine: string | undefined;
  isFinal: boolean;
};
