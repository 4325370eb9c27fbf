import type { Seen } from '../approvals/decide.ts';
import { scriptName } from '../approvals/script-files.ts';
import { isCatchUp } from '../intake/commands.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { MOST_COMPARED } from '../session/experiments/names.ts';
import { orderNamed } from '../session/experiments/order.ts';
import type { Operation } from '../session/operations.ts';
import type { JobControl } from '../session/watches.ts';
import {
  ANSWER_HELPED,
  CHANGED,
  doneIn,
  NO_ACCOUNTS,
  NO_SCRIPT,
  onlyFor,
  SIGNED_OUT,
  TOO_MANY_FIELDS,
  UNKNOWN_ANSWER,
  UNKNOWN_JOB,
  WHETHER_CANCEL,
} from '../thread/words/answers.ts';
import { GONE, UNKNOWN_THREAD, WHOLE_SCRIPT } from '../thread/words/approvals.ts';
import { ACTIONS, type Action, type Calls, REPLACE, SURE } from './actions.ts';
import { type Answer, formed, NOTHING, notice, outcome } from './answers.ts';
import { batchDigest } from './batch-digest.ts';
import { catchUpCard } from './catch-up.ts';
import { comparisonCard, experimentsCard } from './experiments.ts';
import { answerForm, channelForm, rejectForm, scriptForm, sessionForm, tokenForm, whyForm } from './forms.ts';
import { type From, readableTo } from './from.ts';
import type { Gate } from './gate.ts';
import { useJobControl } from './job-controls.ts';
import { SETTINGS } from './menus.ts';
import type { ControllerParts } from './parts.ts';
import { stepsCard } from './steps.ts';
import type { Traits } from './traits.ts';

/** What actions, forms and commands are done with. */
export type ControllerDeps = ControllerParts & { gate: Gate; traits: Traits };

/** An action of somebody who may use the bot there. */
type Doing = { deps: ControllerDeps; from: From; by: Person };

/** Does what a button or a menu asks for. Whoever gets here may use the bot there (`controller.ts`). */
export async function act(deps: ControllerDeps, action: Action, from: From): Promise<Answer> {
  const by = await from.who.person();
  const doing = { deps, from, by };
  const { decisions, accounts, intake } = deps;
  switch (action.kind) {
    case 'approve': {
      const calls = await callsOf(action.calls, doing);
      if (calls === undefined) return notice(CHANGED);
      return outcome(await decisions.decide({ calls, verdict: 'approved', by, sourceId: from.sourceId }));
    }
    case 'reject':
      return openRejection(action.calls, doing);
    case 'open_script':
      return openScript(action.toolCallId, doing);
    case 'replace_script': {
      const call = await decisions.openCall(action.toolCallId, by);
      return call.ok ? formed(scriptForm(call, undefined)) : notice(call.reason);
    }
    case 'choose': {
      const { toolCallId, argument, value } = action;
      return outcome(await decisions.edit({ toolCallId, changes: { [argument]: value }, by }));
    }
    case 'job':
      return onJob(action.control, action.watchId, action.isSure, doing);
    case 'let_run':
      return letRun(action, doing);
    case 'menu':
      return onMenu(action.choice, doing);
    case 'feedback':
      return onFeedback(action, doing);
    case 'channel_settings':
      return openChannel(action.half, doing);
    case 'question':
      return onQuestion(action, doing);
    case 'sign_in':
      return accounts === undefined ? notice(NO_ACCOUNTS) : formed(tokenForm());
    case 'sign_out': {
      const done = await accounts?.signOut(from.place, by);
      return notice(done?.ok === false ? done.reason : SIGNED_OUT);
    }
    case 'offer':
      return onOffer(action, doing);
    case 'sort_runs':
      return { kind: 'card', card: await experimentsCard(deps, orderNamed(action.order), from) };
    case 'compare_picked':
      return compare(action.watchIds, doing);
    case 'steps':
      return { kind: 'card', card: await stepsCard(deps, from.thread, action.exchange) };
    case 'stop':
    case 'retry': {
      const operation: Operation = { kind: action.kind === 'stop' ? 'interrupt' : 'resume', by };
      const isKnown =
        from.thread !== undefined && (await intake.operate(from.thread, operation, from.sourceId));
      return isKnown ? NOTHING : notice(UNKNOWN_THREAD);
    }
    default:
      return action satisfies never;
  }
}

/** The calls that are meant; undefined where those are all that are open, and others are by now. */
export async function callsOf(
  calls: Calls,
  { deps: { decisions }, from }: Pick<Doing, 'deps' | 'from'>,
): Promise<readonly Seen[] | undefined> {
  if (calls.kind === 'seen') return calls.calls;
  const open = from.thread === undefined ? [] : await decisions.openIn(from.thread);
  const seen = open.map(({ toolCallId, revision }) => ({ toolCallId, revision }));
  return batchDigest(seen) === calls.mark ? seen : undefined;
}

/** A form for the reason, for whoever may decide; nothing is decided until it is sent off. */
async function openRejection(meant: Calls, doing: Doing): Promise<Answer> {
  const { deps, by } = doing;
  const calls = await callsOf(meant, doing);
  if (calls === undefined) return notice(CHANGED);
  const open = await Promise.all(calls.map(({ toolCallId }) => deps.decisions.openCall(toolCallId, by)));
  const undecided = calls.filter((_call, i) => open[i]?.ok);
  const [refused] = open.flatMap((call) => (call.ok ? [] : [call.reason]));
  if (undecided.length === 0) return notice(refused ?? GONE);
  return formed(rejectForm(meant, undecided));
}

/** The script in a form, or, where it is too long for one, as a file. */
async function openScript(toolCallId: string, { deps: { decisions, traits }, by }: Doing): Promise<Answer> {
  const call = await decisions.openCall(toolCallId, by);
  if (!call.ok) return notice(call.reason);
  const text = call.editable?.text;
  if (text === undefined) return notice(NO_SCRIPT);
  if (text.length <= traits.form.textCharacters) return formed(scriptForm(call, text));
  const button = { label: 'Give a changed file', name: ACTIONS.edit, values: [toolCallId, REPLACE] };
  return { kind: 'file', name: scriptName(call), text, comment: WHOLE_SCRIPT, button };
}

/** Does what a job's control says. A list that only one person sees tells where it shows. */
async function onJob(
  control: JobControl,
  watchId: string,
  isSure: boolean,
  { deps, from, by }: Doing,
): Promise<Answer> {
  if (control === 'cancel' && !isSure && !deps.traits.asksWhetherSure) {
    const button = {
      label: 'Cancel the job',
      name: ACTIONS.cancel,
      values: [watchId, SURE],
      style: 'danger' as const,
    };
    return { kind: 'question', text: WHETHER_CANCEL, button };
  }
  const done = await useJobControl(deps, { control, watchId, by, from });
  if (!done.ok) return notice(done.reason);
  if (!from.isFromList) return NOTHING;
  return notice(doneIn(deps.traits.threadLink(done.job.address)));
}

/**
 * Puts runs side by side: in the thread where they were picked, with a picture, where all see it; elsewhere
 * for whoever picked them alone.
 */
async function compare(watchIds: readonly string[], { deps, from, by }: Doing): Promise<Answer> {
  const thread = watchIds.length < 2 ? undefined : await sessionThread(from, deps);
  if (thread === undefined) return { kind: 'card', card: await comparisonCard(deps, watchIds, from) };
  const compared = { kind: 'compare_jobs' as const, watchIds: [...watchIds].slice(0, MOST_COMPARED), by };
  await deps.intake.operate(thread, compared, from.sourceId);
  return NOTHING;
}

/** Notes that a job may run on although something is wrong with it. */
async function letRun(
  { watchId, cause }: Extract<Action, { kind: 'let_run' }>,
  { deps, from, by }: Doing,
): Promise<Answer> {
  const job = await deps.jobs.find(from.place, watchId, readableTo(from));
  return job === undefined ? notice(UNKNOWN_JOB) : outcome(await deps.alarms.letRun(watchId, cause, by));
}

/** A choice of a session's menu: a command, as if it had been written, or the form with the others. */
async function onMenu(choice: string, { deps, from, by }: Doing): Promise<Answer> {
  const { intake, models } = deps;
  const address = await sessionThread(from, deps);
  if (address === undefined) return notice(UNKNOWN_THREAD);
  if (isCatchUp(choice, by)) return { kind: 'card', card: await catchUpCard(deps, address) };
  if (choice === SETTINGS.value) return formed(sessionForm(models.choices));
  const ofThread = from.isPrivate ? { isPrivate: true } : {};
  await intake.message({
    ...{ address, sourceId: from.sourceId, text: choice, author: by, messageId: '' },
    ...ofThread,
  });
  return NOTHING;
}

/** Does what was offered, once, as if its author had written it like that. */
async function onOffer(
  { messageId, index }: Extract<Action, { kind: 'offer' }>,
  { deps, from: { thread, isPrivate = false }, by }: Doing,
): Promise<Answer> {
  if (thread === undefined) return notice(UNKNOWN_THREAD);
  const { intake, offers } = deps;
  const open = await offers.open(thread, messageId, index, by);
  if (!open.ok) return notice(open.reason);
  const { text, isMessage = false } = open.offer;
  if (!isMessage && isCatchUp(text, by)) {
    await offers.taken(thread, messageId);
    return { kind: 'card', card: await catchUpCard(deps, thread) };
  }
  // What was asked or changed after it was offered was not meant by it.
  const writtenAt = isMessage ? undefined : { at: open.madeAt, order: 0 };
  const sourceId = `${thread.platform}:offer:${messageId}`; // two clicks, or two of its buttons, are one
  await intake.message({
    address: thread,
    sourceId,
    text,
    author: by,
    messageId: '',
    writtenAt,
    isMessage,
    isPrivate,
  });
  await offers.taken(thread, messageId);
  return NOTHING;
}

/** Where somebody is, as far as a session is there. */
export async function sessionThread(
  { thread }: From,
  { intake }: ControllerDeps,
): Promise<ThreadAddress | undefined> {
  return thread !== undefined && (await intake.hasSession(thread)) ? thread : undefined;
}

/** Keeps what somebody says of an answer; of one that did not help they are asked why. */
async function onFeedback(
  { verdict, messageId }: Extract<Action, { kind: 'feedback' }>,
  { deps: { feedback }, from, by }: Doing,
): Promise<Answer> {
  const isKept = from.thread !== undefined && (await feedback.give(from.thread, messageId, by, { verdict }));
  if (!isKept) return notice(UNKNOWN_ANSWER);
  if (verdict === 'good') return notice(ANSWER_HELPED);
  return formed(whyForm(messageId));
}

/** The form with what holds in a channel, for those who may change it. */
async function openChannel(
  half: Extract<Action, { kind: 'channel_settings' }>['half'],
  { deps: { gate, channelRules, models, traits }, from }: Doing,
): Promise<Answer> {
  if (!(await gate.mayChange(from.who))) return notice(onlyFor(traits.managers));
  const { rules } = await channelRules.of(from.place);
  return formed(channelForm(half, rules, { models: models.choices, hasBudgets: models.hasBudgets }));
}

/** Answers a question that needs a yes or a no; for any other there is a form. */
async function onQuestion(
  { asked, isDeclined }: Extract<Action, { kind: 'question' }>,
  { deps: { questions, traits }, by }: Doing,
): Promise<Answer> {
  const open = await questions.open(asked, by);
  if (!open.ok) return notice(open.reason);
  if (!isDeclined && open.question.fields.length > 0) {
    const form = answerForm(asked, open.question, traits);
    return form === undefined ? notice(TOO_MANY_FIELDS) : formed(form);
  }
  return outcome(await questions.answer(asked, isDeclined ? 'decline' : 'accept', {}, by));
}
