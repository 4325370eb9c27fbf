import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { LOADING, ROOT } from '../support/root.ts';
import { type Bot, printed } from './bot.ts';
import type { Site } from './site.ts';

/** Runs one of the project's other programs to its end, e.g. `src/cli/backup.ts`. */
export async function runs(
  file: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; said: string; shown: string }> {
  const child = spawn(process.execPath, [...LOADING, join(ROOT, file), ...words], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let shown = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  for (const line of said.split('\n')) if (line.trim()) printed.complaints.add(line.trim());
  return { code, said: said.trim(), shown: shown.trim() };
}

/**
 * Waits until a process has refused to start, as a refusal has to be: exit code 1, sentences alone. Returns
 * its lines.
 */
export async function refusal(bot: Bot): Promise<string[]> {
  const { code } = await bot.ends();
  assert.equal(code, 1, bot.describe());
  assert.deepEqual(bot.stray, []);
  assert.doesNotMatch(bot.said, /Aborted|\[object Object\]|^\s+at |node:internal|undefined/m);
  return bot.said.split('\n');
}

/** The one line that a process with this environment is refused with. */
export async function refusedWith(
  site: Site,
  environment: Readonly<Record<string, string>>,
  expected: RegExp,
): Promise<void> {
  const lines = await refusal(site.bot(environment));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', expected);
}
