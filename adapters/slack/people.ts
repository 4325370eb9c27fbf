import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { systemClock } from '../../src/ops/clock.ts';
import type { Standing } from '../../src/session/access.ts';
import type { Person } from '../../src/session/address.ts';

const User = z.object({
  user: z.object({
    name: z.string().optional(),
    team_id: z.string().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    is_admin: z.boolean().optional(),
    is_owner: z.boolean().optional(),
    profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
  }),
});

const Members = z.object({ users: z.array(z.string()) });

/** Permissions that were taken away should not last. */
const GROUPS_KEPT_MS = 60 * 1000;

/** Waits before somebody is looked up once more. */
const RETRIES_MS = [100, 500, 1_000] as const;

const KEPT_MS = 60 * 60 * 1000;
const KEPT = 5_000;

/** Who a Slack user id is, by the name that people see; kept for an hour. */
export type People = {
  person(id: string): Promise<Person>;
  name(id: string): Promise<string>;
  /** Whether somebody is of this workspace. Throws where that can't be found out now. */
  standing(id: string): Promise<Standing>;
  /** Whether somebody is an admin or owner of this workspace; not where that can't be found out. */
  isAdmin(id: string): Promise<boolean>;
  /** The members of a user group; none for an id that is not one's, or where the app may not read them. */
  membersOf(group: string): Promise<readonly string[]>;
};

export function createPeople(client: WebClient, teamId: string, now: () => Date): People {
  type Known = { name: string; standing: Standing; isAdmin: boolean; until: number };
  const known = new Map<string, Known>();

  /** Undefined where somebody can't be looked up, and never was. */
  async function look(id: string): Promise<Known | undefined> {
    const kept = known.get(id);
    if (kept !== undefined && kept.until > now().getTime()) return kept;
    const answer = await client.apiCall('users.info', { user: id }).catch(() => undefined);
    const found = User.safeParse(answer);
    if (!found.success) return kept;
    const { profile, name: handle } = found.data.user;
    const shown = profile?.display_name || profile?.real_name || handle || id;
    if (known.size >= KEPT) known.clear();
    const standing = standingOf(found.data, teamId);
    const entry = {
      name: shown,
      standing,
      isAdmin: standing === 'member' && Boolean(found.data.user.is_admin || found.data.user.is_owner),
      until: now().getTime() + KEPT_MS,
    };
    known.set(id, entry);
    return entry;
  }

  // A look-up that fails costs the name, not the message.
  const name = async (id: string): Promise<string> => (await look(id))?.name ?? id;

  async function standing(id: string): Promise<Standing> {
    for (const wait of RETRIES_MS) {
      const found = await look(id);
      if (found !== undefined) return found.standing;
      await systemClock.sleep(wait);
    }
    throw new Error('who wrote this can not be looked up; it is taken when Slack delivers it again');
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

  const isAdmin = async (id: string): Promise<boolean> => (await look(id))?.isAdmin ?? false;

  return { name, standing, isAdmin, membersOf, person: async (id) => ({ id, name: await name(id) }) };
}

/** https://docs.slack.dev/reference/objects/user-object: guests are restricted, strangers are of another workspace. */
function standingOf({ user }: z.infer<typeof User>, teamId: string): Standing {
  const isOther = user.team_id !== undefined && user.team_id !== teamId && !teamId.startsWith('E');
  if (user.is_stranger || isOther) return 'stranger';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
