import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tried, USERS } from '../support/limits/attempts.ts';
import { folderFor, hasBubblewrap } from '../support/sandboxes.ts';

const LIMITS = { cpuSeconds: 20, memoryMb: 256, processes: 64, diskMb: 64, files: 20_000 };

/** What commands leave behind, each of which was once enough to keep a folder from being removed. */
const LEFT_BEHIND = {
  s_deep: "python3 -c \"import os\nfor _ in range(500):\n os.mkdir('d' * 250)\n os.chdir('d' * 250)\"",
  s_closed: 'mkdir -p a/b/c && touch a/b/c/d && chmod 000 a/b/c a/b a',
  s_readonly: 'mkdir -p a/b && touch a/b/c && chmod 500 a/b a',
  s_closed_itself: 'mkdir a && touch a/b && chmod 000 a . && cd / && ! ls /work',
  s_names: String.raw`mkdir -- '-rf' '$(x)' $'new\nline' && touch -- '-rf/*' '...' '.hidden' "$(printf 'n%.0s' {1..255})"`,
  s_links: 'ln -s / root; ln -s nowhere broken; mkfifo pipe; ln -s loop loop',
  s_many: 'mkdir many && cd many && touch $(seq 1000)',
};

describe.skipIf(!hasBubblewrap).each(USERS)('%s', (_who, uid) => {
  test('a sandbox is removed whatever its commands have left in it', async () => {
    const folder = folderFor(uid);
    const attempts = Object.entries(LEFT_BEHIND).map(([session, command]) => ({ session, command }));
    const { outcomes, left } = await tried(uid, LIMITS, attempts, folder);
    for (const [i, { end, text }] of outcomes.entries()) {
      expect({ session: attempts[i]?.session, end, text }).toMatchObject({
        end: { kind: 'exited', code: 0 },
      });
    }
    expect(left).toEqual([]);
    expect(readdirSync(folder)).toEqual(['probe']);
  });

  test('a sandbox whose own folder was closed by a command can be used again', async () => {
    const folder = folderFor(uid);
    const close = { session: 's_closed', command: 'echo kept > kept; chmod 000 /work' };
    await tried(uid, LIMITS, [close], folder, false);
    const { outcomes } = await tried(uid, LIMITS, [{ session: 's_closed', command: 'cat kept' }], folder);
    expect(outcomes[0]?.text).toBe('kept');
  });
});

test.skipIf(!hasBubblewrap || process.getuid?.() !== 0)(
  'one that can’t be removed keeps none of the others, and is named with the reason',
  async () => {
    const nobody = 65_534;
    const folder = folderFor(nobody);
    // Files of somebody else, as a bot that ran as root before has left them.
    const foreign = join(folder, 's_foreign/work/theirs');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'file'), 'x');
    const { left } = await tried(nobody, LIMITS, [{ session: 's_own', command: 'touch x' }], folder);
    expect(left).toEqual([expect.stringMatching(/^s_foreign: .*can't be removed: .*Permission denied/)]);
    expect(existsSync(join(folder, 's_own'))).toBe(false);
  },
);
