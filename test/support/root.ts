import { resolve } from 'node:path';

/** The project's top folder. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What Node is given before the program, as `npm start` gives it. */
export const LOADING = ['--max-semi-space-size=16', '-r', resolve(ROOT, 'src/node-version.cjs')] as const;
