import type { Seen } from '../approvals/decide.ts';
import type { AskedQuestion } from '../approvals/questions.ts';
import type { Verdict } from '../intake/feedback.ts';
import type { Menu } from '../session/tables.ts';
import type { JobControl } from '../session/watches.ts';

export type { Seen, Verdict };

/**
 * What buttons and menus are called in what comes back of them. Messages keep theirs for good, so none is
 * renamed.
 */
export const ACTIONS = {
  approve: 'approve',
  reject: 'reject',
  edit: 'edit',
  choose: 'choose',
  log: 'job_log',
  curve: 'job_curve',
  rerun: 'rerun_job',
  half_batch: 'rerun_half_batch',
  larger: 'rerun_larger',
  longer: 'rerun_longer',
  cancel: 'cancel_job',
  letRun: 'let_job_run',
  stop: 'stop',
  retry: 'retry',
  menu: 'session_menu',
  feedback: 'feedback',
  settings: 'channel_settings',
  answer: 'answer_question',
  decline: 'decline_question',
  signIn: 'account_sign_in',
  signOut: 'account_sign_out',
  offer: 'offered_command',
  sortRuns: 'sort_runs',
  comparePicked: 'compare_picked',
  steps: 'all_steps',
} as const satisfies Record<string, string> & Record<'sortRuns' | 'comparePicked', Menu['name']>;

/** Calls that a button is about: as they were seen, or all that are open as `mark` knows them. */
export type Calls = { kind: 'seen'; calls: readonly Seen[] } | { kind: 'all'; mark: string };

/** A half of a channel's settings, where one form has no room for all of them. */
export type Half = 'work' | 'people';

/** What somebody did with a button or a menu. */
export type Action =
  | { kind: 'approve'; calls: Calls }
  | { kind: 'reject'; calls: Calls }
  | { kind: 'open_script'; toolCallId: string }
  /** Asks for a file that takes the script's place. */
  | { kind: 'replace_script'; toolCallId: string }
  | { kind: 'choose'; toolCallId: string; argument: string; value: string }
  | { kind: 'job'; control: JobControl; watchId: string; isSure: boolean }
  /** Something is wrong with a job, and it may run on. */
  | { kind: 'let_run'; watchId: string; cause: string }
  | { kind: 'menu'; choice: string }
  | { kind: 'feedback'; verdict: Verdict; messageId: number }
  | { kind: 'channel_settings'; half: Half | undefined }
  | { kind: 'question'; asked: AskedQuestion; isDeclined: boolean }
  | { kind: 'sign_in' }
  | { kind: 'sign_out' }
  /** Does the command that was offered below an entry of the transcript. */
  | { kind: 'offer'; messageId: number; index: number }
  /** Lists the channel's runs anew, in the order that was picked. */
  | { kind: 'sort_runs'; order: string }
  /** Puts the runs that were picked side by side. */
  | { kind: 'compare_picked'; watchIds: readonly string[] }
  /** Shows all that was done for a request. */
  | { kind: 'steps'; exchange: number }
  | { kind: 'stop' }
  | { kind: 'retry' };

/** The second value of a button that asks for what can't be taken back. */
export const SURE = 'sure';
/** The second value of a button that asks for a file in the place of a script. */
export const REPLACE = 'replace';
/** The first value of a button that means all calls that are open. */
export const ALL = 'all';

/**
 * The action that a button or a menu stands for: `values` are what came with it, `chosen` is what was picked
 * from a menu, several of it with a space between. Undefined for one that this version does not know.
 */
export function actionOf(name: string, values: readonly string[], chosen = ''): Action | undefined {
  const [value = '', more = ''] = values;
  switch (name) {
    case ACTIONS.approve:
    case ACTIONS.reject:
      return { kind: name, calls: callsNamed(value, more) };
    case ACTIONS.edit: {
      const toolCallId = seenOf(value)?.toolCallId ?? value;
      return { kind: more === REPLACE ? 'replace_script' : 'open_script', toolCallId };
    }
    case ACTIONS.choose:
      return { kind: 'choose', toolCallId: value, argument: more, value: chosen };
    case ACTIONS.log:
    case ACTIONS.curve:
    case ACTIONS.rerun:
    case ACTIONS.half_batch:
    case ACTIONS.larger:
    case ACTIONS.longer:
    case ACTIONS.cancel:
      return { kind: 'job', control: JOB_CONTROLS[name], watchId: value, isSure: more === SURE };
    case ACTIONS.letRun:
      return { kind: 'let_run', watchId: value, cause: more };
    case ACTIONS.menu:
      return { kind: 'menu', choice: chosen };
    case ACTIONS.feedback:
      return feedbackOf(values);
    case ACTIONS.settings:
      return { kind: 'channel_settings', half: value === 'people' || value === 'work' ? value : undefined };
    case ACTIONS.answer:
    case ACTIONS.decline: {
      const asked = questionOf(value);
      return asked && { kind: 'question', asked, isDeclined: name === ACTIONS.decline };
    }
    case ACTIONS.signIn:
      return { kind: 'sign_in' };
    case ACTIONS.signOut:
      return { kind: 'sign_out' };
    case ACTIONS.offer:
      return offerOf(value);
    case ACTIONS.sortRuns:
      return { kind: 'sort_runs', order: chosen };
    case ACTIONS.comparePicked:
      return { kind: 'compare_picked', watchIds: chosen.split(' ').filter(Boolean) };
    case ACTIONS.steps:
      return /^\d{1,9}$/.test(value) ? { kind: 'steps', exchange: Number(value) } : undefined;
    case ACTIONS.stop:
      return { kind: 'stop' };
    case ACTIONS.retry:
      return { kind: 'retry' };
    default:
      return undefined;
  }
}

/** The control of a job that a button is. */
const JOB_CONTROLS = {
  [ACTIONS.log]: 'log',
  [ACTIONS.curve]: 'curve',
  [ACTIONS.rerun]: 'rerun',
  [ACTIONS.half_batch]: 'half_batch',
  [ACTIONS.larger]: 'larger',
  [ACTIONS.longer]: 'longer',
  [ACTIONS.cancel]: 'cancel',
} as const satisfies Record<string, JobControl>;

const callsNamed = (value: string, mark: string): Calls =>
  value === ALL
    ? { kind: 'all', mark }
    : { kind: 'seen', calls: value.split(' ').flatMap((part) => seenOf(part) ?? []) };

function feedbackOf(values: readonly string[]): Action | undefined {
  const [verdict, id] = values.flatMap((value) => value.split(':'));
  const messageId = Number(id || Number.NaN);
  if ((verdict !== 'good' && verdict !== 'bad') || !Number.isSafeInteger(messageId)) return undefined;
  return { kind: 'feedback', verdict, messageId };
}

/** An offer of a notice, by its place. */
export const offerValue = (messageId: number, index: number): string => `${messageId}:${index}`;

function offerOf(value: string): Action | undefined {
  const [, messageId, index] = /^(\d{1,15}):(\d)$/.exec(value) ?? [];
  if (messageId === undefined) return undefined;
  return { kind: 'offer', messageId: Number(messageId), index: Number(index) };
}

/** A call at the revision that a card shows. */
export const seenValue = ({ toolCallId, revision }: Seen): string => `${toolCallId}:${revision}`;

/** The call that such a value names; undefined for any other. */
export function seenOf(value: string): Seen | undefined {
  const [, toolCallId, revision] = /^(.+):(\d+)$/.exec(value) ?? [];
  return toolCallId === undefined ? undefined : { toolCallId, revision: Number(revision) };
}

/** A question as its buttons name it. */
export const questionValue = ({ toolCallId, questionId }: AskedQuestion): string =>
  `${toolCallId}:${questionId}`;

/** The question that such a value names; undefined for any other. */
export function questionOf(value: string): AskedQuestion | undefined {
  const [, toolCallId, questionId] = /^([\w-]+):([\w-]+)$/.exec(value) ?? [];
  return toolCallId === undefined || questionId === undefined ? undefined : { toolCallId, questionId };
}
