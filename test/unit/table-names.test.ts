import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

test('a table is called by its definition, also in statements that are written out', () => {
  const files = globSync('{src,adapters}/**/*.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(400);
  // What is followed by a bracket is a function of the database, which migrations alone define.
  const named = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bml_intern\.\w+\b(?!\()/g)].map(
      ([name]) => `${file}: ${name}`,
    ),
  );
  expect(named).toEqual([]);
});

test('a table is made in the schema of ours: `pgTable` would make it beside everybody else’s', () => {
  const files = globSync('src/db/**/*.ts', { cwd: ROOT });
  const made = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('internSchema.table('));
  expect(made.length).toBeGreaterThan(8);
  const elsewhere = globSync('{src,adapters}/**/*.{ts,sql}', { cwd: ROOT }).filter((file) =>
    /\bpgTable\(|create table (?:if not exists )?(?!"?ml_intern"?\.)\S/i.test(
      readFileSync(join(ROOT, file), 'utf8'),
    ),
  );
  expect(elsewhere).toEqual([]);
});
