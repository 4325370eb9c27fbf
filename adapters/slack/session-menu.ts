import type { Overflow } from '@slack/types';
import { ACTIONS } from '../../src/controller/actions.ts';
import { SESSION_COMMANDS, SETTINGS } from '../../src/controller/menus.ts';
import { option } from './forms.ts';

/**
 * What can be done with a session, as a menu. An overflow menu has five options at most:
 * https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
 */
export const SESSION_MENU: Overflow = {
  type: 'overflow',
  action_id: ACTIONS.menu,
  options: [...SESSION_COMMANDS, SETTINGS].map(option),
};
