import type {
  ContextBlock,
  InputBlock,
  KnownBlock,
  ModalView,
  PlainTextOption,
  StaticSelect,
} from '@slack/types';
import type { OpenCall, Seen } from '../../src/session/decisions.ts';
import type { Choice } from '../../src/thread/menus.ts';
import { cut } from '../../src/thread/words.ts';
import { SLACK_LIMITS } from './limits.ts';
import { plain } from './text.ts';

/** What the dialogs are called when they are sent off. */
export const MODALS = {
  reject: 'reject_calls',
  edit: 'edit_call',
  why: 'feedback_why',
  answer: 'answer_question',
} as const;

/** The one input of dialogs that ask for a text. */
export const INPUT = { block: 'text', action: 'value' } as const;

/** A dialog. `about` says what it is about, and travels with it. */
export function modal(
  callback: string,
  about: string,
  { title, submit, close = 'Close' }: { title: string; submit: string; close?: string },
  blocks: KnownBlock[],
): ModalView {
  return {
    type: 'modal',
    callback_id: callback,
    private_metadata: about,
    title: { type: 'plain_text', text: title },
    submit: { type: 'plain_text', text: submit },
    close: { type: 'plain_text', text: close },
    blocks,
  };
}

/** An input that may be left empty. */
export const input = (
  block: string,
  label: string,
  element: InputBlock['element'],
  hint?: string,
): InputBlock => ({
  type: 'input',
  block_id: block,
  optional: true,
  label: { type: 'plain_text', text: label },
  ...(hint ? { hint: { type: 'plain_text', text: hint } } : {}),
  element,
});

export const textInput = (label: string, hint: string): InputBlock => input(INPUT.block, label, LINES, hint);

export const option = ({ label, value }: Choice): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(label, 75) },
  value,
});

/** A menu to choose one from; what Slack would not take is left out. */
export const select = (choices: readonly Choice[]): StaticSelect & { options: PlainTextOption[] } => ({
  type: 'static_select',
  action_id: INPUT.action,
  options: choices
    .filter(({ value }) => value.length <= 150)
    .slice(0, SLACK_LIMITS.selectOptions)
    .map(option),
});

const LINES = {
  type: 'plain_text_input',
  action_id: INPUT.action,
  multiline: true,
  max_length: SLACK_LIMITS.inputText,
} as const;

/** Asks for the reason of a rejection. `calls` travel with the dialog. */
export function rejectModal(calls: readonly Seen[]): ModalView {
  const many = calls.length > 1 ? ` ${calls.length} calls` : '';
  const words = { title: `Reject${many}`, submit: 'Reject', close: 'Back' };
  return modal(MODALS.reject, JSON.stringify(calls), words, [
    textInput(
      'What should I do instead?',
      'The agent reads this and goes on from it. You may leave it empty.',
    ),
  ]);
}

/** Shows a script for changing. Sending it off saves the change; the card is still to be approved. */
export function editModal({ toolCallId, request }: OpenCall, text: string): ModalView {
  const note = `${plain(request.title)}. Saving runs nothing: approve on the card afterwards.`;
  const above: ContextBlock = { type: 'context', elements: [{ type: 'mrkdwn', text: cut(note, 2_000) }] };
  return modal(MODALS.edit, toolCallId, { title: 'View / edit script', submit: 'Save' }, [
    above,
    {
      type: 'input',
      block_id: INPUT.block,
      label: { type: 'plain_text', text: 'Script' },
      element: { ...LINES, initial_value: text },
    },
  ]);
}

/** Asks what was wrong with an answer. `about` says which, and travels with the dialog. */
export function whyModal(about: string): ModalView {
  return modal(MODALS.why, about, { title: 'What went wrong?', submit: 'Send', close: 'Skip' }, [
    textInput(
      'What should have been otherwise?',
      'This is kept for whoever runs me. The agent does not read it: to change what it does, write in the thread.',
    ),
  ]);
}
