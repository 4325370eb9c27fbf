import { PermissionFlagsBits, type REST, Routes } from 'discord.js';
import { z } from 'zod';
import { type AccessRules, answersReplies, refusalOf } from '../../src/session/access.ts';
import { ROLE } from '../../src/session/approvers.ts';
import type { ChannelRulesStore } from '../../src/session/channel-rules.ts';

/** A channel, and the guild that it is in. */
type Where = { workspace: string; channel: string };

/** Somebody who writes or clicks, as far as rules ask. */
export type Asker = { id: string; roles: readonly string[]; permissions: bigint | undefined };

/** Who may use the bot where: asked at every way in. */
export type Gate = {
  /** Why somebody may not; undefined where they may. */
  refusal(where: Where, asker: Asker): Promise<string | undefined>;
  /** Whether every reply in a thread of the bot's is for it, or only mentions are. */
  answersReplies(where: Where): Promise<boolean>;
  /** Whether somebody may change what holds in channels: who may manage the guild, or whom the config names. */
  mayChange(asker: Asker): boolean;
};

export function createGate(rules: AccessRules, channelRules: ChannelRulesStore): Gate {
  const setIn = async ({ workspace, channel }: Where) =>
    (await channelRules.of({ platform: 'discord', workspace, channel })).rules;
  const rolesOf = ({ roles }: Asker) => roles.map((role) => `${ROLE}${role}`);
  return {
    async refusal(where, asker) {
      const person = { id: asker.id, standing: 'member' as const, groups: rolesOf(asker) };
      return refusalOf(rules, where, person, await setIn(where));
    },
    answersReplies: async (where) => answersReplies(rules, where, await setIn(where)),
    mayChange(asker) {
      const isNamed = [asker.id, ...rolesOf(asker)].some((who) => rules.admins.includes(who));
      const isAdmin = ((asker.permissions ?? 0n) & PermissionFlagsBits.ManageGuild) !== 0n;
      return isNamed || (isAdmin && rules.admins.includes('admins'));
    },
  };
}

const Member = z.object({ roles: z.array(z.string()) });

/** Permissions that were taken away should not last. */
const KEPT_MS = 60_000;

/** Whether somebody has a role (`role:123`) in a guild; not where that can't be found out. */
export function createRoles(rest: REST): (guild: string, group: string, person: string) => Promise<boolean> {
  const known = new Map<string, { roles: readonly string[]; until: number }>();
  return async (guild, group, person) => {
    if (!group.startsWith(ROLE)) return false;
    const key = `${guild}/${person}`;
    const kept = known.get(key);
    if (kept !== undefined && kept.until > Date.now()) return kept.roles.includes(group.slice(ROLE.length));
    const answer = await rest.get(Routes.guildMember(guild, person)).catch(() => undefined);
    const roles = Member.safeParse(answer).data?.roles ?? [];
    known.set(key, { roles, until: Date.now() + KEPT_MS });
    return roles.includes(group.slice(ROLE.length));
  };
}
