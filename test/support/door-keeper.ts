import type { Board } from '../../src/controller/platform-definition.ts';

/** Keeps who is signed in on a page in memory, as a board keeps it in the record. */
export function doorKeeper(): Pick<Board, 'signIn' | 'reader' | 'signOut'> & { hashes(): string[] } {
  const kept = new Map<string, Record<string, unknown>>();
  return {
    signIn: async (hash, _forMs, who = {}) => void kept.set(hash, who),
    reader: async (hash) => kept.get(hash),
    signOut: async (hash) => void kept.delete(hash),
    hashes: () => [...kept.keys()],
  };
}
