import { describe, expect, test } from 'vitest';
import { attack, tried, USERS } from '../support/limits/attempts.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';

const LIMITS = { cpuSeconds: 20, memoryMb: 64, processes: 64, diskMb: 64, files: 20_000 };

/** Every way to have memory that a program has; each of them takes three times what it may. */
const ALLOCATORS = [
  'heap',
  'private_mmap',
  'shared_mmap',
  'shared_mmap_let_go',
  'memfd',
  'memfd_closed',
  'memfd_on_its_way',
  'sysv',
  'sysv_detached',
  'sysv_messages',
  'shm_and_tmp_files',
  'page_tables',
  'children',
  'children_of_threads',
  'orphans',
];

describe.skipIf(!hasBubblewrap).each(USERS)('%s', (who, uid) => {
  test('no program has more memory than it may, however it takes it', async () => {
    // Who is not root can't look at what an area has that was cut to one page: SANDBOX.md says so.
    const ways = who === 'as root' ? [...ALLOCATORS, 'shared_mmap_cut'] : ALLOCATORS;
    const attempts = [...ways.map((how) => attack(how, 192)), attack('empty_temporary_files', 100_000)];
    const { outcomes } = await tried(uid, LIMITS, attempts);
    const held = outcomes.flatMap(({ text, end }, i) =>
      end.kind === 'killed' || text.startsWith('REFUSED') ? [] : [{ way: attempts[i]?.session, text, end }],
    );
    expect(held).toEqual([]);
  });
});
