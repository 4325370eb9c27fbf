import type { ModalView } from '@slack/types';
import type { OpenCall, Seen } from '../../src/session/decisions.ts';
import { cut } from '../../src/thread/words.ts';
import { SLACK_LIMITS } from './limits.ts';
import { plain } from './text.ts';

/** What the dialogs are called when they are sent off. */
export const MODALS = { reject: 'reject_calls', edit: 'edit_call', why: 'feedback_why' } as const;

/** The one input of each dialog. */
export const INPUT = { block: 'text', action: 'value' } as const;

/** Asks for the reason of a rejection. `calls` travel with the dialog. */
export function rejectModal(calls: readonly Seen[]): ModalView {
  const many = calls.length > 1 ? ` ${calls.length} calls` : '';
  return {
    type: 'modal',
    callback_id: MODALS.reject,
    private_metadata: JSON.stringify(calls),
    title: { type: 'plain_text', text: `Reject${many}` },
    submit: { type: 'plain_text', text: 'Reject' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      {
        type: 'input',
        block_id: INPUT.block,
        optional: true,
        label: { type: 'plain_text', text: 'What should I do instead?' },
        hint: {
          type: 'plain_text',
          text: 'The agent reads this and goes on from it. You may leave it empty.',
        },
        element: {
          type: 'plain_text_input',
          action_id: INPUT.action,
          multiline: true,
          max_length: SLACK_LIMITS.inputText,
        },
      },
    ],
  };
}

/** Shows a script for changing. Sending it off saves the change; the card is still to be approved. */
export function editModal({ toolCallId, request }: OpenCall, text: string): ModalView {
  return {
    type: 'modal',
    callback_id: MODALS.edit,
    private_metadata: toolCallId,
    title: { type: 'plain_text', text: 'View / edit script' },
    submit: { type: 'plain_text', text: 'Save' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: cut(`${plain(request.title)}. Saving runs nothing: approve on the card afterwards.`, 2_000),
          },
        ],
      },
      {
        type: 'input',
        block_id: INPUT.block,
        label: { type: 'plain_text', text: 'Script' },
        element: {
          type: 'plain_text_input',
          action_id: INPUT.action,
          multiline: true,
          initial_value: text,
          max_length: SLACK_LIMITS.inputText,
        },
      },
    ],
  };
}

/** Asks what was wrong with an answer. `about` says which, and travels with the dialog. */
export function whyModal(about: string): ModalView {
  return {
    type: 'modal',
    callback_id: MODALS.why,
    private_metadata: about,
    title: { type: 'plain_text', text: 'What went wrong?' },
    submit: { type: 'plain_text', text: 'Send' },
    close: { type: 'plain_text', text: 'Skip' },
    blocks: [
      {
        type: 'input',
        block_id: INPUT.block,
        optional: true,
        label: { type: 'plain_text', text: 'What should have been otherwise?' },
        hint: {
          type: 'plain_text',
          text: 'This is kept for whoever runs me. The agent does not read it: to change what it does, write in the thread.',
        },
        element: {
          type: 'plain_text_input',
          action_id: INPUT.action,
          multiline: true,
          max_length: SLACK_LIMITS.inputText,
        },
      },
    ],
  };
}
