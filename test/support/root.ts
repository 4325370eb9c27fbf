import { resolve } from 'node:path';

/** The project's top folder. */
export const ROOT = resolve(import.meta.dirname, '../..');
