import type { KnownBlock, ModalView } from '@slack/types';
import { type AskedQuestion, mayBeEmpty } from '../../src/session/questions.ts';
import type { Question, QuestionField } from '../../src/session/tool-calls.ts';
import { ACTIONS, questionValue } from '../../src/thread/actions.ts';
import type { QuestionView } from '../../src/thread/view-message.ts';
import { cut, questionText } from '../../src/thread/words.ts';
import { actions, button, section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { INPUT, MODALS, modal, select } from './modals.ts';
import type { Submission } from './payloads.ts';
import { STYLE } from './style.ts';
import { plain } from './text.ts';

export function questionBlocks(view: QuestionView): KnownBlock[] {
  const value = questionValue(view);
  return [
    section(cut(questionText(view, STYLE), SLACK_LIMITS.sectionText - 100)),
    actions([
      button(view.fields.length > 0 ? 'Answer' : 'Accept', ACTIONS.answer, value, 'primary'),
      button('Decline', ACTIONS.decline, value),
    ]),
  ];
}

/** https://docs.slack.dev/surfaces/modals: a dialog has up to 100 blocks. */
const FIELDS = 50;

/** The dialog in which a question is answered. */
export function answerModal(asked: AskedQuestion, { from, text, fields }: Question): ModalView {
  const words = { title: 'Answer', submit: 'Send' };
  return modal(MODALS.answer, JSON.stringify(asked), words, [
    section(cut(`*${plain(cut(from, 60))}*\n${plain(cut(text, 2_000))}`, SLACK_LIMITS.sectionText - 100)),
    ...fields.slice(0, FIELDS).map(
      (field, i): KnownBlock => ({
        type: 'input',
        block_id: blockOf(i),
        optional: !field.isRequired || mayBeEmpty(field),
        label: { type: 'plain_text', text: cut(field.label, SLACK_LIMITS.inputLabel) },
        ...(field.about
          ? { hint: { type: 'plain_text', text: cut(field.about, SLACK_LIMITS.inputLabel) } }
          : {}),
        element: elementOf(field),
      }),
    ),
  ]);
}

const blockOf = (index: number): string => `field:${index}`;

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

function elementOf({ type, choices = [], initial = [], atMost }: QuestionField) {
  const [first] = initial;
  if (type === 'choices') {
    const { options } = select(choices);
    const chosen = options.filter(({ value }) => initial.some((item) => item === value));
    return {
      type: 'multi_static_select' as const,
      action_id: INPUT.action,
      options,
      ...(chosen.length > 0 ? { initial_options: chosen } : {}),
      ...(atMost ? { max_selected_items: atMost } : {}),
    };
  }
  if (type === 'yes_no' || type === 'choice') {
    const menu = select(type === 'yes_no' ? YES_NO : choices);
    const chosen = menu.options.find(({ value }) => value === first);
    return { ...menu, ...(chosen ? { initial_option: chosen } : {}) };
  }
  return {
    type: 'plain_text_input' as const,
    action_id: INPUT.action,
    ...(first ? { initial_value: first.slice(0, SLACK_LIMITS.inputText) } : {}),
  };
}

/** What a dialog was sent off with, by the name of the field. */
export function givenIn(
  { state }: Submission['view'],
  fields: readonly QuestionField[],
): Record<string, string | string[] | undefined> {
  return Object.fromEntries(
    fields.map(({ name }, i) => {
      const input = state.values[blockOf(i)]?.[INPUT.action];
      const several = input?.selected_options?.map(({ value }) => value);
      return [name, several ?? input?.selected_option?.value ?? input?.value ?? undefined];
    }),
  );
}

/** What is wrong with which field, by the block that it stands in. */
export const errorsByBlock = (
  errors: Readonly<Record<string, string>>,
  fields: readonly QuestionField[],
): Record<string, string> =>
  Object.fromEntries(fields.flatMap(({ name }, i) => (errors[name] ? [[blockOf(i), errors[name]]] : [])));
