import type { Who } from '../../src/controller/people.ts';
import type { People } from './people.ts';

/** Somebody of a workspace, by their user id; `called` is their name where they can't be looked up. */
export const whoIs = (people: People, id: string, called?: string): Who => ({
  id,
  async person() {
    const person = await people.person(id);
    return person.name === id && called ? { id, name: called } : person;
  },
  timeZone: () => people.timeZone(id),
  standing: () => people.standing(id),
  isAdmin: () => people.isAdmin(id),
  mayRead: async ({ channel }) => (await people.channelsOf(id)).has(channel),
  isIn: async (group) => (await people.membersOf(group))?.includes(id) ?? false,
});
