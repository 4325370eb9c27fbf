import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Limits } from '../../../src/sandbox/bubblewrap.ts';
import type { RunEnd } from '../../../src/sandbox/sandbox.ts';
import { ROOT } from '../root.ts';
import { folderFor } from '../sandboxes.ts';

/** One command, in the sandbox of a session. */
export type Attempt = { session: string; command: string; stdin?: string };

export type Outcome = { text: string; end: RunEnd };

/** What the program `confined.ts` is told. */
export type Confined = { directory: string; limits: Limits; attempts: Attempt[]; isRemoving: boolean };

/** What it answers; `left` are sandboxes that could not be removed afterwards, with the reason. */
export type Tried = { outcomes: Outcome[]; left: string[] };

const NOBODY = 65_534;

/** Who a bot may run as on this machine, to try its limits as each of them. */
export const USERS: readonly (readonly [string, number | undefined])[] =
  process.getuid?.() === 0
    ? [
        ['as root', undefined],
        ['not as root', NOBODY],
      ]
    : [['not as root', undefined]];

const ATTACKS = readFileSync(join(import.meta.dirname, 'attacks.py'), 'utf8');

/** What programs may do, though it looks like more than it is. */
export const FAIR = readFileSync(join(import.meta.dirname, 'fair.py'), 'utf8');

/** Tries one of `attacks.py`. */
export const attack = (how: string, amount: number): Attempt => ({
  session: `s_${how}`,
  command: `python3 - ${how} ${amount}`,
  stdin: ATTACKS,
});

/** Runs commands all at once, as a user, and gives how each ended; then removes their sandboxes. */
export async function tried(
  uid: number | undefined,
  limits: Limits,
  attempts: Attempt[],
  directory = folderFor(uid),
  isRemoving = true,
): Promise<Tried> {
  const program = join(import.meta.dirname, 'confined.ts');
  const child = spawn(process.execPath, [program], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const told: Confined = { directory, limits, attempts, isRemoving };
  child.stdin.end(JSON.stringify(told));
  return JSON.parse(await text(child.stdout));
}
