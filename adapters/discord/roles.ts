import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Membership } from '../../src/controller/people.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import { NO_WORKSPACE } from '../../src/session/address.ts';
import { MENTIONS, ROLE } from './mentions.ts';

const Member = z.object({ roles: z.array(z.string()) });

/** https://docs.discord.com/developers/resources/guild#guild-member-object */
const Named = z.object({
  nick: z.string().nullish(),
  user: z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() }),
});
const Members = z.array(Member.extend({ user: z.object({ id: z.string(), bot: z.boolean().optional() }) }));
const Roles = z.array(z.object({ id: z.string(), name: z.string() }));

/** Permissions that were taken away should not last. */
const KEPT_MS = 60_000;

/** Members of a guild that are looked through at most, in pages: more take too long. */
const PAGE = 1_000;
const PAGES = 10;

/** Who has which role (`role:123`) in a guild, and what people and roles are called. */
export function createRoles(rest: REST, { monotonic }: Pick<Clock, 'monotonic'>): Required<Membership> {
  const known = new Map<string, { roles: readonly string[]; until: number }>();
  return {
    async isMember(guild, group, person) {
      refuseInTransaction(() => 'a look-up of somebody’s roles on Discord');
      if (!group.startsWith(ROLE)) return false;
      const key = `${guild}/${person}`;
      const kept = known.get(key);
      if (kept !== undefined && kept.until > monotonic())
        return kept.roles.includes(group.slice(ROLE.length));
      const answer = await rest.get(Routes.guildMember(guild, person)).catch(() => undefined);
      const roles = Member.safeParse(answer).data?.roles ?? [];
      known.set(key, { roles, until: monotonic() + KEPT_MS });
      return roles.includes(group.slice(ROLE.length));
    },
    async membersOf(guild, group, most) {
      if (guild === NO_WORKSPACE) return undefined; // direct messages have no roles
      return membersWith(rest, guild, group.slice(ROLE.length), most);
    },
    async nameOf(guild, who) {
      if (guild === NO_WORKSPACE) return undefined;
      if (MENTIONS.kindOf(who) === 'group') {
        const roles = Roles.safeParse(await rest.get(Routes.guildRoles(guild)).catch(() => undefined));
        const name = roles.data?.find(({ id }) => id === who.slice(ROLE.length))?.name;
        return name && `@${name}`;
      }
      const found = Named.safeParse(await rest.get(Routes.guildMember(guild, who)).catch(() => undefined));
      const { nick, user } = found.data ?? {};
      return nick || user?.global_name || user?.username;
    },
  };
}

/**
 * The people with a role, `most` and one more at most. Discord lists members to an app with the intent for
 * them alone: https://docs.discord.com/developers/resources/guild#list-guild-members. Undefined without it,
 * and where a guild has too many to be looked through.
 */
async function membersWith(
  rest: REST,
  guild: string,
  role: string,
  most: number,
): Promise<string[] | undefined> {
  const found: string[] = [];
  let after = '0';
  for (let page = 0; page < PAGES; page++) {
    const query = new URLSearchParams({ limit: String(PAGE), after });
    const answer = await rest.get(Routes.guildMembers(guild), { query }).catch(() => undefined);
    const members = Members.safeParse(answer);
    if (!members.success) return undefined;
    const own = members.data.filter(({ roles, user }) => roles.includes(role) && user.bot !== true);
    found.push(...own.map(({ user }) => user.id));
    if (found.length > most) return found.slice(0, most + 1);
    const last = members.data.at(-1)?.user.id;
    if (last === undefined || members.data.length < PAGE) return found;
    after = last;
  }
  return undefined;
}
