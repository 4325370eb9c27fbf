import type { Allowed } from './findings.ts';

/** Where the platforms, or what is known of them, are otherwise than their specifications say. */
export const ALLOWED: readonly Allowed[] = [];
