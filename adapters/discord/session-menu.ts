import { type APIStringSelectComponent, ComponentType } from 'discord.js';
import { ACTIONS } from '../../src/controller/actions.ts';
import { MORE_COMMANDS, SESSION_COMMANDS, SETTINGS } from '../../src/controller/menus.ts';

/** What can be done with a session, as a menu. */
export const SESSION_MENU: APIStringSelectComponent = {
  type: ComponentType.StringSelect,
  custom_id: ACTIONS.menu,
  placeholder: 'More …',
  options: [...SESSION_COMMANDS, ...MORE_COMMANDS, SETTINGS],
};
