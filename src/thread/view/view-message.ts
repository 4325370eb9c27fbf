import type { SaidTime } from '../../lib/time-zones.ts';
import type { Person } from '../../session/address.ts';
import type { Deciders } from '../../session/deciders.ts';
import type { Forecast } from '../../session/progress/forecast.ts';
import type { Progress } from '../../session/progress.ts';
import type { PlanItem } from '../../session/state.ts';
import type { Menu, Table } from '../../session/tables.ts';
import type { ApprovalRequest, Step } from '../../session/tool-calls.ts';
import type { JobControl, Remedy } from '../../session/watches.ts';

/**
 * One message that a thread should have. `key` stays the same while what it shows changes; `exchange` says
 * which request it belongs to, 0 before the first.
 */
export type ViewMessage = { key: string; exchange: number; body: ViewBody };

export type ViewBody =
  | ({ kind: 'status' } & StatusView)
  /** `id` is its transcript entry. Of the end of a request people can say whether it helped. */
  | { kind: 'answer'; text: string; isDraft: false; id: number; isEnd: boolean }
  /**
   * An answer that is being written, for who asked for it (platform id), with the plan that it is a part of.
   */
  | { kind: 'answer'; text: string; isDraft: true; askedBy: string; plan: readonly PlanItem[] }
  /** What the thread is called, where the platform's threads have names. */
  | { kind: 'title'; text: string }
  | ({ kind: 'approval' } & ApprovalView)
  | ({ kind: 'batch' } & BatchView)
  | ({ kind: 'question' } & QuestionView)
  | ({ kind: 'job' } & JobView)
  | ({ kind: 'alarm' } & AlarmView)
  /** A file from the record, with what is said about it, and what those are told who can't see a picture. */
  | { kind: 'file'; fileId: string; name: string; text: string; alt?: string | undefined }
  /** How the thread stands as a whole, where the platform shows that of threads. */
  | { kind: 'standing'; standing: Standing }
  /** A reaction on a person's message: how it stands with what they asked. */
  | { kind: 'reaction'; on: string; mood: Mood }
  /** Something the bot says of itself. Whoever is in `mentions` (platform ids) is notified. */
  | {
      kind: 'notice';
      text: string;
      mentions: readonly string[];
      /** What goes on with the work whose stop it tells of, while that stands. */
      control?: 'retry' | 'continue';
      /** What can be done about the job of whose end it tells. */
      job?: JobButtons;
      /** What somebody may have meant, as buttons; `id` is the transcript entry that they belong to. */
      offered?: { id: number; labels: readonly string[] };
      /** A picture from the record that is a part of the message. */
      picture?: { fileId: string; name: string; alt: string };
      /**
       * Times in the text, by their words: whoever reads it sees them in their own zone, and a notification
       * has the words.
       */
      times?: readonly SaidTime[];
      /** Below the text, which says the essential of them. */
      tables?: readonly Table[];
      /** Below those; there are some only where there is a table. */
      menus?: readonly Menu[];
    };

export type Mood = 'working' | 'waiting' | 'done' | 'failed' | 'stopped';

export type Standing = 'working' | 'waiting' | 'idle' | 'closed';

export type StatusView = {
  /** What the session is about, where this is its newest request. */
  title: string | undefined;
  phase:
    | 'working'
    | 'needs_approval'
    | 'waiting_for_job'
    | 'done'
    | 'failed'
    | 'paused'
    | 'waiting_for_model'
    | 'stopped'
    | 'undone'
    | 'closed';
  /** One sentence under the phase: why it failed, who stopped it. */
  detail: string | undefined;
  /** When it is tried again by itself. */
  retryAt: Date | undefined;
  plan: readonly PlanItem[];
  /** What has come of it: what was pushed to the Hub, and dashboards. */
  links: readonly string[];
  /** The newest lines of what was done; `earlier` counts those that are left out. */
  timeline: readonly TimelineLine[];
  earlier: number;
  /** The request whose steps those are, where some are left out. */
  stepsOf?: number;
  /** What the model is writing right now, while it is short. */
  writing: string | undefined;
  elapsedSeconds: number;
  tokens: number;
  /** Model spend where its price is known, plus the cost of jobs. */
  usd: number | undefined;
  /** How much may be spent without a click, and how much of it is; `capUsd` undefined is no cap. */
  autoApproval: { capUsd: number | undefined; usedUsd: number } | undefined;
  control: 'stop' | 'retry' | 'continue' | undefined;
  /** Whether what can be done with the session is offered here. */
  hasMenu: boolean;
  /** Where the thread can be opened besides, by who may read it. */
  opensAt?: string | undefined;
};

export type TimelineLine =
  | { kind: 'said'; text: string }
  /** The product put the model back on course; in a few words. */
  | { kind: 'guarded'; text: string }
  | {
      kind: 'call';
      name: string;
      summary: string;
      /** Said in place of both, where its tool has words for people. */
      step?: Step | undefined;
      outcome: 'running' | 'asked' | 'waiting' | 'done' | 'failed' | 'skipped' | 'unknown';
      seconds: number | undefined;
      /** The newest lines that it has printed, while it runs. */
      tail: string | undefined;
      /** How it stands, in a few words. */
      note: string | undefined;
    };

export type ApprovalView = {
  toolCallId: string;
  /** What a decision on this card is about: it grows with every change of the call. */
  revision: number;
  /** As it is shown: what can't be seen in it is written out. */
  request: ApprovalRequest;
  /** Whether the card has to show all of it, because no file does. */
  isWhole: boolean;
  /** Whom it waits for, while it is open. */
  deciders: Deciders | undefined;
  /** Who has approved, where a second person has to. */
  first: Person | undefined;
  /** Who changed the call before it was decided, and what. */
  edit: { by: Person; changed: string } | undefined;
  /** Undefined while the request is open. */
  decision:
    | {
        verdict: 'approved' | 'rejected' | 'message' | 'lapsed' | 'replaced' | 'closed';
        by: Person | undefined;
        second: Person | undefined;
        isAutomatic: boolean;
        at: Date;
        feedback: string | undefined;
      }
    | undefined;
};

/** Something that a running call asks people. */
export type QuestionView = {
  toolCallId: string;
  questionId: string;
  /** Who asks. */
  from: string;
  text: string;
  /** What is asked for, by label; nothing where a yes will do. */
  fields: readonly string[];
  /** Whom it calls (platform ids). */
  called: readonly string[];
};

/** Several calls of one step that wait for approval together. */
export type BatchView = {
  open: readonly { toolCallId: string; revision: number }[];
  approved: number;
  rejected: number;
  other: number;
  /** Most that the open ones can cost; undefined where one of them is not known. */
  usd: number | undefined;
};

/** Buttons of a job, in order. */
export type JobButtons = Pick<JobView, 'watchId' | 'name' | 'jobId' | 'remedies'> & {
  controls: readonly JobControl[];
};

export type JobView = {
  watchId: string;
  jobId: string;
  url: string;
  dashboardUrl: string | undefined;
  title: string;
  name: string | undefined;
  flavor: string;
  /** Whether it can be run again from here: only what was started here can. */
  isOwn: boolean;
  /** In words. */
  stage: string;
  /** Why it failed and how far it had come by then, as its first line goes on; plain words. */
  cause?: string | undefined;
  tone: 'waiting' | 'running' | 'good' | 'bad' | 'stopped';
  message: string | undefined;
  elapsedSeconds: number | undefined;
  timeoutSeconds: number;
  usd: number | undefined;
  progress: Progress | undefined;
  /** When it will be through, as far as its log tells. */
  forecast?: Forecast | undefined;
  /** What may help after a failure. */
  remedies?: readonly Remedy[];
  /** Repositories that it has pushed to. */
  pushed: readonly string[];
  isFinal: boolean;
  /** Nobody saw it end: it may have run on, and cost more. */
  isEndUnknown: boolean;
};

/** Something that is wrong with a job that runs. */
export type AlarmView = {
  watchId: string;
  jobId: string;
  /** What people call the job. */
  name: string | undefined;
  cause: string;
  /** A sentence, and below it what can be done. */
  text: string;
  /** Whom it calls (platform ids). */
  mentions: readonly string[];
  /** Who has said that the job may run on. */
  letRunBy: Person | undefined;
  /** Whether the job has ended. */
  isOver: boolean;
};
