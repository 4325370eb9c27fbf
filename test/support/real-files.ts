import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/**
 * Files as others publish them: test files of Parquet (apache/parquet-testing), CSV (max-mapper/csv-spectrum)
 * and notebooks (jupyter/nbformat). They are data of others and no part of this project: TEST_CORPORA names
 * where they are, else they may lie beside the checkout.
 */
const places = [process.env.TEST_CORPORA, join(ROOT, '../shared/corpora')];
const folder = places.find((path) => path !== undefined && existsSync(path));

/** Of one kind, by `kind/name`; none where the folder is missing. */
export function realFiles(kind: 'parquet' | 'csv' | 'notebooks'): { name: string; bytes: Buffer }[] {
  if (folder === undefined) return [];
  const own = join(folder, kind);
  return readdirSync(own).map((name) => ({ name: `${kind}/${name}`, bytes: readFileSync(join(own, name)) }));
}
