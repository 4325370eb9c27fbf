import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses them, however often they may try. */
export const freshToken = (): string => randomBytes(32).toString('hex');

/** What the record knows a token by. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The cookie of a name that a browser has sent; undefined where it has none. */
export function cookieNamed(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').map((part) => part.trim().split('='));
  return found.find(([key]) => key === name)?.[1];
}
