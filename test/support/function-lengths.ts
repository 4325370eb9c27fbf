import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { z } from 'zod';
import { ROOT } from './root.ts';

/** A function, by the name that is nearest to it, and the lines of its body. */
export type Counted = { file: string; name: string; lines: number };

/** Every function of a file, whatever kind of function it is, those within others too. */
export function functionsOf(file: string): Counted[] {
  // Positions are bytes, and are counted on from one parsed text to the next: where the sign in front
  // stands, this one begins.
  const code = Buffer.from(`;${readFileSync(join(ROOT, file), 'utf8')}`);
  const parsed = parseSync(code.toString(), { syntax: 'typescript' });
  const begin = parsed.body[0]?.span.start ?? 0;
  const found: Counted[] = [];
  look(parsed, file, (name, { start, end }) => {
    const body = code.subarray(start - begin, end - begin).toString();
    found.push({ file, name, lines: body.split('\n').length });
  });
  return found;
}

function look(node: unknown, around: string, counted: (name: string, body: Span) => void): void {
  if (typeof node !== 'object' || node === null) return;
  const { identifier, id, key, type, body } = Named.safeParse(node).data ?? {};
  const name = identifier?.value ?? id?.value ?? key?.value ?? around;
  // What a method of a class does stands in a part that has no type.
  if (body !== undefined && (type === undefined || FUNCTION.test(type))) counted(name, body.span);
  for (const part of Object.values(node)) look(part, name, counted);
}

const FUNCTION = /Function|Method|Constructor/;

const Span = z.object({ start: z.number(), end: z.number() });
type Span = z.infer<typeof Span>;

/** As much of what @swc/core makes of a text as matters here. */
const Name = z.object({ value: z.string() }).optional().catch(undefined);
const Named = z.object({
  type: z.string().optional().catch(undefined),
  identifier: Name,
  id: Name,
  key: Name,
  body: z.object({ span: Span }).optional().catch(undefined),
});
