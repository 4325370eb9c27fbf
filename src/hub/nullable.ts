import { z } from 'zod';

/* Fields that services leave out, or give as null. */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
