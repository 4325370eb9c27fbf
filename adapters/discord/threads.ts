import { type Message, ThreadAutoArchiveDuration } from 'discord.js';
import { wholeBeginning } from '../../src/lib/cut.ts';
import { REST_API } from './delivery.ts';
import { DISCORD_LIMITS } from './limits.ts';

/** What a thread is called whose name would say nothing, or is not taken. */
const UNNAMED = 'ML Intern';

/**
 * A thread's name from a text: one line of well-formed Unicode, cut between characters as people see them.
 * https://docs.discord.com/developers/resources/channel: 1 to 100 characters.
 */
export function threadName(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  // Marks and spaces without a width alone would be no name to see.
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(line)) return UNNAMED;
  if (line.length <= DISCORD_LIMITS.threadName) return line;
  return `${wholeBeginning(line, DISCORD_LIMITS.threadName - 1).trimEnd()}…`;
}

/** Whether a thread is there; where not, why, for people after a colon. */
export type Begun = { ok: true } | { ok: false; why: string };

/**
 * Begins the thread of a message, called after `text`; one that is there already will do. Throws where it is
 * worth trying again, because Discord has trouble.
 */
export async function beginThread(message: Message, text: string): Promise<Begun> {
  const wanted = threadName(text);
  for (const name of new Set([wanted, UNNAMED])) {
    try {
      await message.startThread({ name, autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek });
      return { ok: true };
    } catch (error) {
      if (REST_API.meansOf(error) === 'done' || (await hasThread(message))) return { ok: true };
      const failed = REST_API.failureOf(error);
      const isForm = failed.reason === 'form' || failed.reason === 'too_long';
      if (isForm && name !== UNNAMED) continue;
      if (failed.reason === 'gone') return { ok: false, why: 'the message was deleted' };
      if (failed.reason === 'rate_limited' || failed.reason === 'unavailable') throw error;
      return { ok: false, why: failed.why };
    }
  }
  return { ok: true };
}

/** A message that is delivered twice has its thread already, which has its id. */
const hasThread = async ({ client, id }: Message): Promise<boolean> =>
  (await client.channels.fetch(id).catch(() => null))?.isThread() === true;
