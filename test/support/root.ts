import { resolve } from 'node:path';

/** The project's top folder. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What Node is given before a program of this project, as the scripts of package.json give it. */
export const LOADING = ['-r', resolve(ROOT, 'src/node-version.cjs')] as const;
