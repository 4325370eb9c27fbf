import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';

/*
 * What people are told is worded in the rooms of src/thread: those that decide say facts. What they record as
 * text is worded by functions of src/thread/words, which stand below them.
 */

/** Rooms that decide and record. */
const DOMAIN = ['access', 'approvals', 'controller', 'intake', 'jobs', 'reports', 'runtime', 'session'];

/** Files of theirs with sentences of their own, and why. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/approvals/decide.ts': 'what became of a call, for the model',
  'src/approvals/reminders.ts': 'what became of a call, for the model',
  'src/session/background.ts': 'what is told besides somebody’s words, for the model',
  'src/session/stop-rules.ts': 'what an argument of a tool means, for the model',
  'src/session/what-runs.ts': 'a part of what an approval is about: its hash is noted with the call',
  'src/session/progress/causes/devices.ts': 'what a log says went wrong, noted with the job’s progress',
  'src/session/progress/causes/hub.ts': 'what a log says went wrong, noted with the job’s progress',
  'src/session/progress/causes/memory.ts': 'what a log says went wrong, noted with the job’s progress',
  'src/session/progress/causes/packages.ts': 'what a log says went wrong, noted with the job’s progress',
};

/** As much of what @swc/core makes of a text as matters here; templates are types, too. */
const Literal = z.object({ value: z.string() });
const Template = z.object({ quasis: z.array(z.object({ cooked: z.string() })) });

/** What is said to nobody in a thread: errors, queries, types. */
const SILENT: ReadonlySet<unknown> = new Set([
  ...['NewExpression', 'TaggedTemplateExpression', 'TsLiteralType', 'ImportDeclaration'],
]);

/** A line of the log. */
const Log = z.object({ value: z.literal('log') });
const Logged = z.object({ callee: z.object({ object: Log.or(z.object({ property: Log })) }) });

/** Texts of a module that people could read as sentences: of four words or more, the first with a capital. */
function sentencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const type = 'type' in node ? node.type : undefined;
  if (SILENT.has(type) || (type === 'CallExpression' && Logged.safeParse(node).success)) return [];
  const inner = Object.values(node).flatMap(sentencesIn);
  const text = textOf(type, node);
  return isSentence(text) ? [text, ...inner] : inner;
}

function textOf(type: unknown, node: object): string {
  if (type === 'StringLiteral') return Literal.parse(node).value;
  if (type !== 'TemplateLiteral') return '';
  return (
    Template.safeParse(node)
      .data?.quasis.map(({ cooked }) => cooked)
      .join('…') ?? ''
  );
}

const isSentence = (text: string): boolean =>
  /^[\p{Lu}…]/u.test(text) &&
  (text.match(/(?<=^|[\s(“])\p{L}[\p{L}’']+(?=[\s,.:;!?)”]|$)/gu)?.length ?? 0) >= 4;

const filesOf = (room: string): string[] =>
  readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', room, name));

test('a sentence is found however it is written, and errors and the log are none', () => {
  const code = `
    const a = 'Nothing waits for a decision here.';
    const b = (name: string) => \`\${name} may not do that here.\`;
    log.warn({}, 'The record does not answer.');
    deps.log.warn('The record does not answer.');
    throw new Error('Nothing waits for a decision here.');
    const c: 'Nothing waits for a decision here.' = a;
  `;
  expect(sentencesIn(parseSync(code, { syntax: 'typescript' }))).toEqual([
    'Nothing waits for a decision here.',
    '… may not do that here.',
  ]);
});

test('rooms that decide and record word nothing for people', () => {
  const found = DOMAIN.flatMap(filesOf).flatMap((file) => {
    const parsed = parseSync(readFileSync(join(ROOT, file), 'utf8'), { syntax: 'typescript' });
    return sentencesIn(parsed).map((text) => `${file}: ${text}`);
  });
  const isOf = (file: string) => (line: string) => line.startsWith(`${file}: `);
  expect(found.filter((line) => !Object.keys(OTHERS).some((file) => isOf(file)(line)))).toEqual([]);
  expect(Object.keys(OTHERS).filter((file) => !found.some(isOf(file)))).toEqual([]);
});
