import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';
import { printed } from './bot.ts';

/** In a documented message, for what differs from time to time. */
const ANYTHING = '…';

/**
 * Messages that processes of this run have printed and that docs/OPERATIONS.md does not list. A message is
 * listed as the first cell of a table's row, in backticks, with … for what differs. What is printed on
 * standard error is taken line by line.
 */
export function undocumented(): string[] {
  const known = documentedIn(readFileSync(join(ROOT, 'docs/OPERATIONS.md'), 'utf8'));
  const all = [...printed.complaints, ...printed.lines];
  return all.filter((message) => !known.some((pattern) => pattern.test(message))).sort();
}

export function documentedIn(page: string): RegExp[] {
  return [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = '']) => {
    const parts = message.split(ANYTHING).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's');
  });
}
