import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APISelectMenuOption,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import { Effort } from '../../src/config/effort.ts';
import type { ChannelRules } from '../../src/session/channel-rules.ts';
import { cut } from '../../src/thread/words.ts';
import { idOf, MODALS } from './ids.ts';
import { DISCORD_LIMITS } from './limits.ts';

type Modal = APIModalInteractionResponseCallbackData;
type Control = APILabelComponent['component'];

/** The one input of most dialogs. */
export const TEXT = 'text';

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

function select(
  customId: string,
  options: readonly APISelectMenuOption[],
  chosen: string | undefined,
): Control {
  return {
    type: ComponentType.StringSelect,
    custom_id: customId,
    required: false,
    min_values: 0,
    max_values: 1,
    placeholder: 'As it is',
    options: options
      .slice(0, DISCORD_LIMITS.selectOptions)
      .map((option) => ({ ...option, default: option.value === chosen })),
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

const option = (name: string, value: string): APISelectMenuOption => ({
  label: cut(name, DISCORD_LIMITS.optionLabel),
  value: value.slice(0, DISCORD_LIMITS.optionLabel),
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

/** Shows a script for changing. Sending it off saves the change; the card is still to be approved. */
export const editModal = (toolCallId: string, script: string): Modal =>
  modal(idOf(MODALS.edit, toolCallId), 'View / edit script', [
    label('Script', paragraph(TEXT, script, true), 'Saving runs nothing: approve on the card afterwards.'),
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
  ]);

/** Commands to choose from, by what they are about; nothing chosen changes nothing. */
export function sessionModal(models: readonly string[]): Modal {
  return modal(MODALS.session, 'This session', [
    label(
      'Model',
      select(
        'model',
        [...models.map((id) => option(id, `model ${id}`)), option('The default', 'model default')],
        undefined,
      ),
    ),
    label(
      'How hard it thinks',
      select(
        'effort',
        [
          ...Effort.options.map((level) => option(level, `effort ${level}`)),
          option('The default', 'effort default'),
        ],
        undefined,
      ),
    ),
    label(
      'Jobs without asking',
      select(
        'approvals',
        [
          option('Always ask', 'yolo off'),
          ...[1, 5, 20].map((usd) => option(`Up to $${usd}`, `yolo ${usd}`)),
          option('Without a cap', 'yolo on'),
        ],
        undefined,
      ),
    ),
  ]);
}

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
  const offered = [...new Set([...(rules.model ? [rules.model] : []), ...models])];
  return modal(id, 'This channel', [
    ...(offered.length > 0
      ? [
          label(
            'Model',
            select(
              'model',
              offered.map((name) => option(name, name)),
              rules.model,
            ),
          ),
        ]
      : []),
    label(
      'How hard it thinks',
      select(
        'effort',
        Effort.options.map((level) => option(level, level)),
        rules.effort,
      ),
    ),
    label(
      'Replies in its threads',
      select(
        'replies',
        [option('All are for it', 'all'), option('Only mentions are', 'mentions')],
        rules.replies,
      ),
    ),
    label(
      'Threads show',
      select(
        'verbosity',
        [option('Every step', 'normal'), option('Plan, approvals, jobs and answers', 'quiet')],
        rules.verbosity,
      ),
    ),
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
    const amount = written('day_usd')?.replace(/^\$/, '');
    const dayUsd = amount === undefined ? undefined : Number(amount);
    if (dayUsd !== undefined && !(Number.isFinite(dayUsd) && dayUsd >= 0)) {
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
