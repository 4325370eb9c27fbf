import { describe, expect, test } from 'vitest';
import { isForBot } from '../../src/controller/messages.ts';
import type { Written } from '../../src/controller/written.ts';

const THREAD = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: '100.1' };

/** A message in a thread, as far as it matters whether it is for the bot. */
const message = (parts: Partial<Written>): Pick<Written, AsFar> => ({
  address: THREAD,
  messageId: '100.2',
  writtenAt: undefined,
  isAddressed: false,
  isReply: true,
  ...parts,
});
type AsFar = 'address' | 'messageId' | 'writtenAt' | 'isAddressed' | 'isReply' | 'isRequest';

const parts = (hasSession: boolean, answersReplies = true) => ({
  intake: {
    hasSession: async () => hasSession,
    isBeforeSession: async (_thread: unknown, { messageId }: { messageId: string }) => messageId < '100.15',
  },
  gate: { answersReplies: async () => answersReplies },
});

describe('a message is for the bot', () => {
  test.each<[what: string, is: boolean, Partial<Written>, hasSession: boolean, answersReplies?: boolean]>([
    ['that addresses it', true, { isAddressed: true }, false],
    ['that begins a session by where it stands', true, { isRequest: true, isReply: false }, false],
    ['that answers in a thread of its own', true, {}, true],
    ['that answers in another thread', false, {}, false],
    ['that answers where only mentions count', false, {}, true, false],
    ['to somebody else', false, { isReply: false }, true],
    ['that was written before the bot was called', false, { messageId: '100.12' }, true],
    ['with which the thread began, before it was called there', false, { messageId: '100.1' }, true],
  ])('%s: %s', async (_what, is, given, hasSession, answersReplies) => {
    expect(await isForBot(parts(hasSession, answersReplies), message(given))).toBe(is);
  });
});
