/** What stands in messages of any kind and is a kind of its own, whatever tells of the message. */
type Kind = 'blocks' | 'attachments' | 'files';

/** Which surface blocks are for: M messages, m modals, h the Home tab. */
export type Surface = 'M' | 'm' | 'h';

/** One of them, by where it stood: places in lists are `*`, as in what is found. */
export type Part = { kind: Kind; at: string; value: unknown; surface: Surface };

const KINDS: readonly string[] = ['blocks', 'attachments', 'files'] satisfies Kind[];
const isKind = (name: string): name is Kind => KINDS.includes(name);

/**
 * A value whose lists of blocks, attachments and files are empty, and what was in them, at any depth: what is
 * in an attachment is a part of its own, as are the blocks of a message that it shares.
 */
export function partsIn(value: unknown, surface: Surface = 'M'): { rest: unknown; parts: Part[] } {
  const parts: Part[] = [];
  return { rest: emptied(value, '', surface, parts), parts };
}

function emptied(value: unknown, at: string, surface: Surface, parts: Part[]): unknown {
  if (Array.isArray(value)) return value.map((item) => emptied(item, `${at}/*`, surface, parts));
  if (typeof value !== 'object' || value === null) return value;
  const own = SURFACES[String(Reflect.get(value, 'type'))] ?? surface;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, unknown]) => {
      const place = `${at}/${name}`;
      if (!isKind(name) || !Array.isArray(inner)) return [name, emptied(inner, place, own, parts)];
      for (const item of inner) {
        // Blocks hold no messages: they are looked at as they stand.
        const whole = name === 'blocks' ? item : emptied(item, `${place}/*`, own, parts);
        parts.push({ kind: name, at: `${place}/*`, value: whole, surface: own });
      }
      return [name, []];
    }),
  );
}

const SURFACES: Readonly<Record<string, Surface>> = { home: 'h', modal: 'm' };

/** Of a fault within a part, where it is in the whole. */
export const placed = (at: string, fault: string): string => `${at}${fault.replace(/^\/(?=:)/, '')}`;
