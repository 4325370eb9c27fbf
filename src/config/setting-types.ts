import { z } from 'zod';

/** A boolean or number may also be written as a string, because `${VAR}` always gives one. */
export const flag = z.union([z.boolean(), z.stringbool()]);
export const count = z.coerce.number().int().positive();
export const port = z.coerce.number().int().min(1).max(65_535);

/**
 * Ids of a platform, each of a form: a list, or a text with commas between, because `${VAR}` always gives
 * one.
 */
export const idList = (form: RegExp, problem: string) =>
  z
    .union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean))])
    .pipe(z.array(z.string().regex(form, problem)))
    .default([]);

/** An address; it is kept without a slash at its end. */
export const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

/** A timer of Node that is to wait for longer (`setTimeout`: 2^31 ms, some 24 days) fires at once instead. */
export const MOST_SECONDS = 2_000_000;
/** What nobody means; dates that are so far away can still be reckoned with. */
export const MOST_DAYS = 36_500;
export const wholeSeconds = count.max(MOST_SECONDS);
export const seconds = z.coerce.number().positive().max(MOST_SECONDS);
export const days = count.max(MOST_DAYS);

export const usd = z.coerce.number().nonnegative();

/** What may be left out, also by a variable that has no value. */
export const orNone = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given) => (given === '' ? undefined : given), schema.optional());
