import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import { ALL, questionOf, questionValue, seenOf, seenValue } from '../../src/controller/actions.ts';
import type { Subject } from '../../src/controller/forms.ts';
import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import { type Dialogs, type FieldPrinter, printedField } from '../shared/answers.ts';
import { uploadedIn } from './attachments.ts';
import { idOf, partsOf } from './ids.ts';
import { DISCORD_LIMITS } from './limits.ts';

/** What forms are called in the interactions that come back; behind it, with bars, what they are about. */
const NAMES = {
  reject: 'reject_calls',
  script: 'edit_call',
  why: 'feedback_why',
  ask: 'ask_about',
  session: 'session_settings',
  channel: 'channel_settings',
  answer: 'answer_question',
  token: 'account_token',
} as const satisfies Record<Subject['form'], string>;

/** What a form is about, as its id: a hundred characters at most. */
function idOfSubject(subject: Subject): string {
  const name = NAMES[subject.form];
  switch (subject.form) {
    case 'reject': {
      const { calls } = subject;
      return calls.kind === 'all'
        ? idOf(name, ALL, calls.mark)
        : idOf(name, calls.calls.map(seenValue).join(' '));
    }
    case 'script':
      return idOf(name, subject.toolCallId);
    case 'why':
      return idOf(name, String(subject.messageId));
    case 'channel':
      return idOf(name, subject.half ?? '');
    case 'answer':
      return idOf(name, questionValue(subject.asked));
    case 'ask':
      return idOf(name, subject.messageId ?? '');
    case 'session':
    case 'token':
      return name;
    default:
      return subject satisfies never;
  }
}

/** What a form with such an id is about; undefined for one of another version. */
function subjectOf(customId: string): Subject | undefined {
  const { action, values } = partsOf(customId);
  const [value = '', more = ''] = values;
  switch (action) {
    case NAMES.reject: {
      const seen = value.split(' ').flatMap((part) => seenOf(part) ?? []);
      const calls =
        value === ALL ? { kind: 'all' as const, mark: more } : { kind: 'seen' as const, calls: seen };
      return { form: 'reject', calls };
    }
    case NAMES.script:
      return { form: 'script', toolCallId: value };
    case NAMES.why:
      return Number.isSafeInteger(Number(value)) ? { form: 'why', messageId: Number(value) } : undefined;
    case NAMES.channel:
      return { form: 'channel', half: value === 'people' ? 'people' : 'work' };
    case NAMES.answer: {
      const asked = questionOf(value);
      return asked && { form: 'answer', asked };
    }
    case NAMES.ask:
      return { form: 'ask', messageId: value };
    case NAMES.session:
      return { form: 'session' };
    case NAMES.token:
      return { form: 'token' };
    default:
      return undefined;
  }
}

/** Dialogs of Discord's. */
export const DIALOGS: Dialogs<undefined, APIModalInteractionResponseCallbackData, ModalSubmitInteraction> = {
  print: ({ subject, title, fields }) => ({
    custom_id: idOfSubject(subject),
    title: cut(title, DISCORD_LIMITS.modalTitle),
    components: fields.slice(0, DISCORD_LIMITS.modalComponents).map((field) => ({
      type: ComponentType.Label,
      label: cut(field.label, DISCORD_LIMITS.labelText),
      ...(field.hint ? { description: cut(field.hint, DISCORD_LIMITS.labelDescription) } : {}),
      component: printedField(field, COMPONENTS),
    })),
  }),
  subject: ({ customId }) => subjectOf(customId),
  given(modal) {
    const { fields } = modal;
    const values: Record<string, string | readonly string[]> = {};
    for (const [name, { type }] of fields.fields) {
      if (type === ComponentType.TextInput) values[name] = fields.getTextInputValue(name);
      else if (type === ComponentType.StringSelect) values[name] = fields.getStringSelectValues(name);
      else if (type === ComponentType.UserSelect)
        values[name] = [...(fields.getSelectedUsers(name)?.keys() ?? [])];
    }
    return { values, files: uploadedIn(modal) };
  },
};

const COMPONENTS: FieldPrinter<APILabelComponent['component']> = {
  text: ({ name, isLong, isRequired, initial }) => ({
    type: ComponentType.TextInput,
    custom_id: name,
    style: isLong ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required: isRequired,
    max_length: DISCORD_LIMITS.inputText,
    ...(initial ? { value: wholeBeginning(initial, DISCORD_LIMITS.inputText) } : {}),
  }),
  choices({ name, choices, chosen, atMost, nothing }) {
    const options = choices.slice(0, DISCORD_LIMITS.selectOptions).map(({ label, value }) => ({
      label: cut(label, DISCORD_LIMITS.optionLabel),
      value: wholeBeginning(value, DISCORD_LIMITS.optionLabel),
      default: chosen.includes(value),
    }));
    return {
      type: ComponentType.StringSelect,
      custom_id: name,
      required: false,
      min_values: 0,
      max_values: Math.min(atMost, options.length),
      options,
      ...(nothing ? { placeholder: nothing } : {}),
    };
  },
  people({ name, chosen }) {
    const users = chosen.filter((id) => /^\d+$/.test(id)).slice(0, DISCORD_LIMITS.selectOptions);
    return {
      type: ComponentType.UserSelect,
      custom_id: name,
      required: false,
      min_values: 0,
      max_values: DISCORD_LIMITS.selectOptions,
      ...(users.length > 0 ? { default_values: users.map((id) => ({ id, type: 'user' as never })) } : {}),
    };
  },
  files: ({ name, isRequired, atMost }) => ({
    type: ComponentType.FileUpload,
    custom_id: name,
    required: isRequired,
    min_values: isRequired ? 1 : 0,
    max_values: Math.min(atMost, DISCORD_LIMITS.uploads),
  }),
};
