import type { Endpoint } from './endpoints.ts';
import type { Quirks } from './quirks.ts';

/** What one request is sent to, with what is known of it. */
export type Target = { endpoint: Endpoint; quirks: Quirks; maxOutputTokens: number };
