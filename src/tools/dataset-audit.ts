import { cut } from '../lib/cut.ts';

/*
 * What can be told of some rows before code is written for them: how many are there twice, and in which order
 * people and models speak. It is counted over a sample, whose size is said.
 */

type Row = Record<string, unknown>;

const ORDERS = 5;
/** Columns that hold conversations: https://huggingface.co/docs/trl/dataset_formats. */
const CONVERSATIONS = ['messages', 'conversations', 'prompt', 'chosen', 'rejected', 'completion'];

/** A line for each finding over the first rows of a split; empty for no rows. */
export function auditText(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const twice = rows.length - new Set(rows.map((row) => JSON.stringify(row))).size;
  const counted = `the first ${rows.length} row${rows.length === 1 ? '' : 's'}`;
  const lines = [
    `Among ${counted} ${twice === 0 ? 'none repeats another' : `${twice} repeat${twice === 1 ? 's' : ''} another`}.`,
    ...CONVERSATIONS.flatMap((name) => rolesIn(name, rows)),
  ];
  return lines.join('\n');
}

/** In which order who speaks in a column, the most common first. */
function rolesIn(name: string, rows: readonly Row[]): string[] {
  const orders = new Map<string, number>();
  for (const row of rows) {
    const order = orderIn(row[name]);
    if (order !== undefined) orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  if (orders.size === 0) return [];
  const sorted = [...orders].toSorted((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, ORDERS).map(([order, count]) => `${order} (${count}×)`);
  const more = sorted.length > ORDERS ? `, and ${sorted.length - ORDERS} other orders` : '';
  return [`Roles in \`${name}\`: ${shown.join(', ')}${more}.`];
}

/** Turns that are repeated are told once: a long conversation reads like a short one. */
function orderIn(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const roles = value.map((turn: unknown) => {
    if (typeof turn !== 'object' || turn === null) return undefined;
    const { role, from } = turn as { role?: unknown; from?: unknown };
    return typeof role === 'string' ? role : typeof from === 'string' ? from : undefined;
  });
  if (roles.includes(undefined)) return undefined;
  const [first, second, third, ...rest] = roles;
  const isLong = rest.length > 0;
  const told = [first, second, third].filter((role) => role !== undefined);
  return cut([...told, ...(isLong ? [`… ${roles.at(-1)}`] : [])].join(' → '), 100);
}
