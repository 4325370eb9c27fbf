import { ChannelType, type Client, type GuildMember, PermissionFlagsBits } from 'discord.js';
import { systemClock } from '../../src/lib/clock.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import type { ThreadAddress } from '../../src/session/address.ts';

/** Permissions that were taken away should not last. */
const KEPT_MS = 60_000;

/** When a member was last asked for, by a client: what it keeps of members it is not told the changes of. */
const asked = new WeakMap<GuildMember, number>();

/**
 * Whether somebody can read a thread in a guild: they see its channel, and a private one they are in, by what
 * Discord has told of them within the last `withinMs`. Direct messages are nobody else's. Not where that
 * can't be found out.
 */
export async function canRead(
  client: Client,
  person: string,
  { workspace, channel, thread }: ThreadAddress,
  withinMs: number = KEPT_MS,
): Promise<boolean> {
  refuseInTransaction(() => 'a look-up of who can read a thread on Discord');
  const guild = client.guilds.cache.get(workspace);
  const parent = guild?.channels.cache.get(channel);
  if (guild === undefined || parent === undefined || parent.isThread()) return false;
  const member = await memberOf(client, workspace, person, withinMs);
  const granted = member && parent.permissionsFor(member);
  if (!granted?.has(PermissionFlagsBits.ViewChannel)) return false;
  if (thread === channel) return true;
  const found = await client.channels.fetch(thread).catch(() => undefined);
  if (!found?.isThread()) return false; // gone: nobody can tell any more who could read it
  if (found.type !== ChannelType.PrivateThread || granted.has(PermissionFlagsBits.ManageThreads)) return true;
  return found.members.fetch(person).then(
    () => true,
    () => false,
  );
}

async function memberOf(
  client: Client,
  guildId: string,
  person: string,
  withinMs: number,
): Promise<GuildMember | undefined> {
  const members = client.guilds.cache.get(guildId)?.members;
  const kept = members?.cache.get(person);
  const at = kept && asked.get(kept);
  if (kept !== undefined && at !== undefined && systemClock.monotonic() - at < withinMs) return kept;
  const member = await members?.fetch({ user: person, force: true }).catch(() => undefined);
  if (member !== undefined) asked.set(member, systemClock.monotonic());
  return member;
}
