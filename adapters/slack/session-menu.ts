import type { ModalView, Overflow } from '@slack/types';
import { ACTIONS } from '../../src/thread/actions.ts';
import { SESSION_COMMANDS, SETTINGS, sessionMenus } from '../../src/thread/menus.ts';
import { input, modal, option, select } from './modals.ts';

/**
 * What can be done with a session, as a menu. An overflow menu has five options at most:
 * https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
 */
export const SESSION_MENU: Overflow = {
  type: 'overflow',
  action_id: ACTIONS.menu,
  options: [...SESSION_COMMANDS, SETTINGS].map(option),
};

export const SETTINGS_MODAL = 'session_settings';

/** Commands to choose from, by what they are about; nothing chosen changes nothing. */
export function settingsModal(address: string, models: readonly string[]): ModalView {
  const more = [
    { label: 'Show tokens and cost', value: 'usage' },
    { label: 'Share the trace on the Hub', value: 'share' },
  ];
  return modal(SETTINGS_MODAL, address, { title: 'This session', submit: 'Change' }, [
    ...sessionMenus(models).map(({ name, label, choices }) => input(name, label, select(choices))),
    input('more', 'And', select(more)),
  ]);
}
