import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentedIn } from '../operations/documented.ts';
import { ROOT } from '../support/root.ts';

const files = ['src', 'adapters'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, folder, name)),
);

/** Texts of warnings and errors as they stand in the code: the last text of the call. */
function messagesOf(source: string): string[] {
  const calls = source.matchAll(/log\.(?:warn|error|fatal)\((?:[^()]|\([^()]*\))*?'([^']+)',?\s*\)/g);
  return [...calls].map(([, text = '']) => text);
}

test('every warning and error that the code logs stands in docs/OPERATIONS.md', () => {
  const known = documentedIn(readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8'));
  const messages = files.flatMap((file) => messagesOf(readFileSync(file, 'utf8')));
  expect(messages.length).toBeGreaterThan(25);
  const missing = messages.filter((message) => !known.some((pattern) => pattern.test(message)));
  expect(missing).toEqual([]);
});
