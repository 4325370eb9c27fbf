import { type REST, Routes } from 'discord.js';
import { z } from 'zod';

/** Somebody has locked a thread: that it takes nothing is meant. */
export class LockedThread extends Error {}

const Thread = z.object({ thread_metadata: z.object({ archived: z.boolean(), locked: z.boolean() }) });

/**
 * Opens a thread again that Discord has archived because nobody wrote in it for long, or that somebody has
 * closed. An archived thread takes new messages, and no changes
 * (https://docs.discord.com/developers/topics/threads). Throws LockedThread where a moderator has locked it,
 * although a bot that may manage threads could open it.
 */
export async function unarchive(rest: REST, thread: string): Promise<void> {
  const { archived, locked } = Thread.parse(await rest.get(Routes.channel(thread))).thread_metadata;
  if (locked) throw new LockedThread(`thread ${thread} is locked`);
  if (archived) await rest.patch(Routes.channel(thread), { body: { archived: false } });
}
