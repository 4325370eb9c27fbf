import type { Who } from '../../src/controller/people.ts';
import type { People } from './people.ts';

/** Somebody of a workspace, by their user id. */
export const whoIs = (people: People, id: string): Who => ({
  id,
  person: () => people.person(id),
  timeZone: () => people.timeZone(id),
  standing: () => people.standing(id),
  isAdmin: () => people.isAdmin(id),
  mayRead: async ({ channel }) => (await people.channelsOf(id)).has(channel),
  isIn: async (group) => (await people.membersOf(group))?.includes(id) ?? false,
});
