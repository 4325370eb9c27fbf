import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { type Field, Subject } from '../../src/controller/forms.ts';
import type { Choice } from '../../src/controller/menus.ts';
import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import { type Dialogs, type FieldPrinter, printedField } from '../shared/answers.ts';
import { context } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import type { Submission } from './payloads.ts';
import { plain } from './text.ts';

/** What every form is called when it is sent off. */
export const FORM = 'form';

/** The one action of every input: what it is about is its block. */
const VALUE = 'value';

/** What travels with a form: what it is about, and where it was opened. */
const About = z.object({ subject: Subject, channel: z.string(), thread: z.string().optional() });
export type About = z.infer<typeof About>;

/** What travelled with a dialog; undefined for one of another version. */
export const aboutOf = ({ private_metadata }: View): About | undefined => {
  const text = z.string().transform((given, context) => {
    try {
      return JSON.parse(given) as unknown;
    } catch {
      context.addIssue('no JSON');
      return z.NEVER;
    }
  });
  return text.pipe(About).safeParse(private_metadata).data;
};

type View = Submission['view'];

/** Dialogs of Slack's. Fields for files are left out: files are shared in the thread. */
export const DIALOGS: Dialogs<Omit<About, 'subject'>, ModalView, View> = {
  print: (form, place) => ({
    type: 'modal',
    callback_id: FORM,
    private_metadata: JSON.stringify({ subject: form.subject, ...place } satisfies About),
    title: plainText(form.title, SLACK_LIMITS.modalTitle),
    submit: plainText(form.submit, SLACK_LIMITS.modalTitle),
    close: plainText(form.close ?? 'Close', SLACK_LIMITS.modalTitle),
    blocks: [
      ...(form.intro ? [context(plain(cut(form.intro, INTRO_CHARACTERS)))] : []),
      ...form.fields.flatMap((field): KnownBlock[] => {
        const element = printedField(field, ELEMENTS);
        if (element === undefined) return [];
        const { name, label, hint } = field;
        const block: InputBlock = {
          type: 'input',
          block_id: name,
          optional: !('isRequired' in field && field.isRequired),
          label: plainText(label, SLACK_LIMITS.inputLabel),
          ...(hint ? { hint: plainText(hint, SLACK_LIMITS.inputLabel) } : {}),
          element,
        };
        return [block];
      }),
    ],
  }),
  subject: (view) => aboutOf(view)?.subject,
  given({ state }) {
    const values = Object.entries(state.values).map(([name, inputs]) => {
      const input = inputs[VALUE];
      const several = input?.selected_options?.map(({ value }) => value) ?? input?.selected_users;
      return [name, several ?? input?.selected_option?.value ?? input?.value ?? undefined] as const;
    });
    return { values: Object.fromEntries(values), files: [] };
  },
};

const plainText = (text: string, limit: number) => ({ type: 'plain_text' as const, text: cut(text, limit) });

/** What is escaped takes more room. */
const INTRO_CHARACTERS = 2_000;

const ELEMENTS: FieldPrinter<InputBlock['element'] | undefined> = {
  text: ({ isLong, initial }) => ({
    type: 'plain_text_input',
    action_id: VALUE,
    ...(isLong ? { multiline: true, max_length: SLACK_LIMITS.inputText } : {}),
    ...(initial ? { initial_value: wholeBeginning(initial, SLACK_LIMITS.inputText) } : {}),
  }),
  choices: menuOf,
  people({ chosen }) {
    // Words like "requester", and groups, can't be chosen here.
    const people = chosen.filter((id) => /^[UW][A-Z0-9]+$/.test(id));
    return {
      type: 'multi_users_select',
      action_id: VALUE,
      ...(people.length > 0 ? { initial_users: people } : {}),
    };
  },
  files: () => undefined,
};

function menuOf({
  choices,
  chosen,
  atMost,
  nothing,
}: Extract<Field, { kind: 'choices' }>): InputBlock['element'] {
  const options = choices
    .filter(({ value }) => value.length <= OPTION_VALUE)
    .slice(0, SLACK_LIMITS.selectOptions)
    .map(option);
  const initial = options.filter(({ value }) => chosen.some((one) => one === value));
  const placeholder = nothing ? { placeholder: { type: 'plain_text' as const, text: nothing } } : {};
  if (atMost === 1) {
    const [first] = initial;
    return {
      type: 'static_select',
      action_id: VALUE,
      options,
      ...placeholder,
      ...(first ? { initial_option: first } : {}),
    };
  }
  return {
    type: 'multi_static_select',
    action_id: VALUE,
    options,
    ...placeholder,
    ...(initial.length > 0 ? { initial_options: initial } : {}),
    ...(atMost < choices.length ? { max_selected_items: atMost } : {}),
  };
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
const OPTION_VALUE = 150;

export const option = ({ label, value }: Choice): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(label, SLACK_LIMITS.buttonLabel) },
  value,
});

/** What is wrong with a dialog, by its inputs: what is about none of them is said at the first. */
export function errorsFor(
  { state }: View,
  { reason, errors }: { reason: string; errors?: Readonly<Record<string, string>> },
): Record<string, string> {
  const blocks = Object.keys(state.values);
  const known = Object.entries(errors ?? {}).filter(([name]) => blocks.includes(name));
  return known.length > 0 ? Object.fromEntries(known) : { [blocks[0] ?? FORM]: reason };
}
