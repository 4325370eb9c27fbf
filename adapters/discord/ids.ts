import { createHash } from 'node:crypto';
import { SnowflakeUtil } from 'discord.js';
import type { WrittenAt } from '../../src/session/written-at.ts';

/**
 * How buttons, menus and dialogs are called in the interactions that come back: a name, and behind it what it
 * is about.
 */
export const idOf = (action: string, ...values: readonly string[]): string => [action, ...values].join('|');

export function partsOf(customId: string): { action: string; values: string[] } {
  const [action = '', ...values] = customId.split('|');
  return { action, values };
}

/**
 * The number that a message's container has, by the key of the post: with it a message is found again whose
 * posting was not acknowledged. Component ids are 32-bit:
 * https://docs.discord.com/developers/components/reference.
 */
export const markOf = (key: string): number => createHash('sha256').update(key).digest().readUInt32BE() >>> 2;

/**
 * What makes two attempts at one post one message: https://docs.discord.com/developers/resources/message,
 * `enforce_nonce`.
 */
export const nonceOf = (thread: string, key: string): string =>
  createHash('sha256').update(`${thread} ${key}`).digest('base64url').slice(0, 25);

/**
 * When a message was written, by its id, with what tells ids of one millisecond apart:
 * https://docs.discord.com/developers/reference#snowflakes.
 */
export function writtenAt(messageId: string): WrittenAt {
  const id = BigInt(messageId); // as a number it would be rounded, by up to a millisecond
  return {
    at: new Date(Number((id >> 22n) + SnowflakeUtil.epoch)),
    order: Number(id & 0x3fffffn),
  };
}
