import { describe, expect, test } from 'vitest';
import { attack, tried, USERS } from '../support/limits/attempts.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';

const LIMITS = { cpuSeconds: 20, memoryMb: 256, processes: 64, diskMb: 8, files: 1_000 };

const WAYS = ['many_files', 'deleted_open', 'deleted_mapped', 'unreadable_folder', 'deep_files'];

describe.skipIf(!hasBubblewrap).each(USERS)('%s', (_who, uid) => {
  test('no program has more of the disk than it may, however it takes it', async () => {
    const attempts = [
      ...WAYS.map((how) => attack(how, 24)),
      attack('empty_files', 3_000),
      attack('empty_folders', 3_000),
    ];
    const { outcomes, left } = await tried(uid, LIMITS, attempts);
    for (const [i, { text, end }] of outcomes.entries()) {
      const session = attempts[i]?.session;
      const reason = expect.stringMatching(/the workspace grew beyond (8 MB|1000 files and folders)/);
      expect({ session, text, end }).toEqual({ session, text: '', end: { kind: 'killed', reason } });
    }
    expect(left).toEqual([]);
  });
});
