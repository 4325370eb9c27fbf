import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ConfigError } from '../../src/config/load.ts';
import { lockDirectory } from '../../src/db/directory-lock.ts';

const directory = mkdtempSync(join(tmpdir(), 'ml-intern-lock-'));
afterEach(() => rmSync(join(directory, 'lock'), { force: true }));

test('an embedded database that a living process uses is refused, with what to do', () => {
  writeFileSync(join(directory, 'lock'), String(process.ppid));
  expect(() => lockDirectory(directory)).toThrow(ConfigError);
  expect(() => lockDirectory(directory)).toThrow(
    /in use by process \d+\. Stop that process, or set DATABASE_URL/,
  );
});

test('a lock that a dead process left is taken over, and one that is given back is free', () => {
  writeFileSync(join(directory, 'lock'), '999999999');
  const unlock = lockDirectory(directory);
  unlock();
  lockDirectory(directory)();
});
