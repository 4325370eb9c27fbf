/** What stands in the place of a character that can't be kept. */
const REPLACEMENT = '\ufffd';

/** A text that can be written down anywhere: without halves of characters, and without NUL. */
export function wellFormed(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', REPLACEMENT) : whole;
}

/** What is nested deeper is told by a sign. */
const DEPTH = 100;

/** A value as JSON has it, with texts and names that are well-formed; the value itself where they all are. */
export function wellFormedValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (depth > DEPTH) return '[…]';
  if (Array.isArray(value)) {
    const items = value.map((item) => wellFormedValue(item, depth + 1));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  let isSame = true;
  const pairs = Object.entries(value).map(([key, item]: [string, unknown]): [string, unknown] => {
    const [name, next] = [wellFormed(key), wellFormedValue(item, depth + 1)];
    isSame &&= name === key && next === item;
    return [name, next];
  });
  return isSame ? value : Object.fromEntries(pairs);
}

/** Whether a value can be written down without a change. */
export const isWellFormed = (value: unknown): boolean => wellFormedValue(value) === value;
