import { z } from 'zod';

/** How hard a model is to think, hardest first. */
export const Effort = z.enum(['max', 'xhigh', 'high', 'medium', 'low']);
export type Effort = z.infer<typeof Effort>;

/** The level to try when a provider turns `level` down; undefined below the lowest. */
export function nextLower(level: Effort): Effort | undefined {
  const levels = Effort.options;
  return levels[levels.indexOf(level) + 1];
}
