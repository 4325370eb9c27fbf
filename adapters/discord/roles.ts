import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Clock } from '../../src/lib/clock.ts';
import { ROLE } from './mentions.ts';

const Member = z.object({ roles: z.array(z.string()) });

/** Permissions that were taken away should not last. */
const KEPT_MS = 60_000;

/** Whether somebody has a role (`role:123`) in a guild; not where that can't be found out. */
export function createRoles(
  rest: REST,
  { monotonic }: Pick<Clock, 'monotonic'>,
): (guild: string, group: string, person: string) => Promise<boolean> {
  const known = new Map<string, { roles: readonly string[]; until: number }>();
  return async (guild, group, person) => {
    if (!group.startsWith(ROLE)) return false;
    const key = `${guild}/${person}`;
    const kept = known.get(key);
    if (kept !== undefined && kept.until > monotonic()) return kept.roles.includes(group.slice(ROLE.length));
    const answer = await rest.get(Routes.guildMember(guild, person)).catch(() => undefined);
    const roles = Member.safeParse(answer).data?.roles ?? [];
    known.set(key, { roles, until: monotonic() + KEPT_MS });
    return roles.includes(group.slice(ROLE.length));
  };
}
