import type { ThreadAddress } from '../session/address.ts';
import { UNKNOWN_JOB } from '../thread/words/answers.ts';
import { GONE } from '../thread/words/approvals.ts';
import type { Action, Calls } from './actions.ts';
import type { Subject } from './forms.ts';
import type { From } from './from.ts';

/*
 * What comes back of buttons, menus and forms is nothing but text with ids in it, and ids are known outside
 * of their thread: by people of other workspaces, by who kept an old message, by who made one up. So what an
 * action names is looked for before anything is done, and counts only where it belongs. The ids of what is
 * not named here are looked for in the thread that the action came from, and nowhere else.
 */

/** Where calls and jobs belong, by their ids; undefined for what is not known. */
export type Whereabouts = {
  ofCall(toolCallId: string): Promise<ThreadAddress | undefined>;
  ofJob(watchId: string): Promise<ThreadAddress | undefined>;
};

/** The ids that something is about, beyond where it was done. */
type Named = {
  calls?: readonly string[];
  jobs?: readonly string[];
  /** Jobs of any thread of the channel: which of them are for whom is found out where they are read. */
  runs?: readonly string[];
};

/** What a button or a menu names. A new kind of action does not compile before it says so here. */
export function namedByAction(action: Action): Named {
  switch (action.kind) {
    case 'approve':
    case 'reject':
      return { calls: callsIn(action.calls) };
    case 'open_script':
    case 'replace_script':
    case 'choose':
      return { calls: [action.toolCallId] };
    case 'question':
      return { calls: [action.asked.toolCallId] };
    case 'job':
    case 'let_run':
      return { jobs: [action.watchId] };
    case 'compare_picked':
      return { runs: action.watchIds };
    case 'menu':
    case 'feedback':
    case 'channel_settings':
    case 'sign_in':
    case 'sign_out':
    case 'offer':
    case 'sort_runs':
    case 'steps':
    case 'stop':
    case 'retry':
      return {};
    default:
      return action satisfies never;
  }
}

/** What a form names, the same way. */
export function namedByForm(subject: Subject): Named {
  switch (subject.form) {
    case 'reject':
      return { calls: callsIn(subject.calls) };
    case 'script':
      return { calls: [subject.toolCallId] };
    case 'answer':
      return { calls: [subject.asked.toolCallId] };
    case 'why':
    case 'session':
    case 'channel':
    case 'token':
    case 'ask':
      return {};
    default:
      return subject satisfies never;
  }
}

const callsIn = (calls: Calls): string[] =>
  calls.kind === 'seen' ? calls.calls.map(({ toolCallId }) => toolCallId) : [];

/**
 * Why nothing may be done with what is named from there, in words that tell nothing of it; undefined where it
 * belongs there.
 */
export async function strangeTo(
  whereabouts: Whereabouts,
  { calls = [], jobs = [], runs = [] }: Named,
  from: From,
): Promise<string | undefined> {
  const ofCalls = await Promise.all(calls.map((id) => whereabouts.ofCall(id)));
  if (!ofCalls.every((address) => address !== undefined && isOf(address, from))) return GONE;
  const ofJobs = await Promise.all(jobs.map((id) => whereabouts.ofJob(id)));
  const isHere = (ofJob: ThreadAddress | undefined) =>
    ofJob !== undefined && (isOf(ofJob, from) || isListed(ofJob, from));
  if (!ofJobs.every(isHere)) return UNKNOWN_JOB;
  const ofRuns = await Promise.all(runs.map((id) => whereabouts.ofJob(id)));
  const isBeside = (ofRun: ThreadAddress | undefined) =>
    ofRun !== undefined && (isOf(ofRun, { ...from, isFromList: true }) || isListed(ofRun, from));
  return ofRuns.every(isBeside) ? undefined : UNKNOWN_JOB;
}

/** What is done in a thread is about that thread; what only one person sees of it, about its channel. */
function isOf(address: ThreadAddress, { place, thread, isFromList }: From): boolean {
  return (
    isInWorkspace(address, place) &&
    address.channel === place.channel &&
    (isFromList || thread === undefined || address.thread === thread.thread)
  );
}

/**
 * A list that one person sees has jobs of all the workspace: which of them are for that person is found out
 * where they are read (`readableTo`).
 */
const isListed = (address: ThreadAddress, { place, thread, isFromList }: From): boolean =>
  isInWorkspace(address, place) && (isFromList || thread === undefined);

const isInWorkspace = (address: ThreadAddress, place: From['place']): boolean =>
  address.platform === place.platform && address.workspace === place.workspace;
