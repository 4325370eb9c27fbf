import type { SlackState } from '../state.ts';

export type Arguments = Record<string, unknown>;
export type Answer = { ok: true; [key: string]: unknown } | { ok: false; error: string };

/** Methods of the Web API by their names: what each does, and how it answers. */
export type Methods = Readonly<Record<string, (slack: SlackState, args: Arguments) => Answer>>;
