import type { Mentions } from '../../src/session/mentions.ts';

/** The one who has the terminal: whoever may start the program. */
export const OWNER = 'owner';

/** There is one person, and no groups. */
export const MENTIONS: Mentions = {
  kindOf: (who) => (who === OWNER ? 'person' : undefined),
  person: (id) => (id === OWNER ? '@you' : `@${id.replace(/[^\w.-]/g, '')}`),
  group: (id) => `@${id.replace(/[^\w.-]/g, '')}`,
};
