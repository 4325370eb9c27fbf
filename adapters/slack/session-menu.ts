import type { ModalView, Overflow, PlainTextOption } from '@slack/types';
import { Effort } from '../../src/config/effort.ts';
import { ACTIONS } from '../../src/thread/actions.ts';
import { cut } from '../../src/thread/words.ts';

/*
 * What can be done with a session, as a menu. Every choice is one of the commands that may be written as well, so it goes the
 * same way and is checked in the same place.
 */

const option = (label: string, value: string): PlainTextOption => ({
  text: { type: 'plain_text', text: cut(label, 75) },
  value,
});

/** Opens the dialog below; everything else in the menu is a command. */
export const SETTINGS = 'settings';

/** An overflow menu has five options at most: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element */
export const SESSION_MENU: Overflow = {
  type: 'overflow',
  action_id: ACTIONS.menu,
  options: [
    option('Undo the last request', 'undo'),
    option('Make the conversation shorter', 'compact'),
    option('Begin with a fresh context', 'new'),
    option('Transcript as a file', 'export'),
    option('Model, effort, approvals …', SETTINGS),
  ],
};

export const SETTINGS_MODAL = 'session_settings';

/** Commands to choose from, by what they are about; nothing chosen changes nothing. */
export function settingsModal(address: string, models: readonly string[]): ModalView {
  const choices: readonly (readonly [string, string, PlainTextOption[]])[] = [
    [
      'model',
      'Model',
      [...models.map((id) => option(id, `model ${id}`)), option('The default', 'model default')],
    ],
    [
      'effort',
      'How hard it thinks',
      [
        ...Effort.options.map((level) => option(level, `effort ${level}`)),
        option('The default', 'effort default'),
      ],
    ],
    [
      'approvals',
      'Jobs without asking',
      [
        option('Always ask', 'yolo off'),
        ...[1, 5, 20].map((usd) => option(`Up to $${usd}`, `yolo ${usd}`)),
        option('Without a cap', 'yolo on'),
      ],
    ],
    ['more', 'And', [option('Show tokens and cost', 'usage'), option('Share the trace on the Hub', 'share')]],
  ];
  return {
    type: 'modal',
    callback_id: SETTINGS_MODAL,
    private_metadata: address,
    title: { type: 'plain_text', text: 'This session' },
    submit: { type: 'plain_text', text: 'Change' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: choices.map(([name, label, options]) => ({
      type: 'input',
      block_id: name,
      optional: true,
      label: { type: 'plain_text', text: label },
      element: {
        type: 'static_select',
        action_id: 'value',
        options: options.filter(({ value }) => (value ?? '').length <= 150).slice(0, 100),
      },
    })),
  };
}
