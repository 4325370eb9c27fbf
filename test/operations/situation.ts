import type { Site } from './site.ts';

/** One situation that an operator may meet, and what has to come of it. */
export type Situation = {
  name: string;
  /** Throws where it is not as promised. A text that it returns is a figure, printed beside the name. */
  run(site: Site): Promise<unknown>;
};

/**
 * A file of situations: `export const HEALTH = [situation('…', async (site) => { … })]`, listed in
 * `situations.ts`.
 */
export const situation = (name: string, run: Situation['run']): Situation => ({ name, run });
