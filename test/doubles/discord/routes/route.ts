import type { Body, DiscordState } from '../state.ts';

export type Files = { name: string; bytes: Buffer }[];
export type Request = { method: string; path: string; body: Body; files: Files; query: URLSearchParams };
export type Answer = { status: number; body?: unknown };
type Handler = (double: DiscordState, request: Request, ...ids: string[]) => Answer;

/** Routes of the API, by method and path: what each does, and how it answers. */
export type Routes = readonly (readonly [RegExp, Handler])[];
