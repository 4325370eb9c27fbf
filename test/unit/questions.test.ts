import { describe, expect, test } from 'vitest';
import { contentOf } from '../../src/session/questions.ts';
import type { QuestionField } from '../../src/session/tool-calls.ts';
import { elicited } from '../../src/tools/mcp/elicitation.ts';

const field = (type: QuestionField['type'], over: Partial<QuestionField> = {}): QuestionField => ({
  name: 'x',
  label: 'X',
  type,
  isRequired: false,
  ...over,
});
const choices = [{ value: 'a', label: 'A' }];

describe('what is given becomes what was asked for', () => {
  test.each<[QuestionField, string | undefined, unknown]>([
    [field('text'), ' words ', { x: 'words' }],
    [field('text'), undefined, {}],
    [field('number'), '1,5', { x: 1.5 }],
    [field('integer'), '42', { x: 42 }],
    [field('yes_no'), 'no', { x: false }],
    [field('choice', { choices }), 'a', { x: 'a' }],
  ])('%j given %s', (asked, given, content) => {
    expect(contentOf([asked], { x: given })).toEqual({ ok: true, content });
  });

  test.each<[QuestionField, string, string]>([
    [field('text', { isRequired: true }), ' ', 'needed'],
    [field('number'), 'many', 'number'],
    [field('integer'), '1.5', 'whole number'],
    [field('yes_no'), 'perhaps', 'yes or no'],
    [field('choice', { choices }), 'b', 'Pick one'],
  ])('%j given %s is refused', (asked, given, problem) => {
    expect(contentOf([asked], { x: given })).toMatchObject({
      ok: false,
      errors: { x: expect.stringContaining(problem) },
    });
  });
});

describe('a question of a server goes to the one thread whose call it can belong to', () => {
  const question = {
    message: 'Which?',
    requestedSchema: {
      type: 'object' as const,
      properties: {
        name: { type: 'string' as const },
        many: { type: 'array' as const, items: { type: 'string' as const, enum: ['a'] } },
      },
      required: ['name'],
    },
  };
  const asking = (sessionId: string) => ({
    sessionId,
    ask: async () => ({
      action: 'accept' as const,
      content: { name: sessionId },
      by: { id: 'U1', name: 'Ada' },
    }),
  });

  test('of the only session that has a call', async () => {
    const active = new Set([asking('s1'), asking('s1')]);
    expect(await elicited('srv', question, active)).toEqual({ action: 'accept', content: { name: 's1' } });
  });

  test('and to nobody where it could be another’s', async () => {
    expect(await elicited('srv', question, new Set([asking('s1'), asking('s2')]))).toEqual({
      action: 'cancel',
    });
    expect(await elicited('srv', question, new Set())).toEqual({ action: 'cancel' });
  });

  test('and is declined where it needs what no dialog can ask', async () => {
    const asked = { ...question, requestedSchema: { ...question.requestedSchema, required: ['many'] } };
    expect(await elicited('srv', asked, new Set([asking('s1')]))).toEqual({ action: 'decline' });
  });
});
