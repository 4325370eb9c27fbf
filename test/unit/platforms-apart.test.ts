import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';

/*
 * What two platforms do alike stands in adapters/shared: an adapter says what its platform alone knows. A
 * function that both have by one name is a sign that something was written twice.
 */

/** Functions that both platforms have by one name, and why each of them is its platform's own. */
const OWN: Readonly<Record<string, string>> = {
  beginner: 'writes a command’s request where its thread begins: a message in Slack, a thread in Discord',
  buttonOf: 'one button, as a block of Slack’s or a component of Discord’s',
  listen: 'which events tell of messages',
  listenToCommands: 'which events tell of commands',
  listenToReopenings: 'which events say that a place takes something again',
  readable: 'how mentions and links are written in messages',
  whoIs: 'what is known of people',
  written: 'what a message has, as the flow of all platforms takes it',
  writtenAt: 'how ids of messages tell the time',
};

/** A part of a module that gives something a name, as @swc/core parses it. */
type Part = z.infer<typeof Part>;
const Named = z.object({ value: z.string() });
const Part = z.looseObject({
  type: z.string(),
  declaration: z.looseObject({ type: z.string() }).nullish(),
  identifier: Named.nullish(),
  declarations: z
    .array(z.object({ id: z.looseObject({}), init: z.looseObject({ type: z.string() }).nullish() }))
    .optional()
    .catch(undefined),
  body: z
    .array(z.looseObject({ key: Named.nullish().catch(undefined) }))
    .optional()
    .catch(undefined),
});

const FUNCTION = /^(?:Arrow)?FunctionExpression$/;

/** The names of the functions, classes and methods at the top of a module. */
function namesIn(code: string): string[] {
  const { body } = parseSync(code, { syntax: 'typescript' });
  return body.flatMap((item) => {
    const part = Part.parse(item);
    return declared(part.declaration ? Part.parse(part.declaration) : part);
  });
}

function declared({ type, identifier, declarations = [], body = [] }: Part): string[] {
  if (type === 'FunctionDeclaration') return identifier ? [identifier.value] : [];
  if (type === 'ClassDeclaration') {
    const methods = body.flatMap(({ key }) => key?.value ?? []).filter((name) => name !== 'constructor');
    return [...(identifier ? [identifier.value] : []), ...methods];
  }
  return declarations.flatMap(({ id, init }) => (init && isFunction(init) ? boundBy(id) : []));
}

/** Whether a value is written as a function, whatever its type is checked against. */
function isFunction(given: object): boolean {
  const { type, expression } = Wrapped.parse(given);
  return expression ? isFunction(expression) : FUNCTION.test(type);
}

const Wrapped = z.looseObject({ type: z.string(), expression: z.looseObject({}).nullish().catch(undefined) });

/** The names that a pattern binds: one, or those taken out of an object. */
function boundBy(pattern: object): string[] {
  const one = Named.safeParse(pattern).data;
  return one ? [one.value] : [];
}

const functionsOf = (platform: string): Set<string> => {
  const folder = join(ROOT, 'adapters', platform);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return new Set(files.flatMap((name) => namesIn(readFileSync(join(folder, name), 'utf8'))));
};

describe('functions of one name in both adapters', () => {
  test('are found however they are written', () => {
    const code = `
      export function a() {}
      const b = async () => {};
      export const c = ((x: string) => x) satisfies object;
      class D { e() {} static f = 1; constructor() {} }
      const g = { h() {} };
    `;
    expect(namesIn(code)).toEqual(['a', 'b', 'c', 'D', 'e', 'f']);
  });

  test('are at most ten, each with a reason to be its platform’s own', () => {
    const slack = functionsOf('slack');
    const both = [...functionsOf('discord')].filter((name) => slack.has(name)).sort();
    expect(both).toEqual(Object.keys(OWN).sort());
    expect(both.length).toBeLessThanOrEqual(10);
  });
});
