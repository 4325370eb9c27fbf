import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Person } from '../../src/session/address.ts';

const User = z.object({
  user: z.object({
    name: z.string().optional(),
    profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  }),
});

const Members = z.object({ users: z.array(z.string()) });

/** Permissions that were taken away should not last. */
const GROUPS_KEPT_MS = 60 * 1000;

const KEPT_MS = 60 * 60 * 1000;
const KEPT = 5_000;

/** Who a Slack user id is, by the name that people see; kept for an hour. */
export type People = {
  person(id: string): Promise<Person>;
  name(id: string): Promise<string>;
  /** The members of a user group; none for an id that is not one's, or where the app may not read them. */
  membersOf(group: string): Promise<readonly string[]>;
};

export function createPeople(client: WebClient, now: () => Date): People {
  const known = new Map<string, { name: string; until: number }>();

  async function name(id: string): Promise<string> {
    const kept = known.get(id);
    if (kept !== undefined && kept.until > now().getTime()) return kept.name;
    // A look-up that fails costs the name, not the message.
    const answer = await client.apiCall('users.info', { user: id }).catch(() => undefined);
    const found = User.safeParse(answer);
    if (!found.success) return kept?.name ?? id;
    const { profile, name: handle } = found.data.user;
    const shown = profile?.display_name || profile?.real_name || handle || id;
    if (known.size >= KEPT) known.clear();
    known.set(id, { name: shown, until: now().getTime() + KEPT_MS });
    return shown;
  }

  const groups = new Map<string, { members: readonly string[]; until: number }>();

  async function membersOf(group: string): Promise<readonly string[]> {
    if (!/^S[A-Z0-9]+$/.test(group)) return [];
    const kept = groups.get(group);
    if (kept !== undefined && kept.until > now().getTime()) return kept.members;
    const answer = await client.apiCall('usergroups.users.list', { usergroup: group }).catch(() => undefined);
    const found = Members.safeParse(answer);
    if (!found.success) return [];
    groups.set(group, { members: found.data.users, until: now().getTime() + GROUPS_KEPT_MS });
    return found.data.users;
  }

  return { name, membersOf, person: async (id) => ({ id, name: await name(id) }) };
}
