import type { Traits } from '../../src/controller/traits.ts';
import { SLACK_LIMITS } from './limits.ts';
import { messageLink, threadLink } from './links.ts';
import { SLASH } from './manifest.ts';
import type { People } from './people.ts';
import { STYLE } from './style.ts';

/**
 * What Slack is like, in a workspace whose messages are seen at `teamUrl`. A markdown block shows no
 * mentions.
 */
export const traitsOf = (teamUrl: string, people: Pick<People, 'name' | 'groupName'>): Traits => ({
  platform: 'slack',
  style: STYLE,
  slash: SLASH,
  managers: 'admins of this workspace',
  asksWhetherSure: true,
  form: { fields: 50, textCharacters: SLACK_LIMITS.inputText },
  listed: { sessions: 15, jobs: 15 },
  signsInByCommand: false,
  takesCommandsInThreads: false,
  threadLink: (address) => `<${threadLink(address, teamUrl)}|thread>`,
  titledLink: (address, title) => `<${threadLink(address, teamUrl)}|${title}>`,
  messageUrl: (address, messageId) => messageLink(address, messageId, teamUrl),
  nameOf: (id) => (id.startsWith('S') ? people.groupName(id) : people.name(id)),
});
