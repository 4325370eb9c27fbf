import type { App } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { Channel, type Person, ThreadAddress } from '../../src/session/address.ts';
import type { ChannelRulesStore } from '../../src/session/channel-rules.ts';
import { type Decisions, type Seen, UNKNOWN_THREAD } from '../../src/session/decisions.ts';
import type { Feedback } from '../../src/session/feedback.ts';
import type { Intake } from '../../src/session/intake.ts';
import { type JobControl, useJobControl } from '../../src/session/job-controls.ts';
import type { JobsOverview } from '../../src/session/jobs-overview.ts';
import type { Operation } from '../../src/session/operations.ts';
import { AskedQuestion, type Questions } from '../../src/session/questions.ts';
import { ACTIONS, DEFAULT_QUESTION, JOB_CONTROLS, questionOf, seenOf } from '../../src/thread/actions.ts';
import { SETTINGS } from '../../src/thread/menus.ts';
import { NO_ACCOUNT } from './accounts.ts';
import { callOfBlock, callsOf } from './actions.ts';
import { CHANNEL_MODAL, channelModal, rulesOf } from './channel-settings.ts';
import { shareScript } from './files.ts';
import type { Gate } from './gate.ts';
import { SLACK_LIMITS } from './limits.ts';
import { editModal, INPUT, MODALS, rejectModal, whyModal } from './modals.ts';
import { ButtonClick, Submission } from './payloads.ts';
import type { People } from './people.ts';
import { answerModal, errorsByBlock, givenIn } from './questions.ts';
import { SETTINGS_MODAL, settingsModal } from './session-menu.ts';
import { Pointed, SHORTCUT } from './shortcut.ts';
import type { In } from './workspaces.ts';

export type ClickDeps = {
  teamId: string;
  client: WebClient;
  intake: Intake;
  decisions: Decisions;
  questions: Questions;
  jobs: JobsOverview;
  people: People;
  gate: Gate;
  feedback: Feedback;
  channelRules: ChannelRulesStore;
  /** Whether budgets have somebody who may pass them. */
  hasBudgets: boolean;
  /** Models that menus offer. */
  models: readonly string[];
};

/** What a feedback button says: its verdict, and the transcript entry that it is about. */
const Rated = z.object({
  address: ThreadAddress,
  value: z.templateLiteral([z.enum(['good', 'bad']), ':', z.int()]).transform((text) => {
    const [verdict, messageId] = text.split(':');
    return {
      verdict: verdict === 'good' ? ('good' as const) : ('bad' as const),
      messageId: Number(messageId),
    };
  }),
});
const RatedAnswer = z.object({ address: ThreadAddress, messageId: z.int() });

/** Tells the one who clicked, in private. */
type Answer = (text: string) => Promise<unknown>;

/** Registers the buttons, menus and dialogs of cards and status messages. */
export function listenToClicks(app: App, depsIn: In<ClickDeps>): void {
  app.action(NO_ACCOUNT, async ({ ack, body, respond, context }) => {
    await ack();
    const answer: Answer = (text) => respond({ text, response_type: 'ephemeral', replace_original: false });
    await onClick(await depsIn(context.teamId), ButtonClick.parse(body), answer);
  });
  app.view(NO_ACCOUNT, async ({ ack, body, view, context }) => {
    const refusal = await onSubmission(
      await depsIn(context.teamId),
      Submission.parse(body),
      view.callback_id,
    );
    if (refusal === undefined) return ack();
    const errors = typeof refusal === 'string' ? { [INPUT.block]: refusal } : refusal;
    await ack({ response_action: 'errors', errors });
  });
}

async function onClick(deps: ClickDeps, click: ButtonClick, answer: Answer): Promise<void> {
  const [action] = click.actions;
  if (action === undefined) return;
  const { intake, decisions, teamId } = deps;
  const refusal = await deps.gate.refusal(click.channel.id, click.user.id);
  if (refusal !== undefined) return void (await answer(refusal));
  const by = await deps.people.person(click.user.id);
  const sourceId = `slack:click:${teamId}:${action.action_ts}:${by.id}:${action.value}`;
  const [name, argument = ''] = action.action_id.split(':');
  switch (name) {
    case ACTIONS.approve: {
      const calls = callsOf(action.value);
      const result = await decisions.decide({ calls, verdict: 'approved', by, sourceId });
      if (!result.ok) await answer(result.reason);
      return;
    }
    case ACTIONS.reject:
      return openRejection(deps, click, by, callsOf(action.value), answer);
    case ACTIONS.edit:
      return openScript(deps, click, by, seenOf(action.value)?.toolCallId ?? '', answer);
    case ACTIONS.choose: {
      const toolCallId = callOfBlock(action.block_id) ?? '';
      const changes = { [argument]: action.selected_option?.value ?? '' };
      const result = await decisions.edit({ toolCallId, changes, by });
      if (!result.ok) await answer(result.reason);
      return;
    }
    case ACTIONS.cancel:
    case ACTIONS.log:
    case ACTIONS.curve:
    case ACTIONS.rerun:
      return onJob(deps, click, JOB_CONTROLS[name], action.value, { by, sourceId }, answer);
    case ACTIONS.menu:
      return onMenu(deps, click, by, action.selected_option?.value ?? '', sourceId, answer);
    case ACTIONS.settings:
      return openChannel(deps, click, answer);
    case ACTIONS.feedback:
      return onFeedback(deps, click, by, action.value, answer);
    case ACTIONS.answer:
    case ACTIONS.decline:
      return onQuestion(
        deps,
        click,
        by,
        { value: action.value, isDeclined: name === ACTIONS.decline },
        answer,
      );
    case ACTIONS.stop:
    case ACTIONS.retry: {
      const operation: Operation = { kind: name === ACTIONS.stop ? 'interrupt' : 'resume', by };
      const address = addressOfClick(click, teamId);
      const isKnown = address !== undefined && (await intake.operate(address, operation, sourceId));
      if (!isKnown) await answer(UNKNOWN_THREAD);
      return;
    }
    default:
      await answer('This button is from another version of me, so nothing was changed.');
  }
}

/** A choice of a session's menu: a command, as if it had been written, or the dialog with the others. */
async function onMenu(
  { teamId, client, intake, models }: ClickDeps,
  click: ButtonClick,
  by: Person,
  choice: string,
  sourceId: string,
  answer: Answer,
): Promise<void> {
  const address = addressOfClick(click, teamId);
  if (address === undefined || !(await intake.hasSession(address))) {
    return void (await answer(UNKNOWN_THREAD));
  }
  if (choice === SETTINGS.value) {
    const view = settingsModal(JSON.stringify(address), models);
    await client.views.open({ trigger_id: click.trigger_id, view });
    return;
  }
  await intake.message({ address, sourceId, text: choice, author: by, messageId: '' });
}

/** Answers a question that needs a yes or a no; for any other there is a dialog. */
async function onQuestion(
  { client, questions }: ClickDeps,
  click: ButtonClick,
  by: Person,
  { value, isDeclined }: { value: string; isDeclined: boolean },
  answer: Answer,
): Promise<void> {
  const asked = questionOf(value);
  if (asked === undefined) return void (await answer(UNKNOWN_THREAD));
  const open = await questions.open(asked, by);
  if (!open.ok) return void (await answer(open.reason));
  if (!isDeclined && open.question.fields.length > 0) {
    const view = answerModal(asked, open.question);
    await client.views.open({ trigger_id: click.trigger_id, view });
    return;
  }
  const result = await questions.answer(asked, isDeclined ? 'decline' : 'accept', {}, by);
  if (!result.ok) await answer(result.reason);
}

/** The dialog with what holds in a channel, for those who may change it. */
async function openChannel(
  { client, teamId, gate, channelRules, models, hasBudgets }: ClickDeps,
  click: ButtonClick,
  answer: Answer,
): Promise<void> {
  if (!(await gate.mayChange(click.user.id))) return void (await answer(NO_ADMIN));
  const place = { platform: 'slack' as const, workspace: teamId, channel: click.channel.id };
  const { rules } = await channelRules.of(place);
  const view = channelModal(place, rules, { models, hasBudgets });
  await client.views.open({ trigger_id: click.trigger_id, view });
}

const NO_ADMIN = 'Only admins of this workspace may change this. Nothing was changed.';

/** Keeps what somebody says of an answer; of one that did not help they are asked why. */
async function onFeedback(
  { client, teamId, feedback }: ClickDeps,
  click: ButtonClick,
  by: Person,
  value: string,
  answer: Answer,
): Promise<void> {
  const rated = Rated.safeParse({ address: addressOfClick(click, teamId), value });
  const isKept =
    rated.success &&
    (await feedback.give(rated.data.address, rated.data.value.messageId, by, rated.data.value));
  if (!isKept) return void (await answer('I no longer know this answer, so nothing was kept.'));
  const { address, value: given } = rated.data;
  if (given.verdict === 'good') return void (await answer('Thank you: noted that this answer helped.'));
  const view = whyModal(JSON.stringify({ address, messageId: given.messageId }));
  await client.views.open({ trigger_id: click.trigger_id, view });
}

/** Does what a job's control says. A list that only one person sees tells where it shows. */
async function onJob(
  deps: ClickDeps,
  click: ButtonClick,
  control: JobControl,
  watchId: string,
  { by, sourceId }: { by: Person; sourceId: string },
  answer: Answer,
): Promise<void> {
  const done = await useJobControl(deps, { control, watchId, by, sourceId });
  if (!done.ok) return void (await answer(done.reason));
  if (click.message !== undefined) return;
  await answer(`Done: what comes of it is shown in the thread of job ${done.job.watch.jobId}.`);
}

/** A dialog for the reason, for whoever may decide; nothing is decided until it is sent off. */
async function openRejection(
  { client, decisions }: ClickDeps,
  click: ButtonClick,
  by: Person,
  calls: readonly Seen[],
  answer: Answer,
): Promise<void> {
  const open = await Promise.all(calls.map(({ toolCallId }) => decisions.openCall(toolCallId, by)));
  const undecided = calls.filter((_call, i) => open[i]?.ok);
  const [refused] = open.flatMap((call) => (call.ok ? [] : [call.reason]));
  if (undecided.length === 0) return void (await answer(refused ?? 'This request no longer exists.'));
  await client.views.open({ trigger_id: click.trigger_id, view: rejectModal(undecided) });
}

/** The script in a dialog, or, where it is too long for one, as a file in the thread. */
async function openScript(
  { teamId, client, decisions }: ClickDeps,
  click: ButtonClick,
  by: Person,
  toolCallId: string,
  answer: Answer,
): Promise<void> {
  const call = await decisions.openCall(toolCallId, by);
  if (!call.ok) return void (await answer(call.reason));
  const text = call.editable?.text;
  if (text === undefined) return void (await answer('There is no script to show here.'));
  if (text.length <= SLACK_LIMITS.inputText) {
    await client.views.open({ trigger_id: click.trigger_id, view: editModal(call, text) });
    return;
  }
  const address = addressOfClick(click, teamId);
  if (address !== undefined) await shareScript(client, address, call, text);
}

/** Why a dialog could not be taken, to be shown in it, or below one of its inputs; undefined where it was. */
async function onSubmission(
  { teamId, decisions, questions, intake, people, gate, feedback, channelRules }: ClickDeps,
  { user, view }: Submission,
  callback: string,
): Promise<string | Record<string, string> | undefined> {
  const by = await people.person(user.id);
  if (callback === CHANNEL_MODAL) {
    if (!(await gate.mayChange(user.id))) return { instructions: NO_ADMIN };
    const asked = rulesOf(view);
    if (!asked.ok) return asked.errors;
    const place = { ...Channel.parse(JSON.parse(view.private_metadata)), workspace: teamId };
    await channelRules.change(place, asked.rules, by);
    await gate.tell(place.channel, user.id, 'Saved. It holds in this channel from the next step on.');
    return undefined;
  }
  if (callback === SETTINGS_MODAL) {
    const address = ThreadAddress.parse(JSON.parse(view.private_metadata));
    const refusal = await gate.refusal(address.channel, user.id);
    if (refusal !== undefined) return refusal;
    for (const [block, inputs] of Object.entries(view.state.values)) {
      const text = inputs.value?.selected_option?.value;
      const sourceId = `slack:view:${teamId}:${view.id}:${block}`;
      if (text) await intake.message({ address, sourceId, text, author: by, messageId: '' });
    }
    return undefined;
  }
  if (callback === MODALS.answer) {
    const asked = AskedQuestion.parse(JSON.parse(view.private_metadata));
    const open = await questions.open(asked, by);
    const [block = INPUT.block] = Object.keys(view.state.values);
    if (!open.ok) return { [block]: open.reason };
    const { fields } = open.question;
    const result = await questions.answer(asked, 'accept', givenIn(view, fields), by);
    if (result.ok) return undefined;
    return result.errors ? errorsByBlock(result.errors, fields) : { [block]: result.reason };
  }
  if (callback === MODALS.why) {
    const { address, messageId } = RatedAnswer.parse(JSON.parse(view.private_metadata));
    const comment = view.state.values[INPUT.block]?.[INPUT.action]?.value?.trim();
    if (comment) await feedback.give(address, messageId, by, { verdict: 'bad', comment });
    return undefined;
  }
  if (callback === SHORTCUT) {
    const { address, quote } = Pointed.parse(JSON.parse(view.private_metadata));
    const refusal = await gate.refusal(address.channel, user.id);
    if (refusal !== undefined) return refusal;
    const question = view.state.values[INPUT.block]?.[INPUT.action]?.value?.trim() || DEFAULT_QUESTION;
    await intake.message({
      address,
      sourceId: `slack:view:${teamId}:${view.id}`,
      text: `${question}\n\nThe message that is meant:\n${quote}`,
      author: by,
      messageId: '',
    });
    return undefined;
  }
  const text = view.state.values[INPUT.block]?.[INPUT.action]?.value ?? '';
  if (callback === MODALS.reject) {
    const result = await decisions.decide({
      calls: JSON.parse(view.private_metadata) as Seen[],
      verdict: 'rejected',
      ...(text.trim() === '' ? {} : { feedback: text }),
      by,
      sourceId: `slack:view:${teamId}:${view.id}`,
    });
    return result.ok ? undefined : result.reason;
  }
  if (callback === MODALS.edit) {
    const result = await decisions.edit({ toolCallId: view.private_metadata, changes: { script: text }, by });
    return result.ok ? undefined : result.reason;
  }
  return 'This dialog is from another version of me, so nothing was changed.';
}

function addressOfClick(click: ButtonClick, workspace: string): ThreadAddress | undefined {
  if (click.message === undefined) return undefined;
  const thread = click.message.thread_ts ?? click.message.ts;
  return { platform: 'slack', workspace, channel: click.channel.id, thread };
}
