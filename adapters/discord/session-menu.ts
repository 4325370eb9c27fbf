import { type APIStringSelectComponent, ComponentType } from 'discord.js';
import { ACTIONS } from '../../src/thread/actions.ts';

/*
 * What can be done with a session, as a menu. Every choice is one of the commands that may be written as well, so it goes the
 * same way and is checked in the same place.
 */

/** Opens the dialog with model, effort and approvals; everything else in the menu is a command. */
export const SETTINGS = 'settings';

export const SESSION_MENU: APIStringSelectComponent = {
  type: ComponentType.StringSelect,
  custom_id: ACTIONS.menu,
  placeholder: 'More …',
  options: [
    { label: 'Undo the last request', value: 'undo' },
    { label: 'Make the conversation shorter', value: 'compact' },
    { label: 'Begin with a fresh context', value: 'new' },
    { label: 'Transcript as a file', value: 'export' },
    { label: 'Tokens and cost', value: 'usage' },
    { label: 'Share the trace on the Hub', value: 'share' },
    { label: 'Model, effort, approvals …', value: SETTINGS },
  ],
};
