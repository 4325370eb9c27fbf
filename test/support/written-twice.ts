import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { z } from 'zod';
import { ROOT } from './root.ts';

/*
 * What the modules of a folder have that another folder could have as well: names of functions, what they do
 * to the letter, texts, and runs of lines.
 */

export type Written = {
  /** Functions and classes that are declared, those within others too; members of objects fill in a port. */
  functions: Set<string>;
  /** Bodies of functions, without white space. */
  bodies: Set<string>;
  /** Texts, without those of types and imports. */
  texts: Set<string>;
  /** So many lines that stand below each other and say something, without white space. */
  runs: Set<string>;
};

/** Shorter texts are words of the language and names of the platform's. */
const TEXT = 18;
/** Shorter bodies say next to nothing: a call that is handed on. */
const BODY = 48;
const LINES = 6;

export const nothingWritten = (): Written => ({
  functions: new Set(),
  bodies: new Set(),
  texts: new Set(),
  runs: new Set(),
});

/** What all modules of a folder have. */
export function writtenIn(folder: string): Written {
  const found = nothingWritten();
  for (const file of globSync(`${folder}/**/*.ts`, { cwd: ROOT }))
    gather(readFileSync(join(ROOT, file), 'utf8'), found);
  return found;
}

/** Adds what the code of one module has. */
export function gather(code: string, found: Written): void {
  // Positions are bytes, and are counted on from one parsed text to the next.
  const bytes = Buffer.from(`;${code}`);
  const parsed = parseSync(bytes.toString(), { syntax: 'typescript' });
  const begin = parsed.body[0]?.span.start ?? 0;
  const textOf = ({ start, end }: Span) => bytes.subarray(start - begin, end - begin).toString();
  look(parsed, found, textOf);
  const lines = code.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  const told = lines.filter((line) => /\w{2}/.test(line) && !/^(?:import|\/\/|\/?\*|\} from)/.test(line));
  for (let at = 0; at + LINES <= told.length; at++) found.runs.add(told.slice(at, at + LINES).join('\n'));
}

const Span = z.object({ start: z.number(), end: z.number() });
type Span = z.infer<typeof Span>;

/** As much of what @swc/core makes of a module as matters here. */
const Named = z.object({ value: z.string() }).optional().catch(undefined);
const Node = z.object({
  type: z.string().optional().catch(undefined),
  identifier: Named,
  id: Named,
  value: z.string().optional().catch(undefined),
  quasis: z
    .array(z.object({ cooked: z.string() }))
    .optional()
    .catch(undefined),
  init: z.looseObject({}).optional().catch(undefined),
  body: z.looseObject({ span: Span }).optional().catch(undefined),
});

/** What a method of a class does stands in a part that has no type. */
const FUNCTION = /Function|Method|Constructor|^$/;
const NO_CODE = /^(?:Ts.*|ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration)$/;

function look(node: unknown, found: Written, textOf: (span: Span) => string): void {
  if (typeof node !== 'object' || node === null) return;
  const { type = '', identifier, id, value, quasis, init, body } = Node.safeParse(node).data ?? {};
  const isWrapper = /^Ts(?:As|Satisfies|NonNull|Const)/.test(type);
  if (NO_CODE.test(type) && !isWrapper) return;
  if (/^(?:Function|Class)Declaration$/.test(type) && identifier) found.functions.add(identifier.value);
  if (type === 'VariableDeclarator' && id && init && isFunction(init)) found.functions.add(id.value);
  if (FUNCTION.test(type) && body) {
    const text = textOf(body.span).replace(/\s+/g, '');
    if (text.length >= BODY) found.bodies.add(text);
  }
  const text = type === 'StringLiteral' ? value : quasis?.map(({ cooked }) => cooked).join('…');
  if (text !== undefined && text.length >= TEXT) found.texts.add(text);
  for (const part of Object.values(node)) look(part, found, textOf);
}

/** Whether a value is written as a function, whatever its type is checked against. */
function isFunction(given: object): boolean {
  const { type, expression } = Wrapped.parse(given);
  return expression ? isFunction(expression) : /^(?:Arrow)?FunctionExpression$/.test(type);
}

const Wrapped = z.looseObject({
  type: z.string(),
  expression: z.looseObject({}).nullish().catch(undefined),
});
