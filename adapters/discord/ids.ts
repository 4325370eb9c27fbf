import { createHash } from 'node:crypto';
import type { Seen } from '../../src/session/decisions.ts';
import { seenValue } from '../../src/thread/actions.ts';

/** What dialogs are called in the interactions that come back; behind it, with a bar, its value. */
export const MODALS = {
  reject: 'reject_calls',
  edit: 'edit_call',
  why: 'feedback_why',
  ask: 'ask_about',
  session: 'session_settings',
  channel: 'channel_settings',
  answer: 'answer_question',
  token: 'account_token',
} as const;

export const idOf = (action: string, ...values: readonly string[]): string => [action, ...values].join('|');

export function partsOf(customId: string): { action: string; values: string[] } {
  const [action = '', ...values] = customId.split('|');
  return { action, values };
}

/** All calls of a batch as they are shown, in a few characters: an id has room for no more. */
export const batchMark = (calls: readonly Seen[]): string =>
  createHash('sha256').update(calls.map(seenValue).sort().join(' ')).digest('base64url').slice(0, 16);

/**
 * The number that a message's container has, by the key of the post: with it a message is found again whose posting was not
 * acknowledged. Component ids are 32-bit: https://docs.discord.com/developers/components/reference.
 */
export const markOf = (key: string): number => createHash('sha256').update(key).digest().readUInt32BE() >>> 2;

/** What makes two attempts at one post one message: https://docs.discord.com/developers/resources/message, `enforce_nonce`. */
export const nonceOf = (thread: string, key: string): string =>
  createHash('sha256').update(`${thread} ${key}`).digest('base64url').slice(0, 25);
