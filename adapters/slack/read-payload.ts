import type { z } from 'zod';
import type { Logger } from '../../src/lib/log.ts';

/**
 * A payload as it is used here; undefined of one that lacks what is needed, which is said in the log and let
 * go: delivered again it would lack the same.
 */
export function readPayload<T extends z.ZodType>(
  schema: T,
  given: unknown,
  log: Logger,
): z.output<T> | undefined {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const lacks = read.error.issues.map(({ path }) => path.join('.'));
  log.warn({ type: typeOf(given), lacks }, 'something that Slack sent lacks what is needed; it was let go');
  return undefined;
}

const typeOf = (given: unknown): string => String(Object(given).type ?? Object(given).command);
