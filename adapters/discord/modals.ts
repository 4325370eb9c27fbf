import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APIStringSelectComponent,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import type { ChannelRules } from '../../src/session/channel-rules.ts';
import type { Question, QuestionField } from '../../src/session/tool-calls.ts';
import { channelMenus, type Menu, sessionMenus, usdIn } from '../../src/thread/menus.ts';
import { cut } from '../../src/thread/words.ts';
import { idOf, MODALS } from './ids.ts';
import { DISCORD_LIMITS } from './limits.ts';

type Modal = APIModalInteractionResponseCallbackData;
type Control = APILabelComponent['component'];

/** The one input of most dialogs. */
export const TEXT = 'text';
/** And what files are taken with. */
export const FILES = 'files';

function modal(customId: string, title: string, components: APILabelComponent[]): Modal {
  return { custom_id: customId, title: cut(title, DISCORD_LIMITS.modalTitle), components };
}

function label(name: string, component: Control, description?: string): APILabelComponent {
  return {
    type: ComponentType.Label,
    label: cut(name, DISCORD_LIMITS.labelText),
    ...(description ? { description: cut(description, DISCORD_LIMITS.labelDescription) } : {}),
    component,
  };
}

function paragraph(customId: string, value = '', isRequired = false): Control {
  return {
    type: ComponentType.TextInput,
    custom_id: customId,
    style: TextInputStyle.Paragraph,
    required: isRequired,
    max_length: DISCORD_LIMITS.inputText,
    ...(value ? { value: value.slice(0, DISCORD_LIMITS.inputText) } : {}),
  };
}

function select({ name, label: title, choices, chosen }: Menu): APILabelComponent {
  const menu = menuOf(name, choices, chosen === undefined ? [] : [chosen], 1);
  return label(title, { ...menu, placeholder: 'As it is' });
}

/** A menu in which nothing may be chosen, or up to `atMost`. */
function menuOf(
  customId: string,
  choices: Menu['choices'],
  chosen: readonly string[],
  atMost: number,
): APIStringSelectComponent {
  const options = choices.slice(0, DISCORD_LIMITS.selectOptions).map(({ label, value }) => ({
    label: cut(label, DISCORD_LIMITS.optionLabel),
    value: value.slice(0, DISCORD_LIMITS.optionLabel),
    default: chosen.includes(value),
  }));
  return {
    type: ComponentType.StringSelect,
    custom_id: customId,
    required: false,
    min_values: 0,
    max_values: Math.min(atMost, options.length),
    options,
  };
}

function people(customId: string, chosen: readonly string[] | undefined): Control {
  const users = (chosen ?? []).filter((id) => /^\d+$/.test(id)).slice(0, 25);
  return {
    type: ComponentType.UserSelect,
    custom_id: customId,
    required: false,
    min_values: 0,
    max_values: 25,
    ...(users.length > 0 ? { default_values: users.map((id) => ({ id, type: 'user' as never })) } : {}),
  };
}

const upload = (most: number, isRequired = false): Control => ({
  type: ComponentType.FileUpload,
  custom_id: FILES,
  required: isRequired,
  min_values: isRequired ? 1 : 0,
  max_values: Math.min(most, DISCORD_LIMITS.uploads),
});

/** Asks for the reason of a rejection. `calls` is how the button names what is rejected. */
export const rejectModal = (calls: readonly string[]): Modal =>
  modal(idOf(MODALS.reject, ...calls), 'Reject', [
    label(
      'What should I do instead?',
      paragraph(TEXT),
      'The agent reads this and goes on from it. You may leave it empty.',
    ),
  ]);

const SAVING = 'Saving runs nothing: approve on the card afterwards.';

/** Shows a script for changing, here or by a file that takes its place. What is sent off is still to be approved. */
export const editModal = (toolCallId: string, script: string): Modal =>
  modal(idOf(MODALS.edit, toolCallId), 'View / edit script', [
    label('Script', paragraph(TEXT, script, true), SAVING),
    label('Or a file in its place', upload(1)),
  ]);

/** The same for a script that a dialog has no room for. */
export const replaceModal = (toolCallId: string): Modal =>
  modal(idOf(MODALS.edit, toolCallId), 'Change the script', [
    label('The changed file', upload(1, true), SAVING),
  ]);

/** Asks for a token of the Hub. */
export const tokenModal = (): Modal =>
  modal(MODALS.token, 'Hugging Face account', [
    label(
      'Token',
      { type: ComponentType.TextInput, custom_id: TEXT, style: TextInputStyle.Short, required: true },
      'From huggingface.co/settings/tokens. Kept encrypted, and used for what you approve.',
    ),
  ]);

export const whyModal = (messageId: number): Modal =>
  modal(idOf(MODALS.why, String(messageId)), 'What went wrong?', [
    label(
      'What should have been otherwise?',
      paragraph(TEXT),
      'Kept for whoever runs me; the agent does not read it. To change what it does, write here.',
    ),
  ]);

/** Asks what about a message; `messageId` is the one that was pointed at. */
export const askModal = (messageId: string): Modal =>
  modal(idOf(MODALS.ask, messageId), 'Ask ML Intern', [
    label('What about this message?', paragraph(TEXT), 'I answer in a thread, where everybody can see it.'),
    label('Files for it', upload(DISCORD_LIMITS.uploads)),
  ]);

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

/** Whether a field is answered by picking from a menu. */
const isPicked = ({ type }: QuestionField): boolean =>
  type === 'yes_no' || type === 'choice' || type === 'choices';

/** The dialog in which a question is answered; undefined where it asks for more than a dialog has room for. */
export function answerModal(value: string, { from, fields }: Question): Modal | undefined {
  const shown = answerFields(fields);
  const isMissing = fields.some((field) => field.isRequired && !shown.includes(field));
  if (isMissing) return undefined;
  return modal(
    idOf(MODALS.answer, value),
    `${from} asks`,
    shown.map((field) => {
      const { name, label: title, about, type, choices = [], initial = [], atMost = choices.length } = field;
      const customId = fieldId(fields, name);
      if (isPicked(field)) {
        const listed = type === 'yes_no' ? YES_NO : choices;
        return label(title, menuOf(customId, listed, initial, type === 'choices' ? atMost : 1), about);
      }
      return label(
        title,
        {
          type: ComponentType.TextInput,
          custom_id: customId,
          style: TextInputStyle.Short,
          required: field.isRequired,
          ...(initial[0] ? { value: initial[0].slice(0, DISCORD_LIMITS.inputText) } : {}),
        },
        about,
      );
    }),
  );
}

/** The fields that a dialog has room for, what is needed first. */
const answerFields = (fields: readonly QuestionField[]): readonly QuestionField[] =>
  [...fields]
    .sort((a, b) => Number(b.isRequired) - Number(a.isRequired))
    .slice(0, DISCORD_LIMITS.modalComponents);

const fieldId = (fields: readonly QuestionField[], name: string): string =>
  `field${fields.findIndex((field) => field.name === name)}`;

/** What a dialog was sent off with, by the name of the field. */
export function givenIn(
  { fields }: ModalSubmitInteraction,
  asked: readonly QuestionField[],
): Record<string, string | readonly string[] | undefined> {
  return Object.fromEntries(
    asked.map((field) => {
      const { name } = field;
      const id = fieldId(asked, name);
      if (!fields.fields.has(id)) return [name, undefined];
      return [name, isPicked(field) ? fields.getStringSelectValues(id) : fields.getTextInputValue(id)];
    }),
  );
}

/** Commands to choose from, by what they are about; nothing chosen changes nothing. */
export const sessionModal = (models: readonly string[]): Modal =>
  modal(MODALS.session, 'This session', sessionMenus(models).map(select));

/** The two halves of a channel's settings: a dialog has room for five inputs. */
export type Half = 'work' | 'people';

export function channelModal(
  half: Half,
  rules: ChannelRules,
  { models, hasBudgets }: { models: readonly string[]; hasBudgets: boolean },
): Modal {
  const id = idOf(MODALS.channel, half);
  if (half === 'people') {
    return modal(id, 'This channel: people and money', [
      label('The only people who may use it', people('users', rules.users)),
      label('Who approves', people('approvers', rules.approvers), 'Nobody chosen: as the config says.'),
      ...(hasBudgets
        ? [
            label('Budget of a day, in USD', {
              type: ComponentType.TextInput as const,
              custom_id: 'day_usd',
              style: TextInputStyle.Short,
              required: false,
              ...(rules.dayUsd === undefined ? {} : { value: String(rules.dayUsd) }),
            }),
          ]
        : []),
    ]);
  }
  return modal(id, 'This channel', [
    ...channelMenus(rules, models).map(select),
    label('Instructions for the agent', paragraph('instructions', rules.instructions)),
  ]);
}

/** What half of a channel's settings was sent off with, in the place of that half; or what is wrong with it. */
export function rulesOf(
  half: Half,
  before: ChannelRules,
  { fields }: ModalSubmitInteraction,
): { ok: true; rules: ChannelRules } | { ok: false; reason: string } {
  const has = (id: string) => fields.fields.has(id);
  const written = (id: string) => (has(id) ? fields.getTextInputValue(id).trim() || undefined : undefined);
  const picked = (id: string) => (has(id) ? fields.getStringSelectValues(id)[0] : undefined);
  const chosen = (id: string) => {
    const ids = has(id) ? [...(fields.getSelectedUsers(id)?.keys() ?? [])] : [];
    return ids.length > 0 ? ids : undefined;
  };
  if (half === 'people') {
    const dayUsd = usdIn(written('day_usd'));
    if (Number.isNaN(dayUsd)) {
      return { ok: false, reason: 'Write the budget as an amount like 20 or 7.50, or leave it empty.' };
    }
    return {
      ok: true,
      rules: defined({ ...before, users: chosen('users'), approvers: chosen('approvers'), dayUsd }),
    };
  }
  const changed = {
    model: picked('model'),
    effort: picked('effort'),
    replies: picked('replies'),
    verbosity: picked('verbosity'),
    instructions: written('instructions')?.slice(0, 3_000),
  };
  return { ok: true, rules: defined({ ...before, ...changed }) };
}

const defined = (rules: Record<string, unknown>): ChannelRules =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as ChannelRules;
