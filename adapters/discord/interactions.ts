import {
  type ButtonInteraction,
  ButtonStyle,
  type Client,
  ComponentType,
  DiscordAPIError,
  Events,
  GuildMember,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
  RESTJSONErrorCodes,
  type StringSelectMenuInteraction,
} from 'discord.js';
import type { Logger } from '../../src/ops/log.ts';
import type { Accounts } from '../../src/session/accounts.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { ChannelRules, type ChannelRulesStore } from '../../src/session/channel-rules.ts';
import { type Decisions, type Seen, UNKNOWN_THREAD } from '../../src/session/decisions.ts';
import type { Feedback, Verdict } from '../../src/session/feedback.ts';
import type { Intake } from '../../src/session/intake.ts';
import { type JobControl, useJobControl } from '../../src/session/job-controls.ts';
import type { JobsOverview } from '../../src/session/jobs-overview.ts';
import type { Operation } from '../../src/session/operations.ts';
import type { Questions } from '../../src/session/questions.ts';
import { replaceScriptOf, scriptName, WHOLE_SCRIPT } from '../../src/session/script-files.ts';
import { ACTIONS, DEFAULT_QUESTION, JOB_CONTROLS, questionOf, seenOf } from '../../src/thread/actions.ts';
import { SETTINGS } from '../../src/thread/menus.ts';
import { cut } from '../../src/thread/words.ts';
import { uploadedIn } from './attachments.ts';
import type { Asker, Gate } from './gate.ts';
import { batchMark, idOf, MODALS, partsOf } from './ids.ts';
import { DISCORD_LIMITS } from './limits.ts';
import {
  answerModal,
  channelModal,
  editModal,
  givenIn,
  type Half,
  rejectModal,
  replaceModal,
  rulesOf,
  sessionModal,
  TEXT,
  tokenModal,
  whyModal,
} from './modals.ts';
import { DIRECT } from './outbound.ts';
import { plain } from './style.ts';

export type InteractionDeps = {
  intake: Intake;
  decisions: Decisions;
  questions: Questions;
  accounts: Accounts | undefined;
  jobs: JobsOverview;
  gate: Gate;
  feedback: Feedback;
  channelRules: ChannelRulesStore;
  /** Models that menus offer. */
  models: readonly string[];
  /** Whether budgets have somebody who may pass them. */
  hasBudgets: boolean;
  /** What is asked about a message that somebody pointed at. */
  ask(modal: ModalSubmitInteraction, messageId: string, question: string, by: Person): Promise<void>;
  log: Logger;
};

type Click = ButtonInteraction | StringSelectMenuInteraction;

/** Registers the buttons, menus and dialogs of cards and status messages. Refusals are seen by who clicked alone. */
export function listenToInteractions(client: Client<true>, deps: InteractionDeps): void {
  client.on(Events.InteractionCreate, (interaction) => {
    const work =
      interaction.isButton() || interaction.isStringSelectMenu()
        ? onClick(interaction, deps)
        : interaction.isModalSubmit()
          ? onSubmission(interaction, deps)
          : undefined;
    work?.catch(async (error: unknown) => {
      if (isTaken(error)) return;
      deps.log.error({ err: error }, 'a click could not be taken');
      if (interaction.isRepliable()) await tell(interaction, TROUBLE).catch(() => {}); // Discord says so itself then
    });
  });
}

/** Every process of the bot is told of every click; the first to answer has it, and does what it asks. */
export const isTaken = (error: unknown): boolean =>
  error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;

const TROUBLE = 'That did not work: a part of me can’t be reached right now. Try again in a minute.';
const OLD = 'This is from another version of me, so nothing was changed.';
const CHANGED = 'What waits for approval has changed since this was shown. Look again.';
const NO_ADMIN = 'Only those who may manage this server may change this. Nothing was changed.';

export type Repliable = Extract<Interaction, { reply: unknown }>;

/** Tells the one who clicked, in private, whether or not the click has been answered before. */
export async function tell(interaction: Repliable, text: string): Promise<void> {
  const message = {
    content: cut(text, DISCORD_LIMITS.content),
    flags: MessageFlags.Ephemeral as const,
    allowedMentions: { parse: [] },
  };
  if (interaction.deferred || interaction.replied) await interaction.followUp(message);
  else await interaction.reply(message);
}

export function askerOf(interaction: Interaction): Asker {
  const { member, user, memberPermissions } = interaction;
  const roles = member instanceof GuildMember ? [...member.roles.cache.keys()] : (member?.roles ?? []);
  return { id: user.id, roles, permissions: memberPermissions?.bitfield };
}

export function personOf({ member, user }: Interaction): Person {
  const name = member instanceof GuildMember ? member.displayName : (member?.nick ?? user.displayName);
  return { id: user.id, name };
}

/** The channel that rules are about, and the thread: they are the same where a command is used in a channel itself. */
export function addressOf(interaction: Interaction): ThreadAddress {
  const { channel, channelId, guildId } = interaction;
  const parent = channel?.isThread() ? channel.parentId : null;
  return {
    platform: 'discord',
    workspace: guildId ?? DIRECT,
    channel: parent ?? channelId ?? '',
    thread: channelId ?? '',
  };
}

async function onClick(click: Click, deps: InteractionDeps): Promise<void> {
  const { action, values } = partsOf(click.customId);
  const address = addressOf(click);
  const refusal = await deps.gate.refusal(address, askerOf(click));
  if (refusal !== undefined) return tell(click, refusal);
  const by = personOf(click);
  const sourceId = `discord:click:${click.id}`;
  const [value = ''] = values;
  switch (action) {
    case ACTIONS.approve: {
      await click.deferUpdate();
      const calls = await callsOf(values, address, deps);
      if (calls === undefined) return tell(click, CHANGED);
      const result = await deps.decisions.decide({ calls, verdict: 'approved', by, sourceId });
      return result.ok ? undefined : tell(click, result.reason);
    }
    case ACTIONS.reject:
      return openRejection(click, values, by, address, deps);
    case ACTIONS.edit:
      if (values[1] === REPLACE) return click.showModal(replaceModal(value));
      return openScript(click, value, by, deps);
    case ACTIONS.choose: {
      await click.deferUpdate();
      const [toolCallId = '', argument = ''] = values;
      const chosen = click.isStringSelectMenu() ? (click.values[0] ?? '') : '';
      const result = await deps.decisions.edit({ toolCallId, changes: { [argument]: chosen }, by });
      return result.ok ? undefined : tell(click, result.reason);
    }
    case ACTIONS.cancel:
      if (values[1] !== SURE) return askWhether(click, value);
      return onJob(click, 'cancel', value, by, sourceId, deps);
    case ACTIONS.log:
    case ACTIONS.curve:
    case ACTIONS.rerun:
      return onJob(click, JOB_CONTROLS[action], value, by, sourceId, deps);
    case ACTIONS.menu:
      return onMenu(click, by, address, sourceId, deps);
    case ACTIONS.feedback:
      return onFeedback(click, values, by, address, deps);
    case ACTIONS.settings:
      return openChannel(click, value === 'people' ? 'people' : 'work', address, deps);
    case ACTIONS.signIn:
      return click.showModal(tokenModal());
    case ACTIONS.signOut: {
      await click.deferUpdate();
      const done = await deps.accounts?.signOut(address, by);
      return tell(click, done?.ok === false ? done.reason : 'You are signed out.');
    }
    case ACTIONS.answer:
    case ACTIONS.decline:
      return onQuestion(click, value, action === ACTIONS.decline, by, deps);
    case ACTIONS.stop:
    case ACTIONS.retry: {
      await click.deferUpdate();
      const operation: Operation = { kind: action === ACTIONS.stop ? 'interrupt' : 'resume', by };
      const isKnown = await deps.intake.operate(address, operation, sourceId);
      return isKnown ? undefined : tell(click, UNKNOWN_THREAD);
    }
    default:
      return tell(click, OLD);
  }
}

/** Answers a question that needs a yes or a no; for any other there is a dialog. */
async function onQuestion(
  click: Click,
  value: string,
  isDeclined: boolean,
  by: Person,
  { questions }: InteractionDeps,
): Promise<void> {
  const asked = questionOf(value);
  const open = asked && (await questions.open(asked, by));
  if (asked === undefined || open === undefined) return tell(click, OLD);
  if (!open.ok) return tell(click, open.reason);
  if (!isDeclined && open.question.fields.length > 0) {
    const dialog = answerModal(value, open.question);
    return dialog === undefined ? tell(click, TOO_MANY) : void (await click.showModal(dialog));
  }
  await click.deferUpdate();
  const result = await questions.answer(asked, isDeclined ? 'decline' : 'accept', {}, by);
  return result.ok ? undefined : tell(click, result.reason);
}

const TOO_MANY = 'This asks for more than a dialog of Discord has room for, so it can only be declined here.';

/** The calls that a button names; undefined where it means all that are open, and those are others by now. */
async function callsOf(
  values: readonly string[],
  address: ThreadAddress,
  { decisions }: InteractionDeps,
): Promise<readonly Seen[] | undefined> {
  const [first = '', mark] = values;
  if (first !== 'all') {
    const seen = seenOf(first);
    return seen && [seen];
  }
  const open = await decisions.openIn(address);
  const calls = open.map(({ toolCallId, revision }) => ({ toolCallId, revision }));
  return batchMark(calls) === mark ? calls : undefined;
}

/** A dialog for the reason, for whoever may decide; nothing is decided until it is sent off. */
async function openRejection(
  click: Click,
  values: readonly string[],
  by: Person,
  address: ThreadAddress,
  deps: InteractionDeps,
): Promise<void> {
  const calls = await callsOf(values, address, deps);
  if (calls === undefined) return tell(click, CHANGED);
  const open = await Promise.all(calls.map(({ toolCallId }) => deps.decisions.openCall(toolCallId, by)));
  const [refused] = open.flatMap((call) => (call.ok ? [] : [call.reason]));
  if (!open.some(({ ok }) => ok)) return tell(click, refused ?? 'This request no longer exists.');
  await click.showModal(rejectModal(values));
}

/** The script in a dialog, or, where it is too long for one, as a file for who asked. */
async function openScript(
  click: Click,
  toolCallId: string,
  by: Person,
  { decisions }: InteractionDeps,
): Promise<void> {
  const call = await decisions.openCall(toolCallId, by);
  if (!call.ok) return tell(click, call.reason);
  const text = call.editable?.text;
  if (text === undefined) return tell(click, 'There is no script to show here.');
  if (text.length <= DISCORD_LIMITS.inputText) return click.showModal(editModal(toolCallId, text));
  await click.reply({
    content: WHOLE_SCRIPT,
    files: [{ name: scriptName(call), attachment: Buffer.from(text) }],
    flags: MessageFlags.Ephemeral,
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Secondary,
            label: 'Give a changed file',
            customId: idOf(ACTIONS.edit, toolCallId, REPLACE),
          },
        ],
      },
    ],
  });
}

const REPLACE = 'replace';

const SURE = 'sure';

/** Discord has no question on a button: it is asked in private. */
async function askWhether(click: Click, watchId: string): Promise<void> {
  await click.reply({
    content: 'Cancel this job? It is stopped, and what it has not pushed is lost.',
    flags: MessageFlags.Ephemeral,
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Danger,
            label: 'Cancel the job',
            customId: `${ACTIONS.cancel}|${watchId}|${SURE}`,
          },
        ],
      },
    ],
  });
}

/** Does what a job's control says. A list that only one person sees tells where it shows. */
async function onJob(
  click: Click,
  control: JobControl,
  watchId: string,
  by: Person,
  sourceId: string,
  deps: InteractionDeps,
): Promise<void> {
  await click.deferUpdate();
  const done = await useJobControl(deps, { control, watchId, by, sourceId });
  if (!done.ok) return tell(click, done.reason);
  if (click.message.flags.has(MessageFlags.Ephemeral)) {
    await tell(click, `Done: what comes of it is shown in <#${done.job.address.thread}>.`);
  }
}

/** A choice of a session's menu: a command, as if it had been written, or the dialog with the others. */
async function onMenu(
  click: Click,
  by: Person,
  address: ThreadAddress,
  sourceId: string,
  { intake, models }: InteractionDeps,
): Promise<void> {
  const choice = click.isStringSelectMenu() ? (click.values[0] ?? '') : '';
  if (!(await intake.hasSession(address))) return tell(click, UNKNOWN_THREAD);
  if (choice === SETTINGS.value) return click.showModal(sessionModal(models));
  await click.deferUpdate();
  await intake.message({ address, sourceId, text: choice, author: by, messageId: '' });
}

/** Keeps what somebody says of an answer; of one that did not help they are asked why. */
async function onFeedback(
  click: Click,
  [verdict, id]: readonly string[],
  by: Person,
  address: ThreadAddress,
  { feedback }: InteractionDeps,
): Promise<void> {
  const messageId = Number(id);
  const given: Verdict = verdict === 'good' ? 'good' : 'bad';
  const isKept =
    Number.isSafeInteger(messageId) && (await feedback.give(address, messageId, by, { verdict: given }));
  if (!isKept) return tell(click, 'I no longer know this answer, so nothing was kept.');
  if (given === 'good') return tell(click, 'Thank you: noted that this answer helped.');
  await click.showModal(whyModal(messageId));
}

/** The dialog with what holds in a channel, for those who may change it. */
async function openChannel(
  click: Click,
  half: Half,
  address: ThreadAddress,
  { gate, channelRules, models, hasBudgets }: InteractionDeps,
): Promise<void> {
  if (!gate.mayChange(askerOf(click))) return tell(click, NO_ADMIN);
  const { rules } = await channelRules.of(address);
  await click.showModal(channelModal(half, rules, { models, hasBudgets }));
}

async function onSubmission(modal: ModalSubmitInteraction, deps: InteractionDeps): Promise<void> {
  const { action, values } = partsOf(modal.customId);
  const address = addressOf(modal);
  const refusal = await deps.gate.refusal(address, askerOf(modal));
  if (refusal !== undefined) return tell(modal, refusal);
  const by = personOf(modal);
  const sourceId = `discord:modal:${modal.id}`;
  const text = modal.fields.fields.has(TEXT) ? modal.fields.getTextInputValue(TEXT) : '';
  const [value = ''] = values;
  switch (action) {
    case MODALS.reject: {
      await settle(modal);
      const calls = await callsOf(values, address, deps);
      if (calls === undefined) return tell(modal, CHANGED);
      const feedback = text.trim() === '' ? {} : { feedback: text };
      const result = await deps.decisions.decide({ calls, verdict: 'rejected', ...feedback, by, sourceId });
      return result.ok ? undefined : tell(modal, result.reason);
    }
    case MODALS.edit: {
      await settle(modal);
      const problem = await changeScript(modal, value, text, by, deps);
      return problem === undefined ? undefined : tell(modal, problem);
    }
    case MODALS.token: {
      await settle(modal);
      const done = await deps.accounts?.signIn(address, by, text);
      return tell(modal, done?.ok ? `You are signed in as ${done.name}.` : (done?.reason ?? OLD));
    }
    case MODALS.answer: {
      await settle(modal);
      const asked = questionOf(value);
      const open = asked && (await deps.questions.open(asked, by));
      if (asked === undefined || open === undefined) return tell(modal, OLD);
      if (!open.ok) return tell(modal, open.reason);
      const { fields } = open.question;
      const result = await deps.questions.answer(asked, 'accept', givenIn(modal, fields), by);
      if (result.ok) return;
      const wrong = fields.flatMap(({ name, label }) => {
        const error = result.errors?.[name];
        return error ? [`${label}: ${error}`] : [];
      });
      return tell(modal, [result.reason, ...wrong].join('\n'));
    }
    case MODALS.why: {
      await settle(modal);
      const comment = text.trim();
      if (comment) await deps.feedback.give(address, Number(value), by, { verdict: 'bad', comment });
      return;
    }
    case MODALS.ask:
      return deps.ask(modal, value, text.trim() || DEFAULT_QUESTION, by);
    case MODALS.session: {
      await settle(modal);
      for (const [id] of modal.fields.fields) {
        const [command] = modal.fields.getStringSelectValues(id);
        const message = {
          address,
          sourceId: `${sourceId}:${id}`,
          text: command ?? '',
          author: by,
          messageId: '',
        };
        if (command) await deps.intake.message(message);
      }
      return;
    }
    case MODALS.channel:
      return saveChannel(modal, value === 'people' ? 'people' : 'work', by, address, deps);
    default:
      return tell(modal, OLD);
  }
}

/** A file goes before what the dialog has as text. Returns why it could not be changed. */
async function changeScript(
  modal: ModalSubmitInteraction,
  toolCallId: string,
  text: string,
  by: Person,
  { decisions }: InteractionDeps,
): Promise<string | undefined> {
  const call = await decisions.openCall(toolCallId, by);
  if (!call.ok) return call.reason;
  const [file] = uploadedIn(modal);
  if (file !== undefined) return replaceScriptOf(decisions, call, file, by);
  const argument = call.editable?.argument ?? 'script';
  const result = await decisions.edit({ toolCallId, changes: { [argument]: text }, by });
  return result.ok ? undefined : result.reason;
}

async function saveChannel(
  modal: ModalSubmitInteraction,
  half: Half,
  by: Person,
  { platform, workspace, channel }: ThreadAddress,
  { gate, channelRules }: InteractionDeps,
): Promise<void> {
  if (!gate.mayChange(askerOf(modal))) return tell(modal, NO_ADMIN);
  const place = { platform, workspace, channel };
  const asked = rulesOf(half, (await channelRules.of(place)).rules, modal);
  if (!asked.ok) return tell(modal, asked.reason);
  await channelRules.change(place, ChannelRules.parse(asked.rules), by);
  await tell(modal, `Saved by ${plain(by.name)}. It holds in this channel from the next step on.`);
}

/** Takes a dialog that was opened from a message; what comes of it is shown there. */
async function settle(modal: ModalSubmitInteraction): Promise<void> {
  if (modal.isFromMessage()) await modal.deferUpdate();
  else await modal.deferReply({ flags: MessageFlags.Ephemeral });
}
