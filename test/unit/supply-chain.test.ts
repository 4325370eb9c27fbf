import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

const Locked = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z.object({ packages: z.record(z.string(), Locked) }).parse(read('package-lock.json'));
const Named = z.record(z.string(), z.string());
const { dependencies, devDependencies, allowScripts } = z
  .object({
    dependencies: Named,
    devDependencies: Named,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(read('package.json'));

const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? path;

/** Licences under which a package may be used and passed on with this one's Apache-2.0. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MPL-2.0',
]);
/**
 * Read by a person: the fonts may be used, changed and passed on, as long as they are not sold by themselves.
 */
const READ: Readonly<Record<string, string>> = { 'dejavu-fonts-ttf': 'SEE LICENSE IN README.md AND LICENSE' };

test('whatever the product runs with may be used and passed on', () => {
  const others = installed.flatMap(([path, { license = 'none', dev }]) =>
    dev || LICENCES.has(license) || READ[nameOf(path)] === license ? [] : [`${nameOf(path)}: ${license}`],
  );
  expect(installed.length).toBeGreaterThan(200);
  expect(others).toEqual([]);
});

test('each package is the one that was locked, from whatever registry it comes', () => {
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('versions are exact', () => {
  const inexact = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(inexact).toEqual([]);
});

test('no package runs a program when it is installed, unless it is listed with what is decided', () => {
  const withScripts = installed.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [nameOf(path)] : [],
  );
  const listed = new Set(Object.keys(allowScripts).map((name) => name.replace(/(?<=.)@.*$/, '')));
  expect(withScripts.filter((name) => !listed.has(name))).toEqual([]);
});
