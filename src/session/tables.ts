import { z } from 'zod';

/** What stands in a table: words; a number besides, to sort by; where they lead. */
export const Cell = z.object({ text: z.string(), value: z.number().optional(), url: z.string().optional() });
export type Cell = z.infer<typeof Cell>;

/**
 * A table as a thread shows it, whatever its platform makes of it. The first column names its rows. What is
 * `isAside` stands below the rest of its row where lines are short.
 */
export const Table = z.object({
  caption: z.string(),
  columns: z.array(
    z.object({
      title: z.string(),
      isAside: z.boolean().optional(),
      /** What is said before a cell that stands aside and does not speak for itself. */
      label: z.string().optional(),
    }),
  ),
  rows: z.array(z.array(Cell)),
  /** Rows that there are besides, and that are not shown. */
  more: z.number().int().optional(),
});
export type Table = z.infer<typeof Table>;

/**
 * What can be picked below a table, up to `most` of it at once; from two on, two at least. `name` is what is
 * done with it.
 */
export const Menu = z.object({
  name: z.enum(['sort_runs', 'compare_picked']),
  prompt: z.string(),
  options: z.array(z.object({ label: z.string(), value: z.string() })),
  most: z.number().int(),
});
export type Menu = z.infer<typeof Menu>;

/** Words as a cell; nothing is a dash. */
export const cell = (text: string | undefined, url?: string): Cell => ({
  text: text?.trim() || '–',
  ...(url === undefined ? {} : { url }),
});

/** A number as a cell, in words. */
export const figure = (value: number | undefined, words: (value: number) => string): Cell =>
  value === undefined ? cell(undefined) : { text: words(value), value };
