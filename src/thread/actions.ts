import type { Seen } from '../session/decisions.ts';
import type { JobControl } from '../session/job-controls.ts';
import type { AskedQuestion } from '../session/questions.ts';

/** What buttons and menus are called in what comes back of them. */
export const ACTIONS = {
  approve: 'approve',
  reject: 'reject',
  edit: 'edit',
  choose: 'choose',
  log: 'job_log',
  curve: 'job_curve',
  rerun: 'rerun_job',
  cancel: 'cancel_job',
  stop: 'stop',
  retry: 'retry',
  menu: 'session_menu',
  feedback: 'feedback',
  settings: 'channel_settings',
  answer: 'answer_question',
  decline: 'decline_question',
  signIn: 'account_sign_in',
  signOut: 'account_sign_out',
} as const;

/** The control of a job that an action is. */
export const JOB_CONTROLS = {
  [ACTIONS.log]: 'log',
  [ACTIONS.curve]: 'curve',
  [ACTIONS.rerun]: 'rerun',
  [ACTIONS.cancel]: 'cancel',
} as const satisfies Record<string, JobControl>;

/** A call at the revision that a card shows. */
export const seenValue = ({ toolCallId, revision }: Seen): string => `${toolCallId}:${revision}`;

/** The call that such a value names; undefined for any other. */
export function seenOf(value: string): Seen | undefined {
  const [, toolCallId, revision] = /^(.+):(\d+)$/.exec(value) ?? [];
  return toolCallId === undefined ? undefined : { toolCallId, revision: Number(revision) };
}

/** Asked of a message that somebody pointed at and said nothing about. */
export const DEFAULT_QUESTION = 'What do you make of this?';

/** A question as its buttons name it. */
export const questionValue = ({ toolCallId, questionId }: AskedQuestion): string =>
  `${toolCallId}:${questionId}`;

/** The question that such a value names; undefined for any other. */
export function questionOf(value: string): AskedQuestion | undefined {
  const [, toolCallId, questionId] = /^([\w-]+):([\w-]+)$/.exec(value) ?? [];
  return toolCallId === undefined || questionId === undefined ? undefined : { toolCallId, questionId };
}
