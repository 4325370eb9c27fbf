import { createHash } from 'node:crypto';
import type { Seen } from '../approvals/decide.ts';
import { seenValue } from './actions.ts';

/** All calls of a batch as they are shown, in a few characters: a button may have room for no more. */
export const batchDigest = (calls: readonly Seen[]): string =>
  createHash('sha256').update(calls.map(seenValue).sort().join(' ')).digest('base64url').slice(0, 16);
